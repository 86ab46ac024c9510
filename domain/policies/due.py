"""Due: the commands that follow from how an order, its payments and its shipments stand.

One pure function over folded states. It is level-triggered: what has been done is visible in the
states, so asking again asks for nothing new, and no notice's order or loss matters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.kernel.ids import derived_id
from domain.orders import commands as o
from domain.orders.decisions.paying import uncovered_minor
from domain.orders.decisions.settling import accounts, settle
from domain.orders.events import PaymentMode
from domain.orders.lines import Allocation
from domain.orders.state import Order, OrderStatus, Part, PartKind
from domain.payments import commands as p
from domain.payments.state import Kind, Payment, Progress
from domain.policies.dossier import Dossier
from domain.policies.standing import received_minor
from domain.shipments import commands as s
from domain.shipments.events import ShippedLine


@dataclass(frozen=True, slots=True)
class ForOrder:
    """A command that is due to the order."""

    policy: str
    order_id: str
    command: o.OrderCommand


@dataclass(frozen=True, slots=True)
class ForPayment:
    """A command that is due to one of its payments."""

    policy: str
    payment_id: str
    command: p.PaymentCommand


@dataclass(frozen=True, slots=True)
class ForShipment:
    """A command that is due to one of its shipments."""

    policy: str
    shipment_id: str
    command: s.ShipmentCommand


Due = ForOrder | ForPayment | ForShipment
Facts = tuple[o.PaymentFacts, ...]


def due(dossier: Dossier, now: datetime) -> tuple[Due, ...]:
    """Return every command that is due; nothing is due on imported history."""
    if dossier.order.imported:
        return ()
    facts = _facts(dossier)
    return (
        *_payment_requests(dossier.order, facts, now),
        *_payments(dossier, now),
        *_confirmation(dossier.order, facts, now),
        *_shipments(dossier, now),
        *_money(dossier, facts, now),
        *_parts(dossier, now),
        *_completion(dossier, now),
    )


def payment_facts(payment: Payment) -> o.PaymentFacts:
    """Tell an order what it needs to know of one of its payments."""
    failed = tuple(op.operation_id for op in payment.operations if op.progress is Progress.FAILED)
    taken_minor = payment.captured_minor
    return o.PaymentFacts(payment.payment_id, payment.authorised_minor, taken_minor, failed)


def missing_minor(dossier: Dossier) -> int:
    """Return what is due and neither held, taken nor still being asked for."""
    pending_minor = sum(
        payment.total_minor(Kind.AUTHORISE, Progress.REQUESTED, Progress.UNKNOWN)
        for payment in dossier.payments
    )
    return dossier.order.due_minor - covered_minor(dossier) - pending_minor


def covered_minor(dossier: Dossier) -> int:
    """Return what is held or taken, over all payments, less what is let go or given back."""
    return _covered_minor(dossier.order, _facts(dossier))


def _covered_minor(order: Order, facts: Facts) -> int:
    return sum(account.held_minor + account.net_minor for account in accounts(order, facts))


def _facts(dossier: Dossier) -> Facts:
    return tuple(payment_facts(payment) for payment in dossier.payments)


def _payment_requests(order: Order, facts: Facts, now: datetime) -> Iterator[Due]:
    """A placed order wants what it is due covered, unless payments are started by hand."""
    if order.payment is not PaymentMode.AUTOMATIC or not order.live:
        return
    failed = tuple(part_id for payment in facts for part_id in payment.failed)
    if uncovered_minor(order, failed) > 0:
        payment_id = derived_id("payment", order.order_id, str(len(order.payments) + 1))
        command = o.RequestPayment(payment_id, now, failed=failed)
        yield ForOrder("request_payment", order.order_id, command)


def _payments(dossier: Dossier, now: datetime) -> Iterator[Due]:
    """A payment that the order has asked for is created, and its authorisation requested."""
    order = dossier.order
    for asked in order.payments:
        if order.live and dossier.payment(asked.payment_id) is None:
            command = p.CreatePayment(
                asked.payment_id,
                order.order_id,
                order.customer_id,
                asked.amount_minor,
                order.currency,
                now,
                asked.method,
            )
            yield ForPayment("create_payment", asked.payment_id, command)


def _confirmation(order: Order, facts: Facts, now: datetime) -> Iterator[Due]:
    """Authorised, over all payments, covers what is due: the order is confirmed."""
    if order.status is not OrderStatus.PLACED or order.holds:
        return
    covered = _covered_minor(order, facts)
    if covered >= order.due_minor:
        yield ForOrder("confirm", order.order_id, o.ConfirmOrder(covered, now))


def _shipments(dossier: Dossier, now: datetime) -> Iterator[Due]:
    """Shipments follow the order's allocations: created, split, and released when cancelled."""
    order = dossier.order
    for allocation in order.allocations:
        shipment = dossier.shipment(allocation.shipment_id)
        lines = tuple(
            ShippedLine(portion.line_id, portion.quantity) for portion in allocation.portions
        )
        id_ = allocation.shipment_id
        if shipment is None:
            yield ForShipment("create_shipment", id_, _creation(order, allocation, lines, now))
        elif shipment.cancelled:
            release = o.ReleaseAllocation(id_, now)
            yield ForOrder("release_allocation", order.order_id, release)
        elif shipment.lines != lines:
            yield ForShipment("split_shipment", id_, s.KeepLines(lines, now))
        elif allocation.tracking_number and not shipment.carrier:
            number = allocation.tracking_number
            command = s.RegisterTracking(allocation.carrier, number, now)
            yield ForShipment("register_tracking", id_, command)


def _creation(
    order: Order, allocation: Allocation, lines: tuple[ShippedLine, ...], now: datetime
) -> s.CreateShipment:
    """A number that the caller named is registered apart: if it is taken, the shipment still is."""
    label_from = "" if allocation.tracking_number else allocation.carrier
    return s.CreateShipment(
        allocation.shipment_id, order.order_id, order.customer_id, lines, now, label_from
    )


def _money(dossier: Dossier, facts: Facts, now: datetime) -> Iterator[Due]:
    """Capture for what is on its way, void what is not needed, refund what is not owed."""
    if not facts:
        return
    moved = tuple(parcel.shipment_id for parcel in dossier.shipments if parcel.moving)
    command = o.SettleMoney(facts, moved, now)
    if settle(command, dossier.order):
        yield ForOrder("settle_money", dossier.order.order_id, command)


def _parts(dossier: Dossier, now: datetime) -> Iterator[Due]:
    """What the order has planned is asked of the payment, under the plan's own id."""
    for part in dossier.order.parts:
        payment = dossier.payment(part.payment_id)
        if payment and payment.operation(part.part_id) is None:
            yield ForPayment(f"request_{part.kind}", part.payment_id, _request(part, now))


def _request(part: Part, now: datetime) -> p.PaymentCommand:
    match part.kind:
        case PartKind.CAPTURE:
            return p.RequestCapture(part.part_id, part.amount_minor, now)
        case PartKind.VOID:
            return p.RequestVoid(part.part_id, part.amount_minor, now)
        case PartKind.REFUND:
            return p.RequestRefund(part.part_id, part.amount_minor, now)


def _completion(dossier: Dossier, now: datetime) -> Iterator[Due]:
    """Every quantity has arrived somewhere or was cancelled, and nobody owes anything."""
    order = dossier.order
    if order.status is not OrderStatus.CONFIRMED or order.holds:
        return
    finished = tuple(parcel.shipment_id for parcel in dossier.shipments if parcel.finished)
    moving = {kept.shipment_id for kept in order.allocations} - set(finished)
    if moving or any(line.open_quantity for line in order.lines):
        return
    money_moves = any(
        op.kind is not Kind.AUTHORISE
        for payment in dossier.payments
        for op in payment.open_operations
    )
    balance_minor = order.due_minor - received_minor(dossier)
    if not balance_minor and not money_moves:
        command = o.CompleteOrder(finished, balance_minor, now)
        yield ForOrder("complete", order.order_id, command)
