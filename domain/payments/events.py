"""What has happened to a payment. Stored for ever, so changed only by adding fields with defaults.

Amounts are integer minor units of the payment's currency; `at` is when it happened, UTC. An
operation (authorisation, capture, void, refund) is requested here first and answered later, under
the same id.
"""

from dataclasses import dataclass

from domain.kernel.times import When


@dataclass(frozen=True, slots=True)
class PaymentCreated:
    """Somebody is to pay this much for this order."""

    payment_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    at: When
    method: str = ""
    instalments: int = 1
    imported: bool = False


@dataclass(frozen=True, slots=True)
class AuthorisationRequested:
    """The intent to ask the provider to hold the money."""

    amount_minor: int
    at: When


@dataclass(frozen=True, slots=True)
class PaymentAuthorised:
    """The provider holds the money for us."""

    amount_minor: int
    currency: str
    at: When
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PaymentDeclined:
    """The provider will not hold the money; `code` is the provider's reason."""

    code: str
    at: When


@dataclass(frozen=True, slots=True)
class CaptureRequested:
    """The intent to take part of the held money."""

    capture_id: str
    amount_minor: int
    at: When


@dataclass(frozen=True, slots=True)
class CaptureSucceeded:
    """The money is ours."""

    capture_id: str
    amount_minor: int
    currency: str
    at: When
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CaptureFailed:
    """The provider would not hand it over; it is still held."""

    capture_id: str
    code: str
    at: When


@dataclass(frozen=True, slots=True)
class VoidRequested:
    """The intent to let held money go."""

    void_id: str
    amount_minor: int
    at: When


@dataclass(frozen=True, slots=True)
class VoidSucceeded:
    """The money is the customer's again; it was never ours."""

    void_id: str
    amount_minor: int
    currency: str
    at: When
    reference: str = ""


@dataclass(frozen=True, slots=True)
class VoidFailed:
    """The provider would not let it go; it is still held."""

    void_id: str
    code: str
    at: When


@dataclass(frozen=True, slots=True)
class RefundRequested:
    """The intent to give taken money back."""

    refund_id: str
    amount_minor: int
    at: When


@dataclass(frozen=True, slots=True)
class RefundSucceeded:
    """The customer has it back, as far as the provider knows today."""

    refund_id: str
    amount_minor: int
    currency: str
    at: When
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """The money did not go back: it is ours again."""

    refund_id: str
    amount_minor: int
    currency: str
    code: str
    at: When


@dataclass(frozen=True, slots=True)
class RefundReversed:
    """A refund that had succeeded came back after all: it is ours again."""

    refund_id: str
    amount_minor: int
    currency: str
    code: str
    at: When


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The provider did not answer in time: neither yes nor no, to be asked for."""

    operation_id: str
    at: When


@dataclass(frozen=True, slots=True)
class AnswerContradicted:
    """The provider has said something else about a finished operation; the first answer stands."""

    operation_id: str
    detail: str
    at: When


PaymentEvent = (
    PaymentCreated
    | AuthorisationRequested
    | PaymentAuthorised
    | PaymentDeclined
    | CaptureRequested
    | CaptureSucceeded
    | CaptureFailed
    | VoidRequested
    | VoidSucceeded
    | VoidFailed
    | RefundRequested
    | RefundSucceeded
    | RefundFailed
    | RefundReversed
    | OutcomeUnknown
    | AnswerContradicted
)
