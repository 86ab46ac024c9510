"""Importing an order: its history as it is, contradictions recorded beside it, not repaired."""

from collections.abc import Iterator, Sequence

from domain.kernel.ids import checked_id
from domain.kernel.money import checked_amount, exponent
from domain.kernel.refused import Refused
from domain.kernel.times import UNKNOWN_TIME, When
from domain.orders import events as e
from domain.orders.commands import ImportOrder, OrderRefusal
from domain.orders.decisions.guards import checked_new_lines, distinct
from domain.orders.decisions.placing import priced
from domain.orders.state import NoOrder, OrderState


def import_order(command: ImportOrder, state: OrderState) -> Sequence[e.OrderEvent]:
    """Take over a whole history; asked again, nothing is new."""
    if not isinstance(state, NoOrder):
        return []
    return [*_life(command), *_anomalies(command)]


def _life(command: ImportOrder) -> Iterator[e.OrderEvent]:
    placed = _placed(command)
    yield placed
    for payment in command.payments:
        checked_id(payment.payment_id, "payments")
        checked_amount(payment.amount_minor, "payments")
        yield e.PaymentRequested(
            payment.payment_id, payment.amount_minor, command.placed, payment.method
        )
    if command.approved:
        yield e.OrderConfirmed(command.approved)
    yield from _allocations(command, placed.lines)
    if command.cancelled:
        yield e.OrderCancelled("imported", command.cancelled)
    elif command.delivered:
        yield e.OrderCompleted(command.delivered)


def _allocations(
    command: ImportOrder, lines: tuple[e.OrderedLine, ...]
) -> Iterator[e.ShipmentAllocated]:
    worth = {
        line.line_id: e.Portion(line.line_id, line.quantity, line.amount_minor) for line in lines
    }
    distinct(line_id for shipment in command.shipments for line_id in shipment.line_ids)
    for shipment in command.shipments:
        checked_id(shipment.shipment_id, "shipments")
        if unknown := set(shipment.line_ids) - set(worth):
            raise Refused(OrderRefusal.UNKNOWN_LINE, "shipments", line_id=min(unknown)[:64])
        portions = tuple(worth[line_id] for line_id in shipment.line_ids)
        handed_over = command.handed_over or UNKNOWN_TIME
        yield e.ShipmentAllocated(shipment.shipment_id, portions, handed_over)


def _placed(command: ImportOrder) -> e.OrderPlaced:
    checked_id(command.order_id, "order_id")
    checked_id(command.customer_id, "customer_id")
    exponent(command.currency)
    lines = checked_new_lines(command.lines)
    distinct(line.line_id for line in lines)
    ordered = priced(lines)
    return e.OrderPlaced(
        order_id=command.order_id,
        customer_id=command.customer_id,
        currency=command.currency,
        lines=ordered,
        shipping_minor=checked_amount(command.shipping_minor, "shipping_minor"),
        total_minor=sum(line.amount_minor for line in ordered) + command.shipping_minor,
        at=command.placed,
        payment=e.PaymentMode.MANUAL,
        imported=True,
        source=command.source,
        source_status=command.source_status,
        promised=command.promised,
    )


def _anomalies(command: ImportOrder) -> Iterator[e.OrderEvent]:
    at = When(command.now)
    steps = (
        ("placed", command.placed),
        ("approved", command.approved),
        ("handed_over", command.handed_over),
        ("delivered", command.delivered),
    )
    known = [(name, when.utc) for name, when in steps if when and when.utc]
    for index, (later_name, later) in enumerate(known):
        for earlier_name, earlier in known[:index]:
            if later < earlier:
                detail = f"{later.isoformat()} is before {earlier.isoformat()}"
                yield e.AnomalyRecorded(f"{later_name}_before_{earlier_name}", detail, at)
    if command.delivered and command.delivered.utc is None:
        yield e.AnomalyRecorded("delivered_without_date", "the source gives no date", at)
    if command.cancelled and command.handed_over:
        yield e.AnomalyRecorded("cancelled_after_hand_over", "the parcel was on its way", at)
    if command.cancelled and command.delivered:
        yield e.AnomalyRecorded("cancelled_after_delivery", "the parcel had arrived", at)
    for anomaly in command.anomalies:
        yield e.AnomalyRecorded(anomaly.kind, anomaly.detail, at)
