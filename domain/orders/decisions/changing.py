"""Modifying an order, and cancelling it: whole and by line."""

from collections.abc import Sequence

from domain.kernel.money import checked_amount, share
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders.commands import (
    CancelLine,
    CancelOrder,
    LineQuantity,
    ModifyOrder,
    OrderRefusal,
)
from domain.orders.decisions.guards import (
    alive,
    checked_new_lines,
    checked_quantity,
    distinct,
    existing,
    line_of,
)
from domain.orders.decisions.placing import priced
from domain.orders.events import (
    LineCancelled,
    LineChange,
    OrderCancelled,
    OrderEvent,
    OrderModified,
)
from domain.orders.state import Order, OrderState, OrderStatus


def modify(command: ModifyOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Set quantities, add lines, set the shipping; a line never shrinks below what has left it."""
    order = alive(state)
    distinct(line.line_id for line in command.quantities)
    changes = tuple(
        change
        for index, wanted in enumerate(command.quantities)
        if (change := _change(order, wanted, f"quantities[{index}]"))
    )
    new_lines = checked_new_lines(command.added, order.lines)
    distinct((line.line_id for line in new_lines), order.lines)
    added = priced(new_lines)
    wanted_shipping = (
        order.shipping_minor if command.shipping_minor is None else command.shipping_minor
    )
    shipping_minor = checked_amount(wanted_shipping, "shipping_minor")
    if not changes and not added and shipping_minor == order.shipping_minor:
        return []
    delta_minor = (
        sum(change.amount_delta_minor for change in changes)
        + sum(line.amount_minor for line in added)
        + shipping_minor
        - order.shipping_minor
    )
    total_minor = checked_amount(order.total_minor + delta_minor, "total")
    units = sum(kept.quantity - kept.cancelled_quantity for kept in order.lines)
    units += sum(change.quantity_after - change.quantity_before for change in changes)
    if not units and not added:  # Nothing would be left to deliver: that is a cancellation.
        raise Refused(OrderRefusal.NO_LINES, "quantities")
    at = When(command.now)
    return [
        OrderModified(
            changes, added, shipping_minor, order.total_minor, total_minor, order.currency, at
        )
    ]


def _change(order: Order, wanted: LineQuantity, field: str) -> LineChange | None:
    line = line_of(order, wanted.line_id, f"{field}.line_id")
    quantity = checked_quantity(wanted.quantity, f"{field}.quantity", least=0)
    least = line.quantity - line.open_quantity
    if quantity < least:
        raise Refused(OrderRefusal.LINE_NOT_OPEN, f"{field}.quantity", least=least)
    if quantity == line.quantity:
        return None
    if quantity > line.quantity:
        delta_minor = (quantity - line.quantity) * line.unit_price_minor
    else:
        delta_minor = -share(line.open_minor, line.quantity - quantity, line.open_quantity)
    return LineChange(line.line_id, line.quantity, quantity, delta_minor)


def cancel_line(command: CancelLine, state: OrderState) -> Sequence[OrderEvent]:
    """Cancel units that are in no shipment; the last units of an order take the order with them."""
    order = alive(state)
    line = line_of(order, command.line_id, "line_id")
    quantity = line.open_quantity if command.quantity is None else command.quantity
    if quantity == 0 and command.quantity is None:
        return []
    checked_quantity(quantity, "quantity")
    if quantity > line.open_quantity:
        raise Refused(OrderRefusal.LINE_NOT_OPEN, "quantity", most=line.open_quantity)
    at = When(command.now)
    cancelled = LineCancelled(line.portion(quantity), order.currency, command.reason, at)
    open_units = sum(kept.open_quantity for kept in order.lines)
    if open_units == quantity and not order.allocations:
        return [cancelled, OrderCancelled(command.reason, at)]
    return [cancelled]


def cancel(command: CancelOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Cancel all of it, unless something may already be in a carrier's hands."""
    order = existing(state)
    if order.status is OrderStatus.CANCELLED:
        return []
    alive(state)
    if order.allocations:
        shipments = ", ".join(kept.shipment_id for kept in order.allocations)
        raise Refused(OrderRefusal.IN_SHIPMENT, shipments=shipments)
    return [OrderCancelled(command.reason, When(command.now))]
