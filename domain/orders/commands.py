"""What may be asked of an order, and the closed list of reasons to say no.

`now` is our clock, UTC; amounts are integer minor units of the order's currency.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.kernel.decider import EVIDENCE
from domain.kernel.times import When
from domain.orders.events import PaymentMode


class OrderRefusal(StrEnum):
    """Why an order says no; each value is a stable code."""

    ORDER_EXISTS = "order_exists"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_CLOSED = "order_closed"
    ORDER_IMPORTED = "order_imported"
    ORDER_ON_HOLD = "order_on_hold"
    ORDER_NOT_CONFIRMED = "order_not_confirmed"
    NO_LINES = "no_lines"
    TOO_MANY_LINES = "too_many_lines"
    INVALID_QUANTITY = "invalid_quantity"
    UNKNOWN_LINE = "unknown_line"
    DUPLICATE_LINE = "duplicate_line"
    LINE_NOT_OPEN = "line_not_open"
    TOTAL_DOES_NOT_ADD_UP = "total_does_not_add_up"
    DISCOUNT_EXCEEDS_LINES = "discount_exceeds_lines"
    IN_SHIPMENT = "in_shipment"
    NOT_ON_HOLD = "not_on_hold"
    NOT_AUTHORISED = "not_authorised"
    NOT_FINISHED = "not_finished"
    UNKNOWN_PAYMENT = "unknown_payment"
    UNKNOWN_SHIPMENT = "unknown_shipment"
    MORE_THAN_OPEN = "more_than_open"
    TOO_MANY_SHIPMENTS = "too_many_shipments"
    TOO_MANY_PAYMENTS = "too_many_payments"
    TOO_MANY_MOVEMENTS = "too_many_movements"


class HoldReason(StrEnum):
    """Why an order waits."""

    FRAUD_REVIEW = "fraud_review"
    PAYMENT_DISPUTE = "payment_dispute"
    ADDRESS = "address"
    STOCK = "stock"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as asked for; without a `line_id` it gets the next number."""

    sku: str
    quantity: int
    unit_price_minor: int
    line_id: str = ""
    seller_id: str = ""
    ship_by: When | None = None


@dataclass(frozen=True, slots=True)
class LineQuantity:
    """A number of units of one line."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What an order needs to know of one of its payments; each figure only ever grows.

    `taken_minor` is what the provider has confirmed as captured; `failed` names the parts
    (captures, voids, refunds) that the provider has refused.
    """

    payment_id: str
    authorised_minor: int
    taken_minor: int
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Order something; `expected_total_minor` is the caller's own sum, compared and not trusted."""

    order_id: str
    customer_id: str
    currency: str
    lines: tuple[NewLine, ...]
    now: datetime
    shipping_minor: int = 0
    tax_minor: int = 0
    discount_minor: int = 0
    expected_total_minor: int | None = None
    payment: PaymentMode = PaymentMode.AUTOMATIC


@dataclass(frozen=True, slots=True)
class ImportedPayment:
    """A payment of an imported order."""

    payment_id: str
    amount_minor: int
    method: str


@dataclass(frozen=True, slots=True)
class ImportedShipment:
    """A shipment of an imported order, and the lines that were in it, whole."""

    shipment_id: str
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A contradiction that the importer saw in the source itself."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """Take over an order's whole history: recorded, never refused for contradicting itself.

    A moment is None where it did not happen, and of unknown time where it happened undated.
    """

    order_id: str
    customer_id: str
    currency: str
    lines: tuple[NewLine, ...]
    shipping_minor: int
    source: str
    source_status: str
    placed: When
    payments: tuple[ImportedPayment, ...]
    shipments: tuple[ImportedShipment, ...]
    now: datetime
    approved: When | None = None
    handed_over: When | None = None
    delivered: When | None = None
    cancelled: When | None = None
    promised: When | None = None
    anomalies: tuple[Anomaly, ...] = field(default=(), metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """Confirm, now that authorisations cover what is due."""

    authorised_minor: int = field(metadata=EVIDENCE)
    now: datetime


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """Let nothing new leave."""

    reason: HoldReason
    now: datetime


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """End one hold."""

    reason: HoldReason
    now: datetime


@dataclass(frozen=True, slots=True)
class ModifyOrder:
    """Set quantities of lines, add lines, set the shipping; what is not named stays."""

    quantities: tuple[LineQuantity, ...]
    added: tuple[NewLine, ...]
    now: datetime
    shipping_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CancelLine:
    """Cancel units of one line that are in no shipment; None means all of these."""

    line_id: str
    reason: str
    now: datetime
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel all of it; refused while any unit is in a shipment."""

    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class CompleteOrder:
    """Close it: `finished` names shipments that arrived, `balance_minor` is what is still owed."""

    finished: tuple[str, ...] = field(metadata=EVIDENCE)
    balance_minor: int = field(metadata=EVIDENCE)
    now: datetime


@dataclass(frozen=True, slots=True)
class RequestPayment:
    """Record the intent of a payment; without an amount, what no payment covers yet.

    `missing_minor` is that sum where somebody has looked at the payments; otherwise it is what the
    order itself has not asked for, and `failed` names the parts that moved no money after all.
    """

    payment_id: str
    now: datetime
    amount_minor: int | None = None
    method: str = ""
    missing_minor: int | None = field(default=None, metadata=EVIDENCE)
    failed: tuple[str, ...] = field(default=(), metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class AllocateShipment:
    """Set units aside for a shipment, and say how it is to travel, as far as the caller knows.

    `covered_minor` is what is held or taken of the customer's money, where somebody has looked.
    """

    shipment_id: str
    lines: tuple[LineQuantity, ...]
    now: datetime
    carrier: str = ""
    tracking_number: str = ""
    covered_minor: int | None = field(default=None, metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class SplitAllocation:
    """Let some units of a shipment travel in a parcel of their own."""

    shipment_id: str
    parcel_id: str
    lines: tuple[LineQuantity, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class ReleaseAllocation:
    """Free the units of a shipment that was cancelled."""

    shipment_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SettleMoney:
    """Plan what is due now: captures for shipments on their way, voids and refunds of the rest.

    `moved` names shipments with a physical scan, in the order of their allocation.
    """

    payments: tuple[PaymentFacts, ...] = field(metadata=EVIDENCE)
    moved: tuple[str, ...] = field(metadata=EVIDENCE)
    now: datetime


@dataclass(frozen=True, slots=True)
class CapturePayment:
    """Take held money by hand; without an amount, all that is held on that payment.

    `part_id` names the movement: the same one again is the same money, however late.
    """

    payment_id: str
    payment: PaymentFacts = field(metadata=EVIDENCE)
    now: datetime
    amount_minor: int | None = None
    part_id: str = ""


@dataclass(frozen=True, slots=True)
class VoidPayment:
    """Let held money go by hand; without an amount, all that is held on that payment.

    `part_id` names the movement: the same one again is the same money, however late.
    """

    payment_id: str
    payment: PaymentFacts = field(metadata=EVIDENCE)
    now: datetime
    amount_minor: int | None = None
    part_id: str = ""


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Give taken money back by hand; without an amount, all that was taken on that payment.

    `others` are the order's other payments: only all together tell what is owed of this one.
    `part_id` names the movement: the same one again is the same money, however late.
    """

    payment_id: str
    payment: PaymentFacts = field(metadata=EVIDENCE)
    now: datetime
    amount_minor: int | None = None
    part_id: str = ""
    reason: str = ""
    others: tuple[PaymentFacts, ...] = field(default=(), metadata=EVIDENCE)


OrderCommand = (
    PlaceOrder
    | ImportOrder
    | ConfirmOrder
    | HoldOrder
    | ReleaseOrder
    | ModifyOrder
    | CancelLine
    | CancelOrder
    | CompleteOrder
    | RequestPayment
    | AllocateShipment
    | SplitAllocation
    | ReleaseAllocation
    | SettleMoney
    | CapturePayment
    | VoidPayment
    | RefundPayment
)
