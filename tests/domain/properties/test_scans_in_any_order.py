from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.times import UNKNOWN_TIME, When
from domain.shipments.commands import RecordScan
from domain.shipments.decide import DECIDER
from domain.shipments.events import ShipmentEvent, ShipmentStatus
from domain.shipments.state import Shipment
from tests.support.builders import minute, parcel, registered, scan

times: st.SearchStrategy[When] = st.just(UNKNOWN_TIME) | st.integers(0, 5).map(minute)
statuses = st.sampled_from(
    [
        status
        for status in ShipmentStatus
        if status
        not in (ShipmentStatus.CREATED, ShipmentStatus.LABEL_PURCHASED, ShipmentStatus.CANCELLED)
    ]
)
scans = st.builds(scan, statuses, times, st.sampled_from(["", "hub"]))


def after(commands: list[RecordScan]) -> tuple[Shipment, list[ShipmentEvent]]:
    events: list[ShipmentEvent] = [parcel(), registered()]
    for command in commands:
        events.extend(DECIDER.decide(command, DECIDER.fold.over(events)))
    shipment = DECIDER.fold.over(events)
    assert isinstance(shipment, Shipment)
    return shipment, events


@settings(max_examples=40)
@given(st.lists(scans, min_size=1, max_size=8), st.data())
def test_any_order_and_any_duplication_of_scans_give_the_same_parcel(
    commands: list[RecordScan], data: st.DataObject
) -> None:
    twice = [*commands, *data.draw(st.lists(st.sampled_from(commands), max_size=5))]
    shuffled = data.draw(st.permutations(twice))
    one, other = after(commands)[0], after(shuffled)[0]
    assert (one.status, one.moving, one.finished) == (other.status, other.moving, other.finished)
    assert (one.handed_over_at, one.delivered_at) == (other.handed_over_at, other.delivered_at)
    assert set(one.scans) == set(other.scans)


@settings(max_examples=40)
@given(st.lists(scans, max_size=8))
def test_delivered_stays_delivered_and_is_said_once(commands: list[RecordScan]) -> None:
    for length in range(len(commands)):
        if after(commands[:length])[0].status is ShipmentStatus.DELIVERED:
            assert after(commands)[0].status is ShipmentStatus.DELIVERED
    names = [type(event).__name__ for event in after(commands)[1]]
    assert names.count("ShipmentDelivered") <= 1


@settings(max_examples=40)
@given(st.lists(scans, max_size=8))
def test_the_changes_that_were_said_lead_from_the_first_status_to_the_last(
    commands: list[RecordScan],
) -> None:
    shipment, events = after(commands)
    status = ShipmentStatus.LABEL_PURCHASED
    for event in events:
        if type(event).__name__ == "ShipmentStatusChanged":
            before, status = event.before, event.after  # type: ignore[union-attr]  # Just named.
            assert before is not status
    assert status is shipment.status
