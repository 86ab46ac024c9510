from dataclasses import dataclass

import pytest

from domain.orders import commands as o
from domain.policies.react import react
from domain.shipments.commands import LabelAnswer, LabelBought
from domain.shipments.ports import Consignment
from domain.shipments.state import Shipment
from domain.shipments.use_cases import settle_label
from tests.support.world import World, place


@dataclass
class OneNumber:
    """A carrier that gives every parcel the same number."""

    number: str

    def book_label(self, consignment: Consignment) -> LabelAnswer:  # noqa: ARG002  # The port's.
        return LabelBought(self.number)

    def look_up(self, key: str) -> LabelAnswer | None:  # noqa: ARG002  # The port's.
        return None


@pytest.mark.parametrize(
    ("number", "refused"), [("1Z9999", "claim_taken"), ("?", "invalid_tracking_number")]
)
def test_a_label_whose_number_cannot_be_used_is_a_label_refused(number: str, refused: str) -> None:
    world = World()
    world.order("o1", place())
    world.run("o1")
    one = (o.LineQuantity("2", 1),)
    world.order("o1", lambda now: o.AllocateShipment("s1", one, now, "ups", "1Z 9999"))
    world.run("o1")
    world.order("o1", lambda now: o.AllocateShipment("s2", one, now, "ups"))
    react(world.streams, "o1", world.clock, "test")
    carrier = OneNumber(number)
    assert settle_label(world.streams.shipments, carrier, "s2", world.clock, "test") == ()
    shipment = world.streams.shipments.load("s2").state
    assert isinstance(shipment, Shipment)
    assert (shipment.tracking_number, shipment.label_open) == ("", False)
    assert shipment.label_refused == refused
