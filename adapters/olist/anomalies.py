"""Anomalies: where the rows of one order contradict each other. Seen here, recorded by the domain.

The domain itself sees times in the wrong order and a delivery without a date.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from adapters.olist.fields import CURRENCY, ZONE_NAME, doubtful
from adapters.olist.tables import PAID, SENT, ItemRow, OrderRow, PaymentRow
from domain.kernel.money import Money, decimal_text
from domain.orders.commands import Anomaly

_NOT_SENT: Final = frozenset({"created", "approved", "invoiced", "processing", "unavailable"})
_NOT_ARRIVED: Final = _NOT_SENT | {"shipped"}


def anomalies(
    order: OrderRow, payments: Sequence[PaymentRow], items: Sequence[ItemRow], local: ZoneInfo
) -> tuple[Anomaly, ...]:
    """Return every contradiction; payments and items come sorted by their numbers."""
    return (
        *_statuses(order),
        *_undated(order),
        *_payments(payments),
        *_money(payments, items),
        *_goods(order, items),
        *_times(order, items, local),
    )


def _statuses(order: OrderRow) -> Iterator[Anomaly]:
    if order.status == "created" and order.approved:
        yield Anomaly("approved_unlike_status", "the status is created, and an approval is dated")
    if order.status in _NOT_SENT and order.carrier:
        yield Anomaly(
            "handed_over_unlike_status", f"the status is {order.status}, and a hand-over is dated"
        )
    if order.status in _NOT_ARRIVED and order.delivered:
        yield Anomaly(
            "delivered_unlike_status", f"the status is {order.status}, and a delivery is dated"
        )


def _payments(payments: Sequence[PaymentRow]) -> Iterator[Anomaly]:
    if not payments:
        yield Anomaly("no_payment", "the source has no payment of this order")
        return
    present = {row.sequential for row in payments}
    absent = [str(number) for number in range(1, max(present)) if number not in present]
    if absent:
        yield Anomaly("payment_missing", f"payments are numbered, and there is no {absent[0]}")


def _money(payments: Sequence[PaymentRow], items: Sequence[ItemRow]) -> Iterator[Anomaly]:
    paid = sum(row.value_minor for row in payments)
    owed = sum(row.price_minor + row.freight_minor for row in items)
    if payments and items and paid != owed:
        amounts = (decimal_text(Money(minor, CURRENCY)) for minor in (paid, owed))
        paid_text, owed_text = amounts
        yield Anomaly("paid_not_owed", f"{paid_text} was paid for what costs {owed_text}")


def _undated(order: OrderRow) -> Iterator[Anomaly]:
    if order.status in PAID and not order.approved:
        yield Anomaly("approved_without_date", f"the status is {order.status}")
    if (order.status in SENT or order.delivered) and not order.carrier:
        yield Anomaly("handed_over_without_date", "the parcel was sent, the source says not when")


def _goods(order: OrderRow, items: Sequence[ItemRow]) -> Iterator[Anomaly]:
    if items:
        present = {row.item_id for row in items}
        if max(present) != len(present):
            yield Anomaly("item_missing", "items are numbered, and some number is not there")
    elif order.carrier or order.delivered or order.status in SENT:
        yield Anomaly("sent_without_items", "a parcel was sent, and the source has no item of it")


def _times(order: OrderRow, items: Sequence[ItemRow], local: ZoneInfo) -> Iterator[Anomaly]:
    named = [
        ("order_purchase_timestamp", order.purchased),
        ("order_approved_at", order.approved),
        ("order_delivered_carrier_date", order.carrier),
        ("order_delivered_customer_date", order.delivered),
        ("order_estimated_delivery_date", order.estimated),
        *((f"shipping_limit_date of item {item.item_id}", item.ship_by) for item in items),
    ]
    for name, when in named:
        if when and (doubt := doubtful(when, local)):
            said = "came twice" if doubt == "ambiguous" else "never was"
            yield Anomaly(f"{doubt}_time", f"{name}: {when.raw} {said} in {ZONE_NAME}")
