"""Small builders: what has happened, and what may be asked, with everything unimportant filled in.

The ordinary order: 2 units of line 1 at 1000, 3 units of line 2 at 333, shipping 500, in EUR.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.kernel.times import When
from domain.orders import commands as o
from domain.orders import events as oe
from domain.orders.decide import DECIDER as ORDERS
from domain.orders.state import Order
from domain.payments import commands as p
from domain.payments import events as pe
from domain.payments.decide import DECIDER as PAYMENTS
from domain.payments.state import Payment
from domain.shipments import commands as s
from domain.shipments import events as se
from domain.shipments.decide import DECIDER as SHIPMENTS
from domain.shipments.scans import scan_id
from domain.shipments.state import Shipment
from tests.support.given import Event, Past, flat

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
AT: Final = When(NOW)


def minute(number: int) -> When:
    """Return the time so many minutes after NOW."""
    return When(NOW + timedelta(minutes=number))


def order_after(*past: Past) -> Order:
    """Fold an order's events."""
    order = ORDERS.fold.over(_cast(past))
    assert isinstance(order, Order)
    return order


def payment_after(*past: Past) -> Payment:
    """Fold a payment's events."""
    payment = PAYMENTS.fold.over(_cast(past))
    assert isinstance(payment, Payment)
    return payment


def shipment_after(*past: Past) -> Shipment:
    """Fold a shipment's events."""
    shipment = SHIPMENTS.fold.over(_cast(past))
    assert isinstance(shipment, Shipment)
    return shipment


def _cast(past: tuple[Past, ...]) -> list[Any]:
    events: list[Event] = list(flat(past))
    return events


# ---- Orders ---------------------------------------------------------------------------------


def new(quantity: int = 2, price: int = 1000, line_id: str = "", sku: str = "A-1") -> o.NewLine:
    return o.NewLine(sku, quantity, price, line_id)


def place(*lines: o.NewLine, shipping: int = 500) -> o.PlaceOrder:
    wanted = lines or (new(2, 1000), new(3, 333, sku="B-1"))
    return o.PlaceOrder("o1", "c1", "EUR", wanted, NOW, shipping)


def line(
    line_id: str, quantity: int, price: int, amount: int | None = None, sku: str = "A-1"
) -> oe.OrderedLine:
    worth = quantity * price if amount is None else amount
    return oe.OrderedLine(line_id, sku, quantity, price, worth)


LINES: Final = (line("1", 2, 1000), line("2", 3, 333, sku="B-1"))


def placed(*lines: oe.OrderedLine, shipping: int = 500) -> oe.OrderPlaced:
    wanted = lines or LINES
    total = sum(each.amount_minor for each in wanted) + shipping
    return oe.OrderPlaced("o1", "c1", "EUR", wanted, shipping, total, AT)


def imported_order() -> oe.OrderPlaced:
    return replace(placed(), imported=True, source="olist")


def confirmed() -> oe.OrderConfirmed:
    return oe.OrderConfirmed(AT)


def held(reason: o.HoldReason = o.HoldReason.MANUAL) -> oe.OrderHeld:
    return oe.OrderHeld(reason, AT)


def cancelled() -> oe.OrderCancelled:
    return oe.OrderCancelled("", AT)


def completed() -> oe.OrderCompleted:
    return oe.OrderCompleted(AT)


def portion(line_id: str, quantity: int, amount: int) -> oe.Portion:
    return oe.Portion(line_id, quantity, amount)


def line_cancelled(line_id: str, quantity: int, amount: int) -> oe.LineCancelled:
    return oe.LineCancelled(portion(line_id, quantity, amount), "EUR", "", AT)


def allocated(shipment_id: str, *portions: oe.Portion) -> oe.ShipmentAllocated:
    wanted = portions or (portion("1", 2, 2000), portion("2", 3, 999))
    return oe.ShipmentAllocated(shipment_id, wanted, AT)


def payment_requested(amount: int = 3499, payment_id: str = "p1") -> oe.PaymentRequested:
    return oe.PaymentRequested(payment_id, amount, AT)


def capture_planned(
    number: int, amount: int, shipment_id: str = "", payment_id: str = "p1"
) -> oe.CapturePlanned:
    return oe.CapturePlanned(f"capture-{number}", payment_id, amount, AT, shipment_id)


def void_planned(
    number: int, amount: int, payment_id: str = "p1", *, by_hand: bool = False
) -> oe.VoidPlanned:
    return oe.VoidPlanned(f"void-{number}", payment_id, amount, AT, by_hand)


def refund_planned(
    number: int, amount: int, credited: int = 0, payment_id: str = "p1"
) -> oe.RefundPlanned:
    return oe.RefundPlanned(f"refund-{number}", payment_id, amount, AT, credited)


def facts(
    authorised_minor: int, taken: int = 0, *failed: str, payment_id: str = "p1"
) -> o.PaymentFacts:
    return o.PaymentFacts(payment_id, authorised_minor, taken, failed)


def units(*wanted: tuple[str, int]) -> tuple[o.LineQuantity, ...]:
    return tuple(o.LineQuantity(line_id, quantity) for line_id, quantity in wanted)


# ---- Payments -------------------------------------------------------------------------------


def created(amount: int = 30) -> tuple[pe.PaymentEvent, ...]:
    event = pe.PaymentCreated("p1", "o1", "c1", amount, "EUR", AT)
    return (event, pe.AuthorisationRequested(amount, AT))


def authorised(amount: int = 30) -> tuple[pe.PaymentEvent, ...]:
    return (*created(amount), pe.PaymentAuthorised(amount, "EUR", AT, "ref"))


def declined(amount: int = 30) -> tuple[pe.PaymentEvent, ...]:
    return (*created(amount), pe.PaymentDeclined("card_declined", AT))


def capture_requested(capture_id: str, amount: int) -> pe.CaptureRequested:
    return pe.CaptureRequested(capture_id, amount, AT)


def captured(capture_id: str, amount: int) -> tuple[pe.PaymentEvent, ...]:
    taken = pe.CaptureSucceeded(capture_id, amount, "EUR", AT, "ref")
    return (capture_requested(capture_id, amount), taken)


def void_requested(void_id: str, amount: int) -> pe.VoidRequested:
    return pe.VoidRequested(void_id, amount, AT)


def voided(void_id: str, amount: int) -> tuple[pe.PaymentEvent, ...]:
    return (void_requested(void_id, amount), pe.VoidSucceeded(void_id, amount, "EUR", AT, "ref"))


def refund_requested(refund_id: str, amount: int) -> pe.RefundRequested:
    return pe.RefundRequested(refund_id, amount, AT)


def refunded(refund_id: str, amount: int) -> tuple[pe.PaymentEvent, ...]:
    returned = pe.RefundSucceeded(refund_id, amount, "EUR", AT, "ref")
    return (refund_requested(refund_id, amount), returned)


SUCCEEDED: Final = p.Succeeded("ref")
FAILED: Final = p.Failed("no_way")
UNKNOWN: Final = p.Unknown()


def answer(operation_id: str, said: p.Answer) -> p.RecordAnswer:
    return p.RecordAnswer(operation_id, said, NOW)


# ---- Shipments ------------------------------------------------------------------------------


def shipped(*lines: tuple[str, int]) -> tuple[se.ShippedLine, ...]:
    return tuple(se.ShippedLine(line_id, quantity) for line_id, quantity in lines)


def parcel(*lines: tuple[str, int]) -> se.ShipmentCreated:
    wanted = shipped(*(lines or (("1", 2), ("2", 3))))
    return se.ShipmentCreated("s1", "o1", "c1", wanted, AT)


def label_requested() -> se.LabelRequested:
    return se.LabelRequested("ups", AT)


def registered(number: str = "1Z999", carrier: str = "ups") -> se.TrackingRegistered:
    return se.TrackingRegistered(carrier, number, AT)


def scanned(status: se.ShipmentStatus, at: When = AT, text: str = "") -> se.ScanRecorded:
    return se.ScanRecorded(scan_id(status, at, "", text), status, at, "", text)


def scan(status: se.ShipmentStatus, at: When = AT, text: str = "", place: str = "") -> s.RecordScan:
    return s.RecordScan(status, at, NOW, place, text)
