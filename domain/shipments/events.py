"""What has happened to a shipment. Stored for ever, so changed only by adding fields with defaults.

`at` is when it happened, as its source claims, UTC. Scans from outside are always recorded,
whether or not they move the status.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.times import When


class ShipmentStatus(StrEnum):
    """Where a parcel is, in the order that breaks ties between scans of the same moment."""

    CREATED = "created"
    LABEL_PURCHASED = "label_purchased"
    UNKNOWN = "unknown"
    PRE_TRANSIT = "pre_transit"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    ON_HOLD = "on_hold"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    LOST = "lost"
    DESTROYED = "destroyed"
    RETURNING = "returning"
    RETURNED = "returned"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """Units of an order's line in this parcel."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipmentCreated:
    """A parcel is to be sent; its order has set these units aside before."""

    shipment_id: str
    order_id: str
    customer_id: str
    lines: tuple[ShippedLine, ...]
    at: When
    seller_id: str = ""
    imported: bool = False


@dataclass(frozen=True, slots=True)
class ShipmentSplit:
    """Units have moved to parcels of their own; `lines` are those that stay."""

    lines: tuple[ShippedLine, ...]
    at: When


@dataclass(frozen=True, slots=True)
class LabelRequested:
    """The intent to have the carrier take this parcel."""

    carrier: str
    at: When


@dataclass(frozen=True, slots=True)
class LabelRefused:
    """The carrier will not take it; `code` is its reason."""

    carrier: str
    code: str
    at: When


@dataclass(frozen=True, slots=True)
class LabelUnknown:
    """The carrier did not answer in time: neither yes nor no, to be asked for."""

    carrier: str
    at: When


@dataclass(frozen=True, slots=True)
class TrackingRegistered:
    """The parcel travels under this number; a live number belongs to one shipment only."""

    carrier: str
    tracking_number: str
    at: When


@dataclass(frozen=True, slots=True)
class ScanRecorded:
    """The carrier saw the parcel; `scan_id` is derived from what it said."""

    scan_id: str
    status: ShipmentStatus
    at: When
    location: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShipmentStatusChanged:
    """The fold over all scans has come to another status."""

    before: ShipmentStatus
    after: ShipmentStatus
    scan_id: str
    at: When


@dataclass(frozen=True, slots=True)
class ShipmentDelivered:
    """The parcel has arrived. It stays so, whatever is scanned later."""

    at: When


@dataclass(frozen=True, slots=True)
class ReturnedToSender:
    """The parcel came back."""

    at: When


@dataclass(frozen=True, slots=True)
class ScanAnomalyRecorded:
    """A scan that does not fit; it is recorded all the same."""

    scan_id: str
    kind: str
    at: When


@dataclass(frozen=True, slots=True)
class ShipmentCancelled:
    """The parcel will not be sent."""

    reason: str
    at: When


ShipmentEvent = (
    ShipmentCreated
    | ShipmentSplit
    | LabelRequested
    | LabelRefused
    | LabelUnknown
    | TrackingRegistered
    | ScanRecorded
    | ShipmentStatusChanged
    | ShipmentDelivered
    | ReturnedToSender
    | ScanAnomalyRecorded
    | ShipmentCancelled
)
