"""Setting units aside for shipments: so that none is cancelled and shipped at once."""

from collections.abc import Sequence

from domain.kernel.ids import checked_id
from domain.kernel.money import share
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders.commands import (
    AllocateShipment,
    LineQuantity,
    OrderRefusal,
    ReleaseAllocation,
    SplitAllocation,
)
from domain.orders.decisions.guards import (
    SHIPMENTS_MAX,
    alive,
    checked_quantity,
    distinct,
    existing,
    line_of,
)
from domain.orders.events import (
    AllocationReleased,
    AllocationSplit,
    OrderEvent,
    Portion,
    ShipmentAllocated,
)
from domain.orders.lines import Allocation
from domain.orders.state import Order, OrderState, OrderStatus


def allocate(command: AllocateShipment, state: OrderState) -> Sequence[OrderEvent]:
    """Set open units of a confirmed order aside for one shipment; no lines means all open units."""
    order = alive(state)
    if any(kept.shipment_id == command.shipment_id for kept in order.allocations):
        return []
    checked_id(command.shipment_id, "shipment_id")
    if order.holds:
        raise Refused(OrderRefusal.ORDER_ON_HOLD, holds=", ".join(order.holds))
    if order.status is not OrderStatus.CONFIRMED:
        raise Refused(OrderRefusal.ORDER_NOT_CONFIRMED, status=order.status.value)
    if command.covered_minor is not None and command.covered_minor < order.due_minor:
        raise Refused(
            OrderRefusal.NOT_AUTHORISED,
            due_minor=order.due_minor,
            authorised_minor=command.covered_minor,
        )
    if len(order.allocations) >= SHIPMENTS_MAX:
        raise Refused(OrderRefusal.TOO_MANY_SHIPMENTS, most=SHIPMENTS_MAX)
    distinct(line.line_id for line in command.lines)
    wanted = command.lines or _all_open(order)
    if not wanted:
        raise Refused(OrderRefusal.LINE_NOT_OPEN, "lines", most=0)
    portions = tuple(_portion(order, line, f"lines[{i}]") for i, line in enumerate(wanted))
    return [
        ShipmentAllocated(
            command.shipment_id,
            portions,
            When(command.now),
            command.carrier,
            command.tracking_number,
        )
    ]


def _all_open(order: Order) -> tuple[LineQuantity, ...]:
    return tuple(
        LineQuantity(line.line_id, line.open_quantity) for line in order.lines if line.open_quantity
    )


def _portion(order: Order, wanted: LineQuantity, field: str) -> Portion:
    line = line_of(order, wanted.line_id, f"{field}.line_id")
    checked_quantity(wanted.quantity, f"{field}.quantity")
    if wanted.quantity > line.open_quantity:
        raise Refused(OrderRefusal.LINE_NOT_OPEN, f"{field}.quantity", most=line.open_quantity)
    return line.portion(wanted.quantity)


def split(command: SplitAllocation, state: OrderState) -> Sequence[OrderEvent]:
    """Let some units of a shipment, but not all, travel in a parcel of their own."""
    order = alive(state)
    if any(kept.shipment_id == command.parcel_id for kept in order.allocations):
        return []
    checked_id(command.parcel_id, "parcel_id")
    if len(order.allocations) >= SHIPMENTS_MAX:
        raise Refused(OrderRefusal.TOO_MANY_SHIPMENTS, most=SHIPMENTS_MAX)
    allocation = _allocation(order, command.shipment_id)
    distinct(line.line_id for line in command.lines)
    if not command.lines:
        raise Refused(OrderRefusal.NO_LINES, "lines")
    portions = tuple(
        _part_of(allocation, line, f"lines[{i}]") for i, line in enumerate(command.lines)
    )
    if sum(p.quantity for p in portions) == sum(p.quantity for p in allocation.portions):
        raise Refused(OrderRefusal.INVALID_QUANTITY, "lines")
    return [AllocationSplit(command.shipment_id, command.parcel_id, portions, When(command.now))]


def _allocation(order: Order, shipment_id: str) -> Allocation:
    for allocation in order.allocations:
        if allocation.shipment_id == shipment_id:
            return allocation
    raise Refused(OrderRefusal.UNKNOWN_SHIPMENT, "shipment_id")


def _part_of(allocation: Allocation, wanted: LineQuantity, field: str) -> Portion:
    checked_quantity(wanted.quantity, f"{field}.quantity")
    for portion in allocation.portions:
        if portion.line_id == wanted.line_id:
            if wanted.quantity > portion.quantity:
                raise Refused(
                    OrderRefusal.INVALID_QUANTITY, f"{field}.quantity", most=portion.quantity
                )
            worth_minor = share(portion.amount_minor, wanted.quantity, portion.quantity)
            return Portion(wanted.line_id, wanted.quantity, worth_minor)
    raise Refused(OrderRefusal.UNKNOWN_LINE, f"{field}.line_id")


def release_allocation(command: ReleaseAllocation, state: OrderState) -> Sequence[OrderEvent]:
    """Free the units of a shipment that was cancelled; asked again, nothing is new."""
    order = existing(state)
    if all(kept.shipment_id != command.shipment_id for kept in order.allocations):
        return []
    return [AllocationReleased(command.shipment_id, When(command.now))]
