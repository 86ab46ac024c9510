"""What shipments ask of the world: the carrier."""

from dataclasses import dataclass
from typing import Protocol

from domain.shipments.commands import LabelAnswer
from domain.shipments.events import ShippedLine


@dataclass(frozen=True, slots=True)
class Consignment:
    """A parcel for the carrier; `key` makes handing it over twice the same as once."""

    key: str
    carrier: str
    shipment_id: str
    lines: tuple[ShippedLine, ...]


class Carrier(Protocol):
    """Whoever moves the parcels. A timeout is LabelPending, never a no; other trouble raises."""

    def book_label(self, consignment: Consignment) -> LabelAnswer:
        """Buy a label, unless this key has one: then answer as then."""

    def look_up(self, key: str) -> LabelAnswer | None:
        """Say what became of a key; None when it never arrived."""
