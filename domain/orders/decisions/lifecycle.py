"""Confirming, holding, releasing and completing an order."""

from collections.abc import Sequence

from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders.commands import (
    CompleteOrder,
    ConfirmOrder,
    HoldOrder,
    OrderRefusal,
    ReleaseOrder,
)
from domain.orders.decisions.guards import alive, existing
from domain.orders.events import (
    OrderCompleted,
    OrderConfirmed,
    OrderEvent,
    OrderHeld,
    OrderReleased,
)
from domain.orders.state import OrderState, OrderStatus


def confirm(command: ConfirmOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Let goods leave, once what is due is covered."""
    order = alive(state)
    if order.status is OrderStatus.CONFIRMED:
        return []
    if order.holds:
        raise Refused(OrderRefusal.ORDER_ON_HOLD, holds=", ".join(order.holds))
    if command.authorised_minor < order.due_minor:
        raise Refused(
            OrderRefusal.NOT_AUTHORISED,
            due_minor=order.due_minor,
            authorised_minor=command.authorised_minor,
        )
    return [OrderConfirmed(When(command.now))]


def hold(command: HoldOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Stop what has not left yet; the same reason holds once."""
    order = alive(state)
    if command.reason in order.holds:
        return []
    return [OrderHeld(command.reason, When(command.now))]


def release(command: ReleaseOrder, state: OrderState) -> Sequence[OrderEvent]:
    """End one hold; the others stay."""
    order = alive(state)
    if command.reason not in order.holds:
        raise Refused(OrderRefusal.NOT_ON_HOLD, "reason", holds=", ".join(order.holds) or "none")
    return [OrderReleased(command.reason, When(command.now))]


def complete(command: CompleteOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Close an order of which nothing is on its way and nothing is owed, either way."""
    order = existing(state)
    if order.status is OrderStatus.COMPLETED:
        return []
    alive(state)
    moving = {kept.shipment_id for kept in order.allocations} - set(command.finished)
    open_units = sum(line.open_quantity for line in order.lines)
    if moving or open_units or order.holds or command.balance_minor:
        raise Refused(
            OrderRefusal.NOT_FINISHED,
            open_units=open_units,
            shipments_moving=len(moving),
            balance_minor=command.balance_minor,
        )
    return [OrderCompleted(When(command.now))]
