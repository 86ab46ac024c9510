"""A dossier: an order with its payments and shipments, as folded."""

from dataclasses import dataclass

from domain.kernel.commits import Head
from domain.kernel.ports import EventStore
from domain.kernel.views import OrderRows
from domain.orders.events import OrderEvent
from domain.orders.state import NoOrder, Order, OrderState
from domain.payments.events import PaymentEvent
from domain.payments.state import Payment, PaymentState
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import Shipment, ShipmentState


@dataclass(frozen=True, slots=True)
class Streams:
    """The three stores of commerce."""

    orders: EventStore[OrderState, OrderEvent]
    payments: EventStore[PaymentState, PaymentEvent]
    shipments: EventStore[ShipmentState, ShipmentEvent]


@dataclass(frozen=True, slots=True)
class Dossier:
    """One order and all that belongs to it and exists, in the order that it was asked for.

    `versions` names each stream that was read, with the version found.
    """

    order: Order
    payments: tuple[Payment, ...]
    shipments: tuple[Shipment, ...]
    versions: tuple[tuple[str, int], ...] = ()

    def payment(self, payment_id: str) -> Payment | None:
        """Find a payment by its id."""
        return next((kept for kept in self.payments if kept.payment_id == payment_id), None)

    def shipment(self, shipment_id: str) -> Shipment | None:
        """Find a shipment by its id."""
        return next((kept for kept in self.shipments if kept.shipment_id == shipment_id), None)


def open_dossier(streams: Streams, order_id: str) -> Dossier | None:
    """Read the streams themselves, strongly consistent; None when there is no such order.

    The order is read first: what it names later can only make the dossier newer, never torn.
    """
    order = streams.orders.load(order_id)
    if isinstance(order.state, NoOrder):
        return None
    payments = [streams.payments.load(asked.payment_id) for asked in order.state.payments]
    shipments = [streams.shipments.load(kept.shipment_id) for kept in order.state.allocations]
    heads: list[Head[OrderState] | Head[PaymentState] | Head[ShipmentState]] = [
        order,
        *payments,
        *shipments,
    ]
    return Dossier(
        order.state,
        tuple(head.state for head in payments if isinstance(head.state, Payment)),
        tuple(head.state for head in shipments if isinstance(head.state, Shipment)),
        tuple((head.stream, head.version) for head in heads),
    )


def from_rows(rows: OrderRows) -> Dossier | None:
    """Make the dossier that the views hold of one order; None when they hold no such order."""
    order = rows.bodies.get("order")
    if not isinstance(order, Order):
        return None
    bodies = rows.bodies
    payments = (bodies.get(f"payment#{asked.payment_id}") for asked in order.payments)
    shipments = (bodies.get(f"shipment#{kept.shipment_id}") for kept in order.allocations)
    return Dossier(
        order,
        tuple(payment for payment in payments if isinstance(payment, Payment)),
        tuple(shipment for shipment in shipments if isinstance(shipment, Shipment)),
    )
