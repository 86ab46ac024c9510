"""Settling: which money is taken, let go and given back, decided where all of it is known.

The plan stands in the order's stream before a payment hears of it, so two deciders at once cannot
take the same money for two reasons: the loser of the race decides again on the winner's plan.
A part that the provider refused counts for nothing, and its payment gets no further automatic part
of that kind: a person looks at it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.times import When
from domain.orders.commands import (
    CapturePayment,
    OrderRefusal,
    PaymentFacts,
    RefundPayment,
    SettleMoney,
    VoidPayment,
)
from domain.orders.decisions.guards import MOVEMENTS_MAX, existing, ours
from domain.orders.events import CapturePlanned, OrderEvent, RefundPlanned, VoidPlanned
from domain.orders.state import Order, OrderState, PartKind, evolve

Planned = TypeVar("Planned", CapturePlanned, VoidPlanned, RefundPlanned)


@dataclass(frozen=True, slots=True)
class Account:
    """One payment as the plan sees it: the sums of its parts that were not refused, by kind.

    `refused` are the kinds of which the provider has refused a part.
    """

    facts: PaymentFacts
    captured_minor: int
    voided_minor: int
    refunded_minor: int
    refused: frozenset[PartKind]

    @property
    def held_minor(self) -> int:
        """Authorised, and neither taken nor let go."""
        return self.facts.authorised_minor - self.captured_minor - self.voided_minor

    @property
    def refundable_minor(self) -> int:
        """Confirmed as taken, and not on its way back."""
        return self.facts.taken_minor - self.refunded_minor

    @property
    def net_minor(self) -> int:
        """Taken or about to be, less what goes back."""
        return self.captured_minor - self.refunded_minor


def accounts(order: Order, payments: Sequence[PaymentFacts]) -> tuple[Account, ...]:
    """Put each of the order's payments beside its planned parts, oldest payment first."""
    known = {facts.payment_id: facts for facts in payments}
    return tuple(
        _account_of(order, known[asked.payment_id])
        for asked in order.payments
        if asked.payment_id in known
    )


def _account_of(order: Order, facts: PaymentFacts) -> Account:
    planned_minor = {PartKind.CAPTURE: 0, PartKind.VOID: 0, PartKind.REFUND: 0}
    refused: set[PartKind] = set()
    for part in order.parts:
        if part.payment_id != facts.payment_id:
            continue
        if part.part_id in facts.failed:
            refused.add(part.kind)
        else:
            planned_minor[part.kind] += part.amount_minor
    return Account(
        facts,
        planned_minor[PartKind.CAPTURE],
        planned_minor[PartKind.VOID],
        planned_minor[PartKind.REFUND],
        frozenset(refused),
    )


def settle(command: SettleMoney, state: OrderState) -> Sequence[OrderEvent]:
    """Plan all that is due: captures first, then what is held or was taken beyond what is owed."""
    order = existing(state)
    if order.imported:
        return []
    current = accounts(order, command.payments)
    planned: list[OrderEvent] = []
    for plan in (_captures, _voids, _refunds):
        for event in plan(order, current, command):
            planned.append(event)
            order = existing(evolve(order, event))
            current = accounts(order, command.payments)
    return planned


def _captures(
    order: Order, current: Sequence[Account], command: SettleMoney
) -> Iterator[OrderEvent]:
    """Take for each parcel on its way what its units are worth; the first pays the shipping too.

    Parcels that were captured for come first, so that each new one pays for itself alone.
    """
    paid_for = {part.shipment_id for part in order.parts}
    moved = [kept for kept in order.allocations if kept.shipment_id in command.moved]
    wanted_minor = order.shipping_minor - order.credited_minor
    for allocation in sorted(moved, key=lambda kept: kept.shipment_id not in paid_for):
        wanted_minor += allocation.amount_minor
        net_minor = sum(account.net_minor for account in current)
        missing_minor = min(wanted_minor, order.due_minor) - net_minor
        for account in current:
            amount_minor = min(missing_minor, account.held_minor)
            if amount_minor > 0 and PartKind.CAPTURE not in account.refused:
                missing_minor -= amount_minor
                event = _capture(
                    order, account, amount_minor, When(command.now), allocation.shipment_id
                )
                yield event
                order = existing(evolve(order, event))
        current = accounts(order, command.payments)


def _voids(order: Order, current: Sequence[Account], command: SettleMoney) -> Iterator[OrderEvent]:
    """Let go what is held beyond what is still to be taken, newest payment first."""
    to_take_minor = max(order.due_minor - sum(account.net_minor for account in current), 0)
    excess_minor = sum(account.held_minor for account in current) - to_take_minor
    for account in reversed(current):
        amount_minor = min(excess_minor, account.held_minor)
        if amount_minor > 0 and PartKind.VOID not in account.refused:
            excess_minor -= amount_minor
            event = _void(order, account, amount_minor, When(command.now))
            yield event
            order = existing(evolve(order, event))


def _refunds(
    order: Order, current: Sequence[Account], command: SettleMoney
) -> Iterator[OrderEvent]:
    """Give back what was taken and is not owed, newest payment first."""
    excess_minor = sum(account.refundable_minor for account in current) - order.due_minor
    for account in reversed(current):
        amount_minor = min(excess_minor, account.refundable_minor)
        if amount_minor > 0 and PartKind.REFUND not in account.refused:
            excess_minor -= amount_minor
            event = _refund(order, account, amount_minor, When(command.now))
            yield event
            order = existing(evolve(order, event))


def capture(command: CapturePayment, state: OrderState) -> Sequence[OrderEvent]:
    """Take held money by hand, never more than is held."""
    order = ours(state)
    if _known(order, command.part_id, command.amount_minor):
        return []
    account = _account(order, command.payment)
    amount_minor = _within(command.amount_minor, account.held_minor)
    planned = _capture(order, account, amount_minor, When(command.now))
    return [_named(planned, command.part_id)]


def void(command: VoidPayment, state: OrderState) -> Sequence[OrderEvent]:
    """Let held money go by hand, never more than is held."""
    order = ours(state)
    if _known(order, command.part_id, command.amount_minor):
        return []
    account = _account(order, command.payment)
    amount_minor = _within(command.amount_minor, account.held_minor)
    planned = _void(order, account, amount_minor, When(command.now), by_hand=True)
    return [_named(planned, command.part_id)]


def refund(command: RefundPayment, state: OrderState) -> Sequence[OrderEvent]:
    """Give taken money back by hand; what was still owed of it is credited to the customer."""
    order = ours(state)
    if _known(order, command.part_id, command.amount_minor):
        return []
    account = _account(order, command.payment)
    amount_minor = _within(command.amount_minor, account.refundable_minor)
    known = accounts(order, (command.payment, *command.others))
    unowed_minor = max(sum(kept.net_minor for kept in known) - order.due_minor, 0)
    credited_minor = min(max(amount_minor - unowed_minor, 0), order.due_minor)
    at = When(command.now)
    planned = _refund(order, account, amount_minor, at, credited_minor, command.reason)
    return [_named(planned, command.part_id)]


def _known(order: Order, part_id: str, amount_minor: int | None) -> bool:
    """Whether this very movement is planned already. Refused when it was of another amount."""
    if len(order.parts) >= MOVEMENTS_MAX:
        raise Refused(OrderRefusal.TOO_MANY_MOVEMENTS, most=MOVEMENTS_MAX)
    for part in order.parts:
        if part_id and part.part_id == part_id:
            if amount_minor not in (None, part.amount_minor):
                raise Refused(KernelRefusal.COMMAND_ID_REUSED, "amount_minor")
            return True
    return False


def _named(planned: Planned, part_id: str) -> Planned:
    return replace(planned, part_id=part_id) if part_id else planned


def _account(order: Order, facts: PaymentFacts) -> Account:
    for account in accounts(order, [facts]):
        return account
    raise Refused(OrderRefusal.UNKNOWN_PAYMENT, "payment_id")


def _within(wanted_minor: int | None, most_minor: int) -> int:
    amount_minor = most_minor if wanted_minor is None else wanted_minor
    if not 0 < amount_minor <= most_minor:
        raise Refused(OrderRefusal.MORE_THAN_OPEN, "amount_minor", least=1, most=most_minor)
    return amount_minor


def _part_id(order: Order, kind: PartKind) -> str:
    return f"{kind.value}-{len(order.parts) + 1}"


def _capture(
    order: Order, account: Account, amount_minor: int, at: When, shipment_id: str = ""
) -> CapturePlanned:
    part_id = _part_id(order, PartKind.CAPTURE)
    return CapturePlanned(part_id, account.facts.payment_id, amount_minor, at, shipment_id)


def _void(
    order: Order, account: Account, amount_minor: int, at: When, *, by_hand: bool = False
) -> VoidPlanned:
    part_id = _part_id(order, PartKind.VOID)
    return VoidPlanned(part_id, account.facts.payment_id, amount_minor, at, by_hand)


def _refund(
    order: Order,
    account: Account,
    amount_minor: int,
    at: When,
    credited_minor: int = 0,
    reason: str = "",
) -> RefundPlanned:
    part_id = _part_id(order, PartKind.REFUND)
    return RefundPlanned(
        part_id, account.facts.payment_id, amount_minor, at, credited_minor, reason
    )
