"""Recording the intent of a payment, before the payment exists."""

from collections.abc import Collection, Sequence

from domain.kernel.ids import checked_id
from domain.kernel.money import checked_amount
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders.commands import OrderRefusal, RequestPayment
from domain.orders.decisions.guards import PAYMENTS_MAX, alive
from domain.orders.events import OrderEvent, PaymentRequested
from domain.orders.state import Order, OrderState, PartKind


def request_payment(command: RequestPayment, state: OrderState) -> Sequence[OrderEvent]:
    """Ask for a payment of the given amount, or of what no payment covers yet; once for each id.

    One payment is never of more than the whole order is worth.
    """
    order = alive(state)
    if any(asked.payment_id == command.payment_id for asked in order.payments):
        return []
    checked_id(command.payment_id, "payment_id")
    if len(order.payments) >= PAYMENTS_MAX:
        raise Refused(OrderRefusal.TOO_MANY_PAYMENTS, most=PAYMENTS_MAX)
    missing_minor = (
        uncovered_minor(order, command.failed)
        if command.missing_minor is None
        else command.missing_minor
    )
    most_minor = missing_minor if command.amount_minor is None else order.due_minor
    if max(command.amount_minor or 0, 1) > most_minor:
        raise Refused(OrderRefusal.MORE_THAN_OPEN, "amount_minor", most=max(most_minor, 0))
    wanted_minor = missing_minor if command.amount_minor is None else command.amount_minor
    amount_minor = checked_amount(wanted_minor, "amount_minor", least=1)
    return [PaymentRequested(command.payment_id, amount_minor, When(command.now), command.method)]


def uncovered_minor(order: Order, failed: Collection[str] = ()) -> int:
    """What is due and was never asked for, or was asked for and let go or given back since.

    `failed` names the parts that moved no money after all. A declined payment still counts as
    asked for, and so does one that somebody let go by hand: nobody's card is tried again without
    their word.
    """
    asked_minor = sum(asked.amount_minor for asked in order.payments)
    returned_minor = sum(
        part.amount_minor
        for part in order.parts
        if part.kind is not PartKind.CAPTURE and part.part_id not in failed and not part.by_hand
    )
    return order.due_minor - asked_minor + returned_minor
