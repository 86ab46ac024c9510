"""What may be asked of a payment, and the closed list of reasons to say no.

`now` is our clock, UTC; amounts are integer minor units of the payment's currency.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.kernel.times import When

AUTHORISATION: Final = "authorise"
"""The id of a payment's one authorisation."""


class PaymentRefusal(StrEnum):
    """Why a payment says no; each value is a stable code."""

    PAYMENT_NOT_FOUND = "payment_not_found"
    PAYMENT_EXISTS = "payment_exists"
    NOT_AUTHORISED = "payment_not_authorised"
    MORE_THAN_AUTHORISED = "more_than_authorised"
    MORE_THAN_CAPTURED = "more_than_captured"
    OPERATION_REUSED = "operation_reused"
    UNKNOWN_OPERATION = "unknown_operation"


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The provider did it; `reference` is its own id for it."""

    reference: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider will not do it; `code` is its reason."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer in time, or one that says it is still under way."""


Answer = Succeeded | Failed | Unknown


@dataclass(frozen=True, slots=True)
class CreatePayment:
    """Create the payment that its order has asked for, and ask for its authorisation."""

    payment_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    now: datetime
    method: str = ""


@dataclass(frozen=True, slots=True)
class ImportPayment:
    """Take over a payment's history; `approved` is None where it was never approved."""

    payment_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    method: str
    instalments: int
    created: When
    now: datetime
    approved: When | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RequestCapture:
    """Take part of the held money."""

    capture_id: str
    amount_minor: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RequestVoid:
    """Let part of the held money go."""

    void_id: str
    amount_minor: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RequestRefund:
    """Give part of the taken money back."""

    refund_id: str
    amount_minor: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Record what the provider says of one operation: a fact, never refused for its state."""

    operation_id: str
    answer: Answer
    now: datetime


PaymentCommand = (
    CreatePayment | ImportPayment | RequestCapture | RequestVoid | RequestRefund | RecordAnswer
)
