"""How an order stands: payment and fulfilment, derived from money and quantities, never stored."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.orders.state import Order, OrderStatus
from domain.payments.state import Kind, Payment, Progress
from domain.payments.state import PaymentStatus as OnePayment
from domain.policies.dossier import Dossier
from domain.shipments.events import ShipmentStatus
from domain.shipments.state import Shipment


class PaymentStanding(StrEnum):
    """How far an order is paid."""

    NONE = "none"
    PENDING = "pending"
    PARTIALLY_AUTHORISED = "partially_authorised"
    AUTHORISED = "authorised"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"


class FulfilmentStanding(StrEnum):
    """How far an order has arrived."""

    UNFULFILLED = "unfulfilled"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    PARTIALLY_DELIVERED = "partially_delivered"
    DELIVERED = "delivered"
    PARTIALLY_RETURNED = "partially_returned"
    RETURNED = "returned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Standing:
    """An order's statuses and sums, in minor units of its currency.

    `balance_minor` is due less net received: never clamped, negative when the customer is owed.
    """

    status: str
    payment: PaymentStanding
    fulfilment: FulfilmentStanding
    due_minor: int
    received_minor: int
    balance_minor: int
    flags: tuple[str, ...] = ()


def standing(dossier: Dossier) -> Standing:
    """Derive how an order stands."""
    due_minor, taken_minor = dossier.order.due_minor, received_minor(dossier)
    return Standing(
        status=shown_status(dossier.order),
        payment=payment_standing(due_minor, dossier.payments),
        fulfilment=fulfilment_standing(dossier.order, dossier.shipments),
        due_minor=due_minor,
        received_minor=taken_minor,
        balance_minor=due_minor - taken_minor,
        flags=_flags(dossier),
    )


def received_minor(dossier: Dossier) -> int:
    """Return what was taken over all payments, less what went back, in minor units."""
    return sum(payment.captured_minor - payment.refunded_minor for payment in dossier.payments)


def shown_status(order: Order) -> str:
    """Return the lifecycle's status, or `on_hold` while any hold stands."""
    return "on_hold" if order.live and order.holds else order.status.value


def payment_standing(due_minor: int, payments: Iterable[Payment]) -> PaymentStanding:
    """Derive from money: what was taken speaks first, then what is held, then what is asked for."""
    known = tuple(payments)
    captured_minor = sum(payment.captured_minor for payment in known)
    refunded_minor = sum(payment.refunded_minor for payment in known)
    if captured_minor:
        return _taken(due_minor, captured_minor, refunded_minor)
    authorised_minor = sum(payment.authorised_minor for payment in known)
    held_minor = authorised_minor - sum(payment.voided_minor for payment in known)
    if held_minor:
        covers = held_minor >= due_minor
        return PaymentStanding.AUTHORISED if covers else PaymentStanding.PARTIALLY_AUTHORISED
    statuses = {payment.status for payment in known}
    if OnePayment.PENDING in statuses:
        return PaymentStanding.PENDING
    if authorised_minor:
        return PaymentStanding.VOIDED
    if OnePayment.CAPTURED in statuses:  # Amounts of 0 are real: nothing was due and it was paid.
        return PaymentStanding.PAID if due_minor == 0 else PaymentStanding.PARTIALLY_PAID
    return PaymentStanding.FAILED if statuses else PaymentStanding.NONE


def _taken(due_minor: int, captured_minor: int, refunded_minor: int) -> PaymentStanding:
    net_minor = captured_minor - refunded_minor
    if net_minor == 0:
        return PaymentStanding.REFUNDED
    if net_minor > due_minor:
        return PaymentStanding.OVERPAID
    if refunded_minor:
        return PaymentStanding.PARTIALLY_REFUNDED
    return PaymentStanding.PAID if net_minor == due_minor else PaymentStanding.PARTIALLY_PAID


def fulfilment_standing(order: Order, shipments: Iterable[Shipment]) -> FulfilmentStanding:
    """Derive from the quantities of all lines, not from the statuses of the shipments there are."""
    known = tuple(shipments)
    wanted = sum(line.quantity - line.cancelled_quantity for line in order.lines)
    if not wanted and (order.lines or order.status is OrderStatus.CANCELLED):
        return FulfilmentStanding.CANCELLED
    returned = units(known, lambda parcel: parcel.status is ShipmentStatus.RETURNED)
    delivered = units(known, lambda parcel: parcel.status is ShipmentStatus.DELIVERED)
    shipped = units(known, lambda parcel: parcel.moving and not parcel.cancelled)
    steps = (
        (returned, FulfilmentStanding.RETURNED, FulfilmentStanding.PARTIALLY_RETURNED),
        (delivered, FulfilmentStanding.DELIVERED, FulfilmentStanding.PARTIALLY_DELIVERED),
        (shipped, FulfilmentStanding.SHIPPED, FulfilmentStanding.PARTIALLY_SHIPPED),
    )
    for reached, whole, part in steps:
        if reached:
            return whole if reached >= wanted else part
    return FulfilmentStanding.UNFULFILLED


def units(shipments: Iterable[Shipment], counts: Callable[[Shipment], bool]) -> int:
    """Count the units in those shipments that count."""
    per_line: Counter[str] = Counter()
    for shipment in shipments:
        if counts(shipment):
            per_line.update({line.line_id: line.quantity for line in shipment.lines})
    return per_line.total()


def _flags(dossier: Dossier) -> tuple[str, ...]:
    statuses = {shipment.status for shipment in dossier.shipments}
    operations = [op for payment in dossier.payments for op in payment.operations]
    failed = {op.kind for op in operations if op.progress is Progress.FAILED}
    flags = (
        ("capture_failed", Kind.CAPTURE in failed),
        ("void_failed", Kind.VOID in failed),
        ("refund_failed", any(payment.refund_failed for payment in dossier.payments)),
        ("contradicted", any(op.contradicted for op in operations)),
        ("lost", bool(statuses & {ShipmentStatus.LOST, ShipmentStatus.DESTROYED})),
        ("exception", bool(statuses & {ShipmentStatus.ON_HOLD, ShipmentStatus.ATTEMPTED})),
        ("anomalies", bool(dossier.order.anomalies)),
    )
    return tuple(name for name, raised in flags if raised)
