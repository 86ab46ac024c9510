"""Shipments as they are asked for and as they are answered."""

from typing import Annotated, Final

from pydantic import Field

from domain.shipments.events import ShipmentStatus
from handlers.api.models import Answer, Asked, Moment, UnitsList, Words

CarrierText = Annotated[str, Field(max_length=64, examples=["ups"])]
NumberText = Annotated[str, Field(max_length=128, examples=["1Z999AA10123456784"])]


class CreateShipmentBody(Asked):
    """A shipment; without lines, of all open units. With a carrier alone a label is bought."""

    lines: UnitsList = Field(default_factory=list)
    carrier: CarrierText | None = None
    tracking_number: NumberText | None = None


class SplitBody(Asked):
    """The units that travel in a parcel of their own."""

    lines: UnitsList


class TrackingBody(Asked):
    """The carrier and its number."""

    carrier: CarrierText
    tracking_number: NumberText


class ScanBody(Asked):
    """What a carrier saw, where and when; without a time, nobody knows when."""

    status: ShipmentStatus = Field(examples=["picked_up"])
    at: Moment | None = None
    location: Words = ""
    text: Words = ""


class CancelShipmentBody(Asked):
    """Why it is not sent."""

    reason: Words = ""


ALL_OPEN: Final = CreateShipmentBody()
NO_REASON: Final = CancelShipmentBody()


class ShippedLineAnswer(Answer):
    """Units of an order's line in this parcel."""

    line_id: str
    quantity: int


class ScanAnswer(Answer):
    """A scan."""

    scan_id: str
    status: str
    at: str | None
    certainty: str = Field(examples=["exact"])


class ShipmentAnswer(Answer):
    """A parcel: what is in it and where it is."""

    shipment_id: str
    order_id: str
    version: int = Field(description="0 while only its order knows of it.")
    status: str = Field(examples=["created"])
    carrier: str
    tracking_number: str
    label: str = Field(description="`pending` while a carrier is asked for one.")
    lines: list[ShippedLineAnswer]
    scans: list[ScanAnswer]
    anomalies: list[str]
    created_at: str | None
    handed_over_at: str | None
    delivered_at: str | None


class ShipmentsAnswer(Answer):
    """Shipments, oldest first."""

    shipments: list[ShipmentAnswer]
