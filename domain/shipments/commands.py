"""What may be asked of a shipment, and the closed list of reasons to say no. `now` is UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.times import When
from domain.shipments.events import ShipmentStatus, ShippedLine


class ShipmentRefusal(StrEnum):
    """Why a shipment says no; each value is a stable code."""

    SHIPMENT_NOT_FOUND = "shipment_not_found"
    SHIPMENT_EXISTS = "shipment_exists"
    SHIPMENT_CLOSED = "shipment_closed"
    SHIPMENT_IMPORTED = "shipment_imported"
    TOO_MANY_SCANS = "too_many_scans"
    ALREADY_MOVING = "already_moving"
    INVALID_CARRIER = "invalid_carrier"
    INVALID_TRACKING_NUMBER = "invalid_tracking_number"
    INVALID_SCAN = "invalid_scan"


@dataclass(frozen=True, slots=True)
class LabelBought:
    """The carrier takes the parcel under this number."""

    tracking_number: str


@dataclass(frozen=True, slots=True)
class LabelDenied:
    """The carrier will not take it."""

    code: str


@dataclass(frozen=True, slots=True)
class LabelPending:
    """No answer in time, or one that says it is still under way."""


LabelAnswer = LabelBought | LabelDenied | LabelPending


@dataclass(frozen=True, slots=True)
class CreateShipment:
    """Create the shipment that its order has allocated; with a carrier, a label is asked for."""

    shipment_id: str
    order_id: str
    customer_id: str
    lines: tuple[ShippedLine, ...]
    now: datetime
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class ImportedScan:
    """A scan of an imported shipment."""

    status: ShipmentStatus
    at: When


@dataclass(frozen=True, slots=True)
class ImportShipment:
    """Take over a shipment's history."""

    shipment_id: str
    order_id: str
    customer_id: str
    lines: tuple[ShippedLine, ...]
    seller_id: str
    created: When
    scans: tuple[ImportedScan, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class KeepLines:
    """Keep these units only: the order has given the others to parcels of their own."""

    lines: tuple[ShippedLine, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class RegisterTracking:
    """Name the carrier and its number."""

    carrier: str
    tracking_number: str
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordLabel:
    """Record what the carrier says of the label: a fact."""

    answer: LabelAnswer
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordScan:
    """Record what the carrier saw: a fact, kept whether or not it moves the status."""

    status: ShipmentStatus
    at: When
    now: datetime
    location: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CancelShipment:
    """Do not send it; refused once a carrier has had it in hand."""

    reason: str
    now: datetime


ShipmentCommand = (
    CreateShipment
    | ImportShipment
    | KeepLines
    | RegisterTracking
    | RecordLabel
    | RecordScan
    | CancelShipment
)
