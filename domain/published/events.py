"""The events that leave the service: a contract, so changed only by adding optional fields.

A breaking change is a class of a higher VERSION beside the old one. Times are UTC, None where the
source did not know; amounts are integer minor units with their currency.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PublishedEvent:
    """Every published event has a source, a version, and `occurred_at`: when it happened."""

    SOURCE: ClassVar[str] = "waybill"
    VERSION: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class CommerceEvent(PublishedEvent):
    """Something that happened to an order, or to what belongs to it."""

    order_id: str
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderEvent(CommerceEvent):
    """Something that happened to an order."""

    SOURCE: ClassVar[str] = "waybill.orders"

    customer_id: str


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A line of an order."""

    line_id: str
    sku: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class OrderPlaced(OrderEvent):
    """A customer ordered."""

    lines: tuple[PublishedLine, ...]
    shipping: Money
    total: Money


@dataclass(frozen=True, slots=True)
class OrderConfirmed(OrderEvent):
    """Goods may leave."""


@dataclass(frozen=True, slots=True)
class OrderHeld(OrderEvent):
    """Nothing new leaves for now."""

    reason: str


@dataclass(frozen=True, slots=True)
class OrderReleased(OrderEvent):
    """One hold is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class OrderModified(OrderEvent):
    """What was ordered has changed."""

    total_before: Money
    total_after: Money


@dataclass(frozen=True, slots=True)
class OrderLineCancelled(OrderEvent):
    """Some units will not be delivered."""

    line_id: str
    quantity: int
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class OrderCancelled(OrderEvent):
    """The rest of the order will not be delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class OrderCompleted(OrderEvent):
    """Everything has arrived and is paid."""


@dataclass(frozen=True, slots=True)
class PaymentEvent(CommerceEvent):
    """Something that happened to a payment of an order."""

    SOURCE: ClassVar[str] = "waybill.payments"

    payment_id: str


@dataclass(frozen=True, slots=True)
class PaymentCreated(PaymentEvent):
    """Somebody is to pay."""

    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentAuthorised(PaymentEvent):
    """The provider holds the money."""

    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentDeclined(PaymentEvent):
    """The provider will not hold the money."""

    code: str


@dataclass(frozen=True, slots=True)
class PaymentCaptured(PaymentEvent):
    """Money was taken."""

    capture_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentCaptureFailed(PaymentEvent):
    """Held money could not be taken; it is still held."""

    capture_id: str
    code: str


@dataclass(frozen=True, slots=True)
class PaymentVoidFailed(PaymentEvent):
    """Held money could not be let go; it is still held."""

    void_id: str
    code: str


@dataclass(frozen=True, slots=True)
class PaymentVoided(PaymentEvent):
    """Held money was let go."""

    void_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentRefunded(PaymentEvent):
    """Taken money went back."""

    refund_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentRefundFailed(PaymentEvent):
    """Money that was to go back, or had gone back, is ours again."""

    refund_id: str
    amount: Money
    code: str


@dataclass(frozen=True, slots=True)
class ShipmentEvent(CommerceEvent):
    """Something that happened to a shipment of an order."""

    SOURCE: ClassVar[str] = "waybill.shipments"

    shipment_id: str


@dataclass(frozen=True, slots=True)
class PublishedUnits:
    """Units of an order's line in a parcel."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentCreated(ShipmentEvent):
    """A parcel is to be sent."""

    lines: tuple[PublishedUnits, ...]


@dataclass(frozen=True, slots=True)
class ShipmentTrackingRegistered(ShipmentEvent):
    """The parcel travels under this number."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class ShipmentStatusChanged(ShipmentEvent):
    """The parcel is somewhere else; treat a status that you do not know as `unknown`."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShipmentDelivered(ShipmentEvent):
    """The parcel has arrived."""


@dataclass(frozen=True, slots=True)
class ShipmentReturned(ShipmentEvent):
    """The parcel came back to its sender."""


@dataclass(frozen=True, slots=True)
class ShipmentCancelled(ShipmentEvent):
    """The parcel will not be sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class CiJobEnded(PublishedEvent):
    """A CI job has ended; one that is retried ends again.

    `outcome` is passed, failed, lost, cancelled, superseded or rejected. Treat an outcome that you
    do not know as `failed`.
    """

    SOURCE: ClassVar[str] = "waybill.ci"

    job_id: str
    occurred_at: datetime | None
    customer_id: str
    outcome: str


PUBLISHED: tuple[type[PublishedEvent], ...] = (
    OrderPlaced,
    OrderConfirmed,
    OrderHeld,
    OrderReleased,
    OrderModified,
    OrderLineCancelled,
    OrderCancelled,
    OrderCompleted,
    PaymentCreated,
    PaymentAuthorised,
    PaymentDeclined,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentVoided,
    PaymentVoidFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    ShipmentCreated,
    ShipmentTrackingRegistered,
    ShipmentStatusChanged,
    ShipmentDelivered,
    ShipmentReturned,
    ShipmentCancelled,
    CiJobEnded,
)
"""Every event that leaves the service."""
