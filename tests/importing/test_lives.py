from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from adapters.olist import tables
from adapters.olist.life import life_of
from domain.kernel.times import UNKNOWN_TIME, When
from domain.orders.commands import Anomaly
from domain.policies.importing import Life
from domain.shipments.events import ShipmentStatus, ShippedLine
from tests.support.olist import NOW, item_row, order_row, payment_row

LOCAL = ZoneInfo("America/Sao_Paulo")


def _life(order: str, payments: Sequence[str] = (), items: Sequence[str] = ()) -> Life:
    def fields(columns: tuple[str, ...], row: str) -> dict[str, str]:
        return dict(zip(columns, row.split(","), strict=True))

    return life_of(
        tables.orders(LOCAL).parse(fields(tables.ORDER_COLUMNS, order), 2),
        [tables.payments().parse(fields(tables.PAYMENT_COLUMNS, row), 2) for row in payments],
        [tables.items(LOCAL).parse(fields(tables.ITEM_COLUMNS, row), 2) for row in items],
        "orders.csv:2",
        LOCAL,
        NOW,
    )


def _kinds(life: Life) -> list[str]:
    return [anomaly.kind for anomaly in life.order.anomalies]


def _known(when: When | None) -> str:
    if when is None:
        return "never"
    return "dated" if when.utc else "undated"


@pytest.mark.parametrize(
    ("status", "dates", "approved", "handed_over", "delivered", "cancelled"),
    [
        ("created", "---", "never", "never", "never", "never"),
        ("approved", "A--", "dated", "never", "never", "never"),
        ("invoiced", "A--", "dated", "never", "never", "never"),
        ("processing", "A--", "dated", "never", "never", "never"),
        ("processing", "---", "undated", "never", "never", "never"),
        ("unavailable", "A--", "dated", "never", "never", "never"),
        ("unavailable", "---", "never", "never", "never", "never"),
        ("shipped", "AC-", "dated", "dated", "never", "never"),
        ("shipped", "A--", "dated", "undated", "never", "never"),
        ("delivered", "ACD", "dated", "dated", "dated", "never"),
        ("delivered", "A-D", "dated", "undated", "dated", "never"),
        ("delivered", "AC-", "dated", "dated", "undated", "never"),
        ("delivered", "---", "undated", "undated", "undated", "never"),
        ("canceled", "---", "never", "never", "never", "undated"),
        ("canceled", "A--", "dated", "never", "never", "undated"),
        ("canceled", "AC-", "dated", "dated", "never", "undated"),
        ("canceled", "ACD", "dated", "dated", "dated", "undated"),
        ("canceled", "--D", "never", "undated", "dated", "undated"),
        ("created", "AC-", "dated", "dated", "never", "never"),
    ],
)
def test_status_and_dates_together_say_what_happened_and_whether_its_time_is_known(
    status: str, dates: str, approved: str, handed_over: str, delivered: str, cancelled: str
) -> None:
    life = _life(
        order_row(
            status=status,
            approved="2017-11-20 10:30:00" * ("A" in dates),
            carrier="2017-11-21 12:00:00" * ("C" in dates),
            delivered="2017-11-25 09:00:00" * ("D" in dates),
        ),
        [payment_row()],
        [item_row()],
    )
    order = life.order
    assert (_known(order.approved), _known(order.handed_over)) == (approved, handed_over)
    assert (_known(order.delivered), _known(order.cancelled)) == (delivered, cancelled)
    assert len(life.shipments) == (handed_over != "never")
    assert _known(life.payments[0].approved) == approved


def test_each_seller_sends_a_parcel_of_their_own_lines() -> None:
    items = [
        item_row(item_id="3", seller_id="s1"),
        item_row(item_id="1", seller_id="s1"),
        item_row(item_id="2", seller_id="s2"),
    ]
    life = _life(order_row(), [payment_row(value="90.00")], items)
    assert [(one.shipment_id, one.seller_id) for one in life.shipments] == [
        ("o1-1", "s1"),
        ("o1-2", "s2"),
    ]
    assert life.shipments[0].lines == (ShippedLine("1", 1), ShippedLine("3", 1))
    assert [scan.status for scan in life.shipments[0].scans] == [
        ShipmentStatus.PICKED_UP,
        ShipmentStatus.DELIVERED,
    ]
    assert _kinds(life) == []


def test_the_order_of_the_rows_makes_no_difference() -> None:
    payments = [payment_row(sequential=str(n), value="5.00") for n in (1, 2, 3)]
    items = [item_row(item_id=str(n), seller_id=f"s{n}") for n in (1, 2, 3)]
    assert _life(order_row(), payments, items) == _life(order_row(), payments[::-1], items[::-1])


def test_a_parcel_of_which_no_item_is_known_is_kept() -> None:
    life = _life(order_row(), [payment_row()])
    (shipment,) = life.shipments
    assert (shipment.lines, shipment.seller_id, len(shipment.scans)) == ((), "", 2)
    assert "sent_without_items" in _kinds(life)


def test_a_delivery_that_nobody_dated_is_scanned_at_an_unknown_time() -> None:
    (shipment,) = _life(order_row(carrier="", delivered="")).shipments
    assert [scan.at for scan in shipment.scans] == [UNKNOWN_TIME, UNKNOWN_TIME]


@pytest.mark.parametrize(
    ("row", "payments", "items", "kind"),
    [
        (order_row(), [], [item_row()], "no_payment"),
        (order_row(), [payment_row(sequential="2")], [item_row()], "payment_missing"),
        (order_row(), [payment_row(value="30.01")], [item_row()], "paid_not_owed"),
        (order_row(), [payment_row()], [item_row(item_id="2")], "item_missing"),
        (order_row(approved=""), [payment_row()], [item_row()], "approved_without_date"),
        (order_row(carrier=""), [payment_row()], [item_row()], "handed_over_without_date"),
        (order_row(status="created"), [payment_row()], [item_row()], "approved_unlike_status"),
        (order_row(status="invoiced"), [payment_row()], [item_row()], "handed_over_unlike_status"),
        (order_row(status="shipped"), [payment_row()], [item_row()], "delivered_unlike_status"),
        (
            order_row(approved="2018-02-17 23:30:00"),
            [payment_row()],
            [item_row()],
            "ambiguous_time",
        ),
        (
            order_row(estimated="2017-10-15 00:00:00"),
            [payment_row()],
            [item_row()],
            "nonexistent_time",
        ),
    ],
)
def test_what_contradicts_itself_is_kept_with_an_anomaly_beside_it(
    row: str, payments: list[str], items: list[str], kind: str
) -> None:
    assert kind in _kinds(_life(row, payments, items))


def test_an_anomaly_says_what_it_saw() -> None:
    life = _life(order_row(), [payment_row(value="30.01")], [item_row()])
    assert life.order.anomalies == (
        Anomaly("paid_not_owed", "30.01 was paid for what costs 30.00"),
    )
