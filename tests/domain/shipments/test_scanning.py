from datetime import timedelta

import pytest

from domain.kernel.times import UNKNOWN_TIME, Certainty, When
from domain.shipments import events as e
from domain.shipments.commands import ShipmentRefusal
from domain.shipments.events import ShipmentStatus as Is
from domain.shipments.scanning import CLOCKS_DIFFER_BY_MOST
from tests.support.builders import (
    AT,
    NOW,
    minute,
    parcel,
    registered,
    scan,
    scanned,
    shipment_after,
)
from tests.support.given import given

SENT = (parcel(), registered())
CANCELLED = e.ShipmentCancelled("", AT)


def changed(before: Is, seen: e.ScanRecorded) -> e.ShipmentStatusChanged:
    return e.ShipmentStatusChanged(before, seen.status, seen.scan_id, seen.at)


def odd(kind: str, seen: e.ScanRecorded) -> e.ScanAnomalyRecorded:
    return e.ScanAnomalyRecorded(seen.scan_id, kind, AT)


def test_a_scan_is_recorded_with_what_it_changes() -> None:
    seen = scanned(Is.PICKED_UP)
    given(*SENT).when(scan(Is.PICKED_UP)).then(seen, changed(Is.LABEL_PURCHASED, seen))


def test_a_scan_of_the_same_status_moves_nothing() -> None:
    again = scanned(Is.IN_TRANSIT, minute(1))
    given(*SENT, scanned(Is.IN_TRANSIT)).when(scan(Is.IN_TRANSIT, minute(1))).then(again)


def test_delivery_and_return_are_said_aloud() -> None:
    past = (*SENT, scanned(Is.IN_TRANSIT))
    arrived = scanned(Is.DELIVERED, minute(1))
    given(*past).when(scan(Is.DELIVERED, minute(1))).then(
        arrived, changed(Is.IN_TRANSIT, arrived), e.ShipmentDelivered(minute(1))
    )
    back = scanned(Is.RETURNED, minute(1))
    given(*past).when(scan(Is.RETURNED, minute(1))).then(
        back, changed(Is.IN_TRANSIT, back), e.ReturnedToSender(minute(1))
    )


def test_the_same_words_again_are_the_same_scan() -> None:
    past = (*SENT, scanned(Is.IN_TRANSIT, AT, "Left the  HUB"))
    given(*past).when(scan(Is.IN_TRANSIT, AT, "left the hub ")).then_nothing()
    assert len(given(*past).when(scan(Is.IN_TRANSIT, AT, "left the hub", "Bonn")).decided()) == 1


def test_a_late_scan_is_history_only() -> None:
    late = scanned(Is.PICKED_UP, minute(-1))
    given(*SENT, scanned(Is.IN_TRANSIT)).when(scan(Is.PICKED_UP, minute(-1))).then(
        late, odd("late", late)
    )


def test_what_is_scanned_after_delivery_changes_nothing_and_is_odd() -> None:
    after = scanned(Is.OUT_FOR_DELIVERY, minute(1))
    given(*SENT, scanned(Is.DELIVERED)).when(scan(Is.OUT_FOR_DELIVERY, minute(1))).then(
        after, odd("after_the_end", after)
    )


def test_delivered_minutes_before_out_for_delivery_is_delivered() -> None:
    early = scanned(Is.DELIVERED, minute(-5))
    past = (*SENT, scanned(Is.OUT_FOR_DELIVERY))
    given(*past).when(scan(Is.DELIVERED, minute(-5))).then(
        early,
        changed(Is.OUT_FOR_DELIVERY, early),
        e.ShipmentDelivered(minute(-5)),
        odd("late", early),
    )


def test_a_parcel_that_moves_after_it_was_cancelled_is_odd() -> None:
    seen = scanned(Is.PICKED_UP)
    given(*SENT, CANCELLED).when(scan(Is.PICKED_UP)).then(
        seen, odd("moving_after_cancellation", seen)
    )
    paper = scanned(Is.PRE_TRANSIT)
    given(*SENT, CANCELLED).when(scan(Is.PRE_TRANSIT)).then(paper)
    assert shipment_after(*SENT, CANCELLED, seen).status == "cancelled"


def test_a_scan_from_the_future_is_recorded_and_odd() -> None:
    edge, beyond = When(NOW + CLOCKS_DIFFER_BY_MOST), minute(26 * 60 + 1)
    assert len(given(*SENT).when(scan(Is.PICKED_UP, edge)).decided()) == 2
    seen = scanned(Is.PICKED_UP, beyond)
    given(*SENT).when(scan(Is.PICKED_UP, beyond)).then(
        seen, changed(Is.LABEL_PURCHASED, seen), odd("in_the_future", seen)
    )


def test_a_scan_whose_time_nobody_knows_is_recorded() -> None:
    seen = scanned(Is.PICKED_UP, UNKNOWN_TIME)
    given(*SENT).when(scan(Is.PICKED_UP, UNKNOWN_TIME)).then(
        seen, changed(Is.LABEL_PURCHASED, seen)
    )


def test_two_readings_of_one_local_time_are_one_scan() -> None:
    raw = "2026-01-01 13:00"
    one, other = (
        When(NOW + timedelta(hours=hours), Certainty.ZONE_ASSUMED, raw) for hours in (0, 1)
    )
    past = given(*SENT, scanned(Is.PICKED_UP, one))
    past.when(scan(Is.PICKED_UP, other)).then_nothing()


@pytest.mark.parametrize("status", [Is.CREATED, Is.LABEL_PURCHASED, Is.CANCELLED])
def test_what_only_we_can_say_is_no_scan(status: Is) -> None:
    given(*SENT).when(scan(status)).then_refused(ShipmentRefusal.INVALID_SCAN, "status")


@pytest.mark.parametrize("status", [each for each in Is if each not in ("delivered", "returned")])
def test_nothing_follows_delivery_or_return(status: Is) -> None:
    for end in (Is.DELIVERED, Is.RETURNED):
        shipment = shipment_after(*SENT, scanned(end), scanned(status, minute(60)))
        assert shipment.status is end


def test_scans_of_one_moment_are_ordered_by_how_far_they_are() -> None:
    shipment = shipment_after(*SENT, scanned(Is.OUT_FOR_DELIVERY), scanned(Is.IN_TRANSIT))
    assert shipment.status is Is.OUT_FOR_DELIVERY


@pytest.mark.parametrize(
    ("status", "moving"),
    [
        (Is.PRE_TRANSIT, False),
        (Is.UNKNOWN, False),
        (Is.PICKED_UP, True),
        (Is.ON_HOLD, True),
        (Is.LOST, True),
        (Is.DELIVERED, True),
    ],
)
def test_a_parcel_moves_once_a_carrier_has_seen_it(status: Is, *, moving: bool) -> None:
    assert shipment_after(*SENT, scanned(status)).moving is moving


def test_the_first_hand_over_and_the_first_delivery_are_the_ones_that_count() -> None:
    shipment = shipment_after(
        *SENT,
        scanned(Is.DELIVERED, minute(9)),
        scanned(Is.PICKED_UP, minute(3)),
        scanned(Is.DELIVERED, minute(8)),
        scanned(Is.PICKED_UP, minute(1)),
    )
    assert (shipment.handed_over_at, shipment.delivered_at) == (minute(1), minute(8))
    bare = shipment_after(*SENT)
    assert (bare.handed_over_at, bare.delivered_at) == (None, None)
