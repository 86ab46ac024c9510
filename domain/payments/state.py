"""The states a payment can be in, and `evolve`: what each event makes of them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from domain.kernel.decider import Fold, Routing
from domain.kernel.times import When
from domain.payments import events as e
from domain.payments.commands import AUTHORISATION


class Kind(StrEnum):
    """What an operation does with money."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class Progress(StrEnum):
    """How far an operation has come."""

    REQUESTED = "requested"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


OPEN: Final = frozenset({Progress.REQUESTED, Progress.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing asked of the provider, under an id that makes asking again harmless."""

    operation_id: str
    kind: Kind
    amount_minor: int
    progress: Progress = Progress.REQUESTED
    contradicted: bool = False


class PaymentStatus(StrEnum):
    """How a payment stands, in one word."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    DECLINED = "declined"
    PARTIALLY_CAPTURED = "partially_captured"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class NoPayment:
    """Nobody is paying anything under this id."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment, with everything that its own decisions need."""

    payment_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    created_at: When
    method: str = ""
    operations: tuple[Operation, ...] = ()
    approved_at: When | None = None
    refund_failed: bool = False
    imported: bool = False

    def total_minor(self, kind: Kind, *progress: Progress) -> int:
        """Sum the operations of a kind, in the given progress only or (none given) not failed."""
        return sum(
            operation.amount_minor
            for operation in self.operations
            if operation.kind is kind
            and (
                operation.progress in progress
                if progress
                else operation.progress is not Progress.FAILED
            )
        )

    @property
    def authorised_minor(self) -> int:
        """What the provider has agreed to hold, ever."""
        return self.total_minor(Kind.AUTHORISE, Progress.SUCCEEDED)

    @property
    def captured_minor(self) -> int:
        """What the provider has handed over, ever."""
        return self.total_minor(Kind.CAPTURE, Progress.SUCCEEDED)

    @property
    def refunded_minor(self) -> int:
        """What has gone back."""
        return self.total_minor(Kind.REFUND, Progress.SUCCEEDED)

    @property
    def voided_minor(self) -> int:
        """What was let go."""
        return self.total_minor(Kind.VOID, Progress.SUCCEEDED)

    @property
    def open_minor(self) -> int:
        """Held, and neither taken nor let go, intents included: what may still be captured."""
        return self.authorised_minor - self.total_minor(Kind.CAPTURE) - self.total_minor(Kind.VOID)

    @property
    def refundable_minor(self) -> int:
        """Taken, and not on its way back."""
        return self.captured_minor - self.total_minor(Kind.REFUND)

    @property
    def status(self) -> PaymentStatus:
        """The status that follows from the money."""
        authorisation = self.operation(AUTHORISATION)
        if authorisation is None or authorisation.progress in OPEN:
            return PaymentStatus.PENDING
        if authorisation.progress is Progress.FAILED:
            return PaymentStatus.DECLINED
        if self.refunded_minor:
            whole = self.refunded_minor == self.captured_minor
            return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
        if self.captured_minor or not self.authorised_minor:
            whole = self.captured_minor + self.voided_minor == self.authorised_minor
            return PaymentStatus.CAPTURED if whole else PaymentStatus.PARTIALLY_CAPTURED
        if self.voided_minor == self.authorised_minor:
            return PaymentStatus.VOIDED
        return PaymentStatus.AUTHORISED

    def operation(self, operation_id: str) -> Operation | None:
        """Find an operation by its id."""
        for operation in self.operations:
            if operation.operation_id == operation_id:
                return operation
        return None

    @property
    def open_operations(self) -> tuple[Operation, ...]:
        """What the provider has not answered yet."""
        return tuple(op for op in self.operations if op.progress in OPEN)


PaymentState = NoPayment | Payment


def evolve(state: PaymentState, event: e.PaymentEvent) -> PaymentState:
    """Return the payment after one more event."""
    if isinstance(event, e.PaymentCreated):
        return Payment(
            payment_id=event.payment_id,
            order_id=event.order_id,
            customer_id=event.customer_id,
            amount_minor=event.amount_minor,
            currency=event.currency,
            created_at=event.at,
            method=event.method,
            imported=event.imported,
        )
    if isinstance(state, NoPayment):
        message = f"{type(event).__name__} cannot be a payment's first event"
        raise TypeError(message)
    return _evolve_payment(state, event)


def _evolve_payment(payment: Payment, event: e.PaymentEvent) -> Payment:
    match event:
        case e.PaymentCreated():
            return payment
        case e.AuthorisationRequested(amount_minor=amount_minor):
            return _asked(payment, Operation(AUTHORISATION, Kind.AUTHORISE, amount_minor))
        case e.PaymentAuthorised(amount_minor=amount_minor, at=at):
            answered = _answered(payment, AUTHORISATION, Progress.SUCCEEDED, amount_minor)
            return replace(answered, approved_at=at)
        case e.PaymentDeclined():
            return _answered(payment, AUTHORISATION, Progress.FAILED)
        case e.CaptureRequested(capture_id=id_, amount_minor=amount_minor):
            return _asked(payment, Operation(id_, Kind.CAPTURE, amount_minor))
        case e.VoidRequested(void_id=id_, amount_minor=amount_minor):
            return _asked(payment, Operation(id_, Kind.VOID, amount_minor))
        case e.RefundRequested(refund_id=id_, amount_minor=amount_minor):
            return _asked(payment, Operation(id_, Kind.REFUND, amount_minor))
        case (
            e.CaptureSucceeded(capture_id=id_)
            | e.VoidSucceeded(void_id=id_)
            | e.RefundSucceeded(refund_id=id_)
        ):
            return _answered(payment, id_, Progress.SUCCEEDED)
        case e.CaptureFailed(capture_id=id_) | e.VoidFailed(void_id=id_):
            return _answered(payment, id_, Progress.FAILED)
        case e.RefundFailed(refund_id=id_) | e.RefundReversed(refund_id=id_):
            return replace(_answered(payment, id_, Progress.FAILED), refund_failed=True)
        case e.OutcomeUnknown(operation_id=id_):
            return _answered(payment, id_, Progress.UNKNOWN)
        case e.AnswerContradicted(operation_id=id_):
            return _contradicted(payment, id_)
        case _:
            assert_never(event)


def _asked(payment: Payment, operation: Operation) -> Payment:
    return replace(payment, operations=(*payment.operations, operation))


def _answered(
    payment: Payment, operation_id: str, progress: Progress, amount_minor: int | None = None
) -> Payment:
    operations = tuple(
        replace(
            operation,
            progress=progress,
            amount_minor=operation.amount_minor if amount_minor is None else amount_minor,
        )
        if operation.operation_id == operation_id
        else operation
        for operation in payment.operations
    )
    return replace(payment, operations=operations)


def _contradicted(payment: Payment, operation_id: str) -> Payment:
    operations = tuple(
        replace(
            operation, contradicted=operation.contradicted or operation.operation_id == operation_id
        )
        for operation in payment.operations
    )
    return replace(payment, operations=operations)


def _route(state: PaymentState) -> Routing:
    if isinstance(state, NoPayment):
        message = "a payment without events belongs to nobody"
        raise TypeError(message)
    return Routing(state.order_id, state.customer_id, state.imported)


FOLD: Final[Fold[PaymentState, e.PaymentEvent]] = Fold("payment", 1, NoPayment(), evolve, _route)
