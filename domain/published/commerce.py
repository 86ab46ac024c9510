"""What orders, payments and shipments publish: one function a context."""

from datetime import datetime
from typing import Final

from domain.kernel.decider import Routing
from domain.kernel.money import Money
from domain.kernel.times import When
from domain.orders import events as o
from domain.payments import events as p
from domain.published import events as out
from domain.published.translating import counting
from domain.shipments import events as s

DomainEvent = o.OrderEvent | p.PaymentEvent | s.ShipmentEvent


def translate(event: DomainEvent, entity_id: str, routing: Routing) -> out.PublishedEvent | None:
    """Translate one stored event of an entity; None where it stays with us."""
    return (
        _order(event, routing)
        or _payment(event, entity_id, routing.root_id)
        or _shipment(event, entity_id, routing.root_id)
    )


def _order(event: DomainEvent, to: Routing) -> out.PublishedEvent | None:
    match event:
        case o.OrderPlaced():
            return _order_placed(event)
        case o.OrderConfirmed(at=at):
            return out.OrderConfirmed(to.root_id, _utc(at), to.customer_id)
        case o.OrderHeld(reason=reason, at=at):
            return out.OrderHeld(to.root_id, _utc(at), to.customer_id, reason)
        case o.OrderReleased(reason=reason, at=at):
            return out.OrderReleased(to.root_id, _utc(at), to.customer_id, reason)
        case o.OrderModified(currency=currency, at=at):
            before = Money(event.total_before_minor, currency)
            after = Money(event.total_after_minor, currency)
            return out.OrderModified(to.root_id, _utc(at), to.customer_id, before, after)
        case o.LineCancelled(cancelled=portion, currency=currency, reason=reason, at=at):
            return out.OrderLineCancelled(
                to.root_id,
                _utc(at),
                to.customer_id,
                portion.line_id,
                portion.quantity,
                Money(portion.amount_minor, currency),
                reason,
            )
        case o.OrderCancelled(reason=reason, at=at):
            return out.OrderCancelled(to.root_id, _utc(at), to.customer_id, reason)
        case o.OrderCompleted(at=at):
            return out.OrderCompleted(to.root_id, _utc(at), to.customer_id)
        case _:
            return None


def _order_placed(event: o.OrderPlaced) -> out.OrderPlaced:
    lines = tuple(
        out.PublishedLine(
            line.line_id, line.sku, line.quantity, Money(line.unit_price_minor, event.currency)
        )
        for line in event.lines
    )
    return out.OrderPlaced(
        event.order_id,
        _utc(event.at),
        event.customer_id,
        lines,
        Money(event.shipping_minor, event.currency),
        Money(event.total_minor, event.currency),
    )


def _payment(event: DomainEvent, payment_id: str, order_id: str) -> out.PublishedEvent | None:
    match event:
        case p.PaymentCreated(amount_minor=amount, currency=currency, at=at):
            return out.PaymentCreated(order_id, _utc(at), payment_id, Money(amount, currency))
        case p.PaymentAuthorised(amount_minor=amount, currency=currency, at=at):
            return out.PaymentAuthorised(order_id, _utc(at), payment_id, Money(amount, currency))
        case p.PaymentDeclined(code=code, at=at):
            return out.PaymentDeclined(order_id, _utc(at), payment_id, code)
        case p.CaptureSucceeded(capture_id=id_, amount_minor=amount, currency=currency, at=at):
            money = Money(amount, currency)
            return out.PaymentCaptured(order_id, _utc(at), payment_id, id_, money)
        case p.VoidSucceeded(void_id=id_, amount_minor=amount, currency=currency, at=at):
            money = Money(amount, currency)
            return out.PaymentVoided(order_id, _utc(at), payment_id, id_, money)
        case p.RefundSucceeded(refund_id=id_, amount_minor=amount, currency=currency, at=at):
            money = Money(amount, currency)
            return out.PaymentRefunded(order_id, _utc(at), payment_id, id_, money)
        case p.CaptureFailed(capture_id=id_, code=code, at=at):
            return out.PaymentCaptureFailed(order_id, _utc(at), payment_id, id_, code)
        case p.VoidFailed(void_id=id_, code=code, at=at):
            return out.PaymentVoidFailed(order_id, _utc(at), payment_id, id_, code)
        case p.RefundFailed() | p.RefundReversed():
            money = Money(event.amount_minor, event.currency)
            return out.PaymentRefundFailed(
                order_id, _utc(event.at), payment_id, event.refund_id, money, event.code
            )
        case _:
            return None


def _shipment(event: DomainEvent, shipment_id: str, order_id: str) -> out.PublishedEvent | None:
    match event:
        case s.ShipmentCreated(lines=lines, at=at):
            units = tuple(out.PublishedUnits(line.line_id, line.quantity) for line in lines)
            return out.ShipmentCreated(order_id, _utc(at), shipment_id, units)
        case s.TrackingRegistered(carrier=carrier, tracking_number=number, at=at):
            return out.ShipmentTrackingRegistered(order_id, _utc(at), shipment_id, carrier, number)
        case s.ShipmentStatusChanged(before=before, after=after, at=at):
            return out.ShipmentStatusChanged(
                order_id, _utc(at), shipment_id, before.value, after.value
            )
        case s.ShipmentDelivered(at=at):
            return out.ShipmentDelivered(order_id, _utc(at), shipment_id)
        case s.ReturnedToSender(at=at):
            return out.ShipmentReturned(order_id, _utc(at), shipment_id)
        case s.ShipmentCancelled(reason=reason, at=at):
            return out.ShipmentCancelled(order_id, _utc(at), shipment_id, reason)
        case _:
            return None


def _utc(when: When) -> datetime | None:
    return when.utc


count: Final = counting(translate)
"""How many published events a stored event makes."""
