"""Facts: what the views say of one imported order, as far as it is counted."""

from dataclasses import dataclass

from domain.kernel.times import When
from domain.kernel.views import OrderRows
from domain.orders.events import OrderConfirmed
from domain.orders.state import Order
from domain.payments.state import Payment
from domain.shipments.state import Shipment


@dataclass(frozen=True, slots=True)
class Facts:
    """One order; amounts in minor units, times None where it did not happen or has no date."""

    source_status: str
    lines: int
    sellers: int
    owed_minor: int
    paid_minor: tuple[int, ...]
    payment_ids: frozenset[str]
    order_id: str
    placed: When
    approved: When | None
    handed_over: When | None
    delivered: When | None
    anomalies: tuple[str, ...]


def facts_of(rows: OrderRows) -> Facts | None:
    """Read the facts from an order's rows; None where the order's own row is missing."""
    order = rows.bodies.get("order")
    if not isinstance(order, Order):
        return None
    payments = [body for body in rows.bodies.values() if isinstance(body, Payment)]
    shipments = [body for body in rows.bodies.values() if isinstance(body, Shipment)]
    confirmed = [one.event for one in rows.timeline if isinstance(one.event, OrderConfirmed)]
    return Facts(
        source_status=order.source_status,
        lines=len(order.lines),
        sellers=len({line.seller_id for line in order.lines}),
        owed_minor=order.total_minor,
        paid_minor=tuple(payment.amount_minor for payment in payments),
        payment_ids=frozenset(payment.payment_id for payment in payments),
        order_id=order.order_id,
        placed=order.placed_at,
        approved=_dated([event.at for event in confirmed]),
        handed_over=_dated([shipment.handed_over_at for shipment in shipments]),
        delivered=_dated([shipment.delivered_at for shipment in shipments]),
        anomalies=(*order.anomalies, *(kind for one in shipments for kind in one.anomalies)),
    )


def _dated(moments: list[When | None]) -> When | None:
    """Return the one moment that all share, if it has a date."""
    return next((when for when in moments if when and when.utc), None)


def before(earlier: When | None, later: When | None) -> bool:
    """Whether one dated moment lies before another, by the source's own clock where both name it.

    Local times of the hour that never was have no order in UTC that everybody would agree to; the
    source's own text has.
    """
    if not (earlier and later and earlier.utc and later.utc):
        return False
    if earlier.raw and later.raw:
        return earlier.raw < later.raw
    return earlier.utc < later.utc
