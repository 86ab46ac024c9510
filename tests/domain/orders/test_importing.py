from dataclasses import replace
from datetime import timedelta

import pytest

from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.times import UNKNOWN_TIME
from domain.orders.commands import (
    Anomaly,
    ImportedPayment,
    ImportedShipment,
    ImportOrder,
    OrderRefusal,
)
from domain.orders.events import (
    AnomalyRecorded,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    PaymentMode,
    PaymentRequested,
    ShipmentAllocated,
)
from tests.support.builders import AT, NOW, line, minute, new, placed, portion
from tests.support.given import given

LINES = (line("1", 1, 1000), line("2", 1, 333))
LIFE = ImportOrder(
    order_id="o1",
    customer_id="c1",
    currency="BRL",
    lines=(new(1, 1000, "1"), new(1, 333, "2")),
    shipping_minor=500,
    source="olist",
    source_status="delivered",
    placed=minute(0),
    payments=(ImportedPayment("p1", 1833, "credit_card"), ImportedPayment("p2", 0, "voucher")),
    shipments=(ImportedShipment("s1", ("1",)), ImportedShipment("s2", ("2",))),
    now=NOW,
    approved=minute(1),
    handed_over=minute(2),
    delivered=minute(3),
)
PLACED = replace(
    placed(*LINES),
    currency="BRL",
    payment=PaymentMode.MANUAL,
    imported=True,
    source="olist",
    source_status="delivered",
)
PAID = (
    PaymentRequested("p1", 1833, minute(0), "credit_card"),
    PaymentRequested("p2", 0, minute(0), "voucher"),
)


def anomalies(command: ImportOrder) -> list[tuple[str, str]]:
    decided = given().when(command).decided()
    return [(one.kind, one.detail) for one in decided if isinstance(one, AnomalyRecorded)]


def kinds(command: ImportOrder) -> list[str]:
    return [kind for kind, _ in anomalies(command)]


def test_a_whole_life_is_taken_over_at_the_times_that_it_happened() -> None:
    given().when(LIFE).then(
        PLACED,
        *PAID,
        OrderConfirmed(minute(1)),
        ShipmentAllocated("s1", (portion("1", 1, 1000),), minute(2)),
        ShipmentAllocated("s2", (portion("2", 1, 333),), minute(2)),
        OrderCompleted(minute(3)),
    )


def test_what_did_not_happen_is_not_made_up() -> None:
    bare = replace(LIFE, shipments=(), approved=None, handed_over=None, delivered=None)
    given().when(bare).then(PLACED, *PAID)


def test_a_cancellation_is_taken_over_and_what_was_sent_stays_sent() -> None:
    command = replace(LIFE, shipments=LIFE.shipments[:1], delivered=None, cancelled=minute(4))
    asking = given().when(command)
    asking.then(
        PLACED,
        *PAID,
        OrderConfirmed(minute(1)),
        ShipmentAllocated("s1", (portion("1", 1, 1000),), minute(2)),
        OrderCancelled("imported", minute(4)),
        AnomalyRecorded("cancelled_after_hand_over", "the parcel was on its way", AT),
    )
    order = asking.state()
    assert (order.due_minor, order.lines[1].cancelled_quantity) == (1500, 1)


def test_history_is_taken_over_once() -> None:
    given(PLACED).when(LIFE).then_nothing()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (LIFE, []),
        (replace(LIFE, approved=minute(-1)), ["approved_before_placed"]),
        (replace(LIFE, handed_over=minute(0)), ["handed_over_before_approved"]),
        (
            replace(LIFE, delivered=minute(-1)),
            [
                "delivered_before_placed",
                "delivered_before_approved",
                "delivered_before_handed_over",
            ],
        ),
        (replace(LIFE, approved=minute(0), handed_over=minute(0), delivered=minute(0)), []),
        (replace(LIFE, delivered=UNKNOWN_TIME), ["delivered_without_date"]),
        (replace(LIFE, approved=UNKNOWN_TIME, handed_over=minute(0)), []),
        (
            replace(LIFE, cancelled=UNKNOWN_TIME),
            ["cancelled_after_hand_over", "cancelled_after_delivery"],
        ),
        (replace(LIFE, anomalies=(Anomaly("odd", "seen"),)), ["odd"]),
    ],
)
def test_what_contradicts_itself_is_recorded_beside_it(
    changed: ImportOrder, expected: list[str]
) -> None:
    assert kinds(changed) == expected


def test_an_anomaly_says_both_times() -> None:
    ((kind, detail),) = anomalies(replace(LIFE, approved=minute(-1)))
    before, after = NOW - timedelta(minutes=1), NOW
    assert (kind, detail) == (
        "approved_before_placed",
        f"{before.isoformat()} is before {after.isoformat()}",
    )


ODD = [
    (replace(LIFE, order_id="o 1"), KernelRefusal.INVALID_ID),
    (replace(LIFE, customer_id=""), KernelRefusal.INVALID_ID),
    (replace(LIFE, currency="XXX"), KernelRefusal.UNKNOWN_CURRENCY),
    (replace(LIFE, shipping_minor=-1), KernelRefusal.INVALID_AMOUNT),
    (replace(LIFE, payments=(ImportedPayment("p1", -1, ""),)), KernelRefusal.INVALID_AMOUNT),
    (replace(LIFE, payments=(ImportedPayment("p#1", 1, ""),)), KernelRefusal.INVALID_ID),
    (replace(LIFE, shipments=(ImportedShipment("s#1", ()),)), KernelRefusal.INVALID_ID),
    (replace(LIFE, shipments=(ImportedShipment("s1", ("9",)),)), OrderRefusal.UNKNOWN_LINE),
    (
        replace(LIFE, shipments=(ImportedShipment("s1", ("1",)), ImportedShipment("s2", ("1",)))),
        OrderRefusal.DUPLICATE_LINE,
    ),
    (replace(LIFE, lines=(new(1, 1, "1"), new(1, 1, "1"))), OrderRefusal.DUPLICATE_LINE),
    (replace(LIFE, lines=(new(0, 1, "1"),), shipments=()), OrderRefusal.INVALID_QUANTITY),
]


@pytest.mark.parametrize(("command", "reason"), ODD)
def test_values_that_cannot_be_are_refused_before_anything_is_written(
    command: ImportOrder, reason: KernelRefusal | OrderRefusal
) -> None:
    with pytest.raises(Refused) as caught:
        given().when(command).decided()
    assert caught.value.reason is reason


def test_an_order_without_lines_is_taken_over_as_it_is() -> None:
    order = given().when(replace(LIFE, lines=(), shipments=(), shipping_minor=0)).state()
    assert (order.lines, order.total_minor) == ((), 0)
