"""What has happened to an order. Stored for ever, so changed only by adding fields with defaults.

Amounts are integer minor units of the order's currency; `at` is when it happened, UTC.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.times import When


class PaymentMode(StrEnum):
    """Who starts payments: our policy, once the order is placed, or the caller."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line as ordered; `amount_minor` is its price with its share of tax and discount."""

    line_id: str
    sku: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    seller_id: str = ""
    ship_by: When | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Some units of a line, and what exactly these units are worth."""

    line_id: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line's quantity and worth before and after a modification."""

    line_id: str
    quantity_before: int
    quantity_after: int
    amount_delta_minor: int


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A customer ordered; `total_minor` is lines + shipping, tax and discount included.

    `source` and `source_status` stand only in history taken over from elsewhere; `promised` is when
    delivery was promised for.
    """

    order_id: str
    customer_id: str
    currency: str
    lines: tuple[OrderedLine, ...]
    shipping_minor: int
    total_minor: int
    at: When
    payment: PaymentMode = PaymentMode.AUTOMATIC
    tax_minor: int = 0
    discount_minor: int = 0
    imported: bool = False
    source: str = ""
    source_status: str = ""
    promised: When | None = None


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """What is due is covered by authorisations: goods may leave."""

    at: When


@dataclass(frozen=True, slots=True)
class OrderHeld:
    """Nothing new leaves until this hold is released; several may stack, one a reason."""

    reason: str
    at: When


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """One hold is over."""

    reason: str
    at: When


@dataclass(frozen=True, slots=True)
class OrderModified:
    """Quantities changed, lines were added, or shipping was set."""

    changes: tuple[LineChange, ...]
    added: tuple[OrderedLine, ...]
    shipping_minor: int
    total_before_minor: int
    total_after_minor: int
    currency: str
    at: When


@dataclass(frozen=True, slots=True)
class LineCancelled:
    """Some units of a line will not be delivered and are no longer owed."""

    cancelled: Portion
    currency: str
    reason: str
    at: When


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """Every unit that was not in a shipment will not be delivered."""

    reason: str
    at: When


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    """Every unit is delivered, cancelled or returned, and nobody owes anything."""

    at: When


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    """The intent of a payment: it stands here before the payment's own stream exists."""

    payment_id: str
    amount_minor: int
    at: When
    method: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentAllocated:
    """Units set aside for a shipment: it stands here before the shipment's own stream exists."""

    shipment_id: str
    portions: tuple[Portion, ...]
    at: When
    carrier: str = ""
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class AllocationSplit:
    """Some units of a shipment travel in a parcel of their own."""

    shipment_id: str
    parcel_id: str
    portions: tuple[Portion, ...]
    at: When


@dataclass(frozen=True, slots=True)
class AllocationReleased:
    """A shipment will not leave: its units are free again."""

    shipment_id: str
    at: When


@dataclass(frozen=True, slots=True)
class CapturePlanned:
    """Money to be taken from an authorised payment, for a shipment or by hand."""

    part_id: str
    payment_id: str
    amount_minor: int
    at: When
    shipment_id: str = ""


@dataclass(frozen=True, slots=True)
class VoidPlanned:
    """Held money to be let go; `by_hand` where it was not in excess, but somebody wanted it so."""

    part_id: str
    payment_id: str
    amount_minor: int
    at: When
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class RefundPlanned:
    """Taken money to be given back; `credited_minor` of it was owed until this was agreed."""

    part_id: str
    payment_id: str
    amount_minor: int
    at: When
    credited_minor: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnomalyRecorded:
    """History that contradicts itself, kept as it is; `kind` is stable, `detail` is for people."""

    kind: str
    detail: str
    at: When


OrderEvent = (
    OrderPlaced
    | OrderConfirmed
    | OrderHeld
    | OrderReleased
    | OrderModified
    | LineCancelled
    | OrderCancelled
    | OrderCompleted
    | PaymentRequested
    | ShipmentAllocated
    | AllocationSplit
    | AllocationReleased
    | CapturePlanned
    | VoidPlanned
    | RefundPlanned
    | AnomalyRecorded
)
