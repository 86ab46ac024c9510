"""What a payment decides: one function a command; the last one dispatches."""

from collections.abc import Sequence
from typing import Final, assert_never

from domain.kernel.decider import Decider
from domain.kernel.ids import checked_id
from domain.kernel.money import checked_amount, exponent
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.payments import commands as c
from domain.payments import events as e
from domain.payments.answers import record_answer
from domain.payments.state import FOLD, NoPayment, Operation, Payment, PaymentState, Progress

PaymentEvents = Sequence[e.PaymentEvent]


def create(command: c.CreatePayment, state: PaymentState) -> PaymentEvents:
    """Create the payment and ask for its authorisation, in one commit; once for each id."""
    if isinstance(state, Payment):
        return _already(command, state)
    checked_id(command.payment_id, "payment_id")
    exponent(command.currency)
    amount_minor = checked_amount(command.amount_minor, "amount_minor")
    at = When(command.now)
    created = e.PaymentCreated(
        payment_id=command.payment_id,
        order_id=command.order_id,
        customer_id=command.customer_id,
        amount_minor=amount_minor,
        currency=command.currency,
        at=at,
        method=command.method,
    )
    return [created, e.AuthorisationRequested(amount_minor, at)]


def _already(command: c.CreatePayment, payment: Payment) -> PaymentEvents:
    same = (payment.order_id, payment.amount_minor) == (command.order_id, command.amount_minor)
    if not same:
        raise Refused(c.PaymentRefusal.PAYMENT_EXISTS, "payment_id")
    return []


def import_payment(command: c.ImportPayment, state: PaymentState) -> PaymentEvents:
    """Take over a payment's history; asked again, nothing is new."""
    if isinstance(state, Payment):
        return []
    exponent(command.currency)
    amount_minor = checked_amount(command.amount_minor, "amount_minor")
    created = e.PaymentCreated(
        payment_id=checked_id(command.payment_id, "payment_id"),
        order_id=command.order_id,
        customer_id=command.customer_id,
        amount_minor=amount_minor,
        currency=command.currency,
        at=command.created,
        method=command.method,
        instalments=command.instalments,
        imported=True,
    )
    asked = e.AuthorisationRequested(amount_minor, command.created)
    if command.approved is None:
        return [created, asked]
    at = command.approved
    return [
        created,
        asked,
        e.PaymentAuthorised(amount_minor, command.currency, at, command.reference),
        e.CaptureRequested("capture-1", amount_minor, at),
        e.CaptureSucceeded("capture-1", amount_minor, command.currency, at, command.reference),
    ]


def request_capture(command: c.RequestCapture, state: PaymentState) -> PaymentEvents:
    """Ask for part of the held money: once for each capture id, however often we are told."""
    payment = _existing(state)
    if known := payment.operation(command.capture_id):
        return _same(known, command.amount_minor)
    _hold_covers(payment, command.amount_minor)
    return [e.CaptureRequested(command.capture_id, command.amount_minor, When(command.now))]


def request_void(command: c.RequestVoid, state: PaymentState) -> PaymentEvents:
    """Let part of the held money go: once for each void id."""
    payment = _existing(state)
    if known := payment.operation(command.void_id):
        return _same(known, command.amount_minor)
    _hold_covers(payment, command.amount_minor)
    return [e.VoidRequested(command.void_id, command.amount_minor, When(command.now))]


def request_refund(command: c.RequestRefund, state: PaymentState) -> PaymentEvents:
    """Give taken money back: once for each refund id, never more than was taken."""
    payment = _existing(state)
    if known := payment.operation(command.refund_id):
        return _same(known, command.amount_minor)
    checked_amount(command.amount_minor, "amount_minor", least=1)
    if command.amount_minor > payment.refundable_minor:
        most = payment.refundable_minor
        raise Refused(c.PaymentRefusal.MORE_THAN_CAPTURED, "amount_minor", most=most)
    return [e.RefundRequested(command.refund_id, command.amount_minor, When(command.now))]


def _existing(state: PaymentState) -> Payment:
    if isinstance(state, NoPayment):
        raise Refused(c.PaymentRefusal.PAYMENT_NOT_FOUND, "payment_id")
    return state


def _same(known: Operation, amount_minor: int) -> PaymentEvents:
    if known.amount_minor != amount_minor:
        raise Refused(c.PaymentRefusal.OPERATION_REUSED, "amount_minor")
    return []  # The same request again: it is on its way, or done.


def _hold_covers(payment: Payment, amount_minor: int) -> None:
    checked_amount(amount_minor, "amount_minor", least=1)
    authorisation = payment.operation(c.AUTHORISATION)
    if authorisation is None or authorisation.progress is not Progress.SUCCEEDED:
        raise Refused(c.PaymentRefusal.NOT_AUTHORISED, status=payment.status.value)
    if amount_minor > payment.open_minor:
        most = payment.open_minor
        raise Refused(c.PaymentRefusal.MORE_THAN_AUTHORISED, "amount_minor", most=most)


def decide(command: c.PaymentCommand, state: PaymentState) -> PaymentEvents:
    """Answer one command; raises Refused with a reason of PaymentRefusal or KernelRefusal."""
    match command:
        case c.CreatePayment():
            return create(command, state)
        case c.ImportPayment():
            return import_payment(command, state)
        case c.RequestCapture():
            return request_capture(command, state)
        case c.RequestVoid():
            return request_void(command, state)
        case c.RequestRefund():
            return request_refund(command, state)
        case c.RecordAnswer():
            return record_answer(command, _existing(state))
        case _:
            assert_never(command)


DECIDER: Final[Decider[c.PaymentCommand, PaymentState, e.PaymentEvent]] = Decider(FOLD, decide)
