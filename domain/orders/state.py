"""The states an order can be in, and `evolve`: what each event makes of them."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from domain.kernel.decider import Fold, Routing
from domain.kernel.times import When
from domain.orders import events as e
from domain.orders.lines import Allocation, Line, put_back, set_aside, split_off


class OrderStatus(StrEnum):
    """The commanded lifecycle; payment and fulfilment are derived, and never stored here."""

    PLACED = "placed"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PartKind(StrEnum):
    """What a planned movement of money does."""

    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Part:
    """A planned movement of money on one payment, whose stream carries it out by this id."""

    part_id: str
    kind: PartKind
    payment_id: str
    amount_minor: int
    shipment_id: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class RequestedPayment:
    """A payment that this order has asked for."""

    payment_id: str
    amount_minor: int
    method: str = ""


@dataclass(frozen=True, slots=True)
class NoOrder:
    """Nobody has ordered anything under this id."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order, with everything that its own decisions need."""

    order_id: str
    customer_id: str
    currency: str
    lines: tuple[Line, ...]
    shipping_minor: int
    total_minor: int
    placed_at: When
    status: OrderStatus = OrderStatus.PLACED
    payment: e.PaymentMode = e.PaymentMode.AUTOMATIC
    holds: tuple[str, ...] = ()
    payments: tuple[RequestedPayment, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    parts: tuple[Part, ...] = ()
    credited_minor: int = 0
    anomalies: tuple[str, ...] = ()
    imported: bool = False
    source: str = ""
    source_status: str = ""

    @property
    def live(self) -> bool:
        """Whether anything can still change: neither cancelled nor completed."""
        return self.status in (OrderStatus.PLACED, OrderStatus.CONFIRMED)

    @property
    def due_minor(self) -> int:
        """What the customer owes in all: what the order is worth, less what was credited."""
        return self.worth_minor - self.credited_minor

    @property
    def worth_minor(self) -> int:
        """What units not cancelled, and the shipping, cost."""
        open_minor = sum(line.open_minor for line in self.lines)
        allocated_minor = sum(allocation.amount_minor for allocation in self.allocations)
        goods_are_owed = self.status is not OrderStatus.CANCELLED or bool(self.allocations)
        shipping_minor = self.shipping_minor if goods_are_owed else 0
        return open_minor + allocated_minor + shipping_minor


OrderState = NoOrder | Order


def evolve(state: OrderState, event: e.OrderEvent) -> OrderState:
    """Return the order after one more event."""
    if isinstance(event, e.OrderPlaced):
        return _placed(event)
    if isinstance(state, NoOrder):
        message = f"{type(event).__name__} cannot be an order's first event"
        raise TypeError(message)
    return _evolve_order(state, event)


def _placed(event: e.OrderPlaced) -> Order:
    return Order(
        order_id=event.order_id,
        customer_id=event.customer_id,
        currency=event.currency,
        lines=tuple(Line.ordered(line) for line in event.lines),
        shipping_minor=event.shipping_minor,
        total_minor=event.total_minor,
        placed_at=event.at,
        payment=event.payment,
        imported=event.imported,
        source=event.source,
        source_status=event.source_status,
    )


def _evolve_order(order: Order, event: e.OrderEvent) -> Order:
    match event:
        case e.OrderPlaced():
            return order
        case e.OrderConfirmed():
            return replace(order, status=OrderStatus.CONFIRMED)
        case e.OrderHeld(reason=reason):
            return replace(order, holds=(*order.holds, reason))
        case e.OrderReleased(reason=reason):
            return replace(order, holds=tuple(hold for hold in order.holds if hold != reason))
        case e.OrderModified():
            return _within_worth(_modified(order, event))
        case e.LineCancelled(cancelled=portion):
            lines = tuple(line.cancel(portion) for line in order.lines)
            return _within_worth(replace(order, lines=lines))
        case e.OrderCancelled():
            lines = tuple(line.cancel_open() for line in order.lines)
            return _within_worth(replace(order, lines=lines, status=OrderStatus.CANCELLED))
        case e.OrderCompleted():
            return replace(order, status=OrderStatus.COMPLETED)
        case e.PaymentRequested():
            asked = RequestedPayment(event.payment_id, event.amount_minor, event.method)
            return replace(order, payments=(*order.payments, asked))
        case e.ShipmentAllocated() | e.AllocationSplit() | e.AllocationReleased():
            return _allocated(order, event)
        case e.CapturePlanned() | e.VoidPlanned() | e.RefundPlanned():
            return _planned(order, event)
        case e.AnomalyRecorded(kind=kind):
            return replace(order, anomalies=(*order.anomalies, kind))
        case _:
            assert_never(event)


def _within_worth(order: Order) -> Order:
    """A credit forgives what is owed and no more: what is cancelled takes its credit along."""
    return replace(order, credited_minor=min(order.credited_minor, order.worth_minor))


def _modified(order: Order, event: e.OrderModified) -> Order:
    changes = {change.line_id: change for change in event.changes}
    kept = (
        line.change(changes[line.line_id]) if line.line_id in changes else line
        for line in order.lines
    )
    return replace(
        order,
        lines=(*kept, *(Line.ordered(line) for line in event.added)),
        shipping_minor=event.shipping_minor,
        total_minor=event.total_after_minor,
    )


def _allocated(
    order: Order, event: e.ShipmentAllocated | e.AllocationSplit | e.AllocationReleased
) -> Order:
    match event:
        case e.ShipmentAllocated():
            allocation = Allocation(
                event.shipment_id, event.portions, event.carrier, event.tracking_number
            )
            return replace(
                order,
                lines=set_aside(order.lines, event.portions),
                allocations=(*order.allocations, allocation),
            )
        case e.AllocationSplit(shipment_id=shipment_id, parcel_id=parcel_id, portions=portions):
            allocations = split_off(order.allocations, shipment_id, parcel_id, portions)
            return replace(order, allocations=allocations)
        case e.AllocationReleased(shipment_id=shipment_id):
            lines, allocations = put_back(order.lines, order.allocations, shipment_id)
            return replace(order, lines=lines, allocations=allocations)
        case _:
            assert_never(event)


def _planned(order: Order, event: e.CapturePlanned | e.VoidPlanned | e.RefundPlanned) -> Order:
    match event:
        case e.CapturePlanned():
            part = Part(
                event.part_id,
                PartKind.CAPTURE,
                event.payment_id,
                event.amount_minor,
                event.shipment_id,
            )
            return replace(order, parts=(*order.parts, part))
        case e.VoidPlanned():
            part = Part(
                event.part_id,
                PartKind.VOID,
                event.payment_id,
                event.amount_minor,
                by_hand=event.by_hand,
            )
            return replace(order, parts=(*order.parts, part))
        case e.RefundPlanned():
            part = Part(event.part_id, PartKind.REFUND, event.payment_id, event.amount_minor)
            credited_minor = order.credited_minor + event.credited_minor
            return replace(order, parts=(*order.parts, part), credited_minor=credited_minor)


def _route(state: OrderState) -> Routing:
    if isinstance(state, NoOrder):
        message = "an order without events belongs to nobody"
        raise TypeError(message)
    return Routing(state.order_id, state.customer_id, state.imported)


FOLD: Final[Fold[OrderState, e.OrderEvent]] = Fold("order", 1, NoOrder(), evolve, _route)
