"""A whole order in memory: its streams, our reactions, and the checks that hold at every step."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from domain.kernel.refused import Refused
from domain.orders import commands as o
from domain.orders.decide import DECIDER as ORDERS
from domain.orders.decisions.settling import accounts
from domain.orders.events import OrderEvent
from domain.orders.state import Order
from domain.payments import commands as p
from domain.payments.decide import DECIDER as PAYMENTS
from domain.payments.events import PaymentEvent
from domain.payments.ledger import Account, balances
from domain.payments.state import Payment
from domain.payments.views import ledger
from domain.policies.dossier import Dossier
from domain.policies.due import Due, ForOrder, ForPayment, ForShipment, due, payment_facts
from domain.shipments import commands as s
from domain.shipments.decide import DECIDER as SHIPMENTS
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import Shipment
from tests.support.builders import NOW

AGAIN_IS_MORE: Final = (
    o.CapturePayment,  # Two captures by hand are two captures: their command ids tell them apart,
    o.VoidPayment,  # and so are two voids
    o.RefundPayment,  # and two refunds;
    o.CancelLine,  # "one more unit of this line" said twice is two units;
    o.ModifyOrder,  # a line added without an id gets the next number each time.
)
ROUNDS_MAX: Final = 12


@dataclass
class Life:
    """Commands that are refused change nothing; `failures` counts what the provider refused."""

    order_events: list[OrderEvent] = field(default_factory=list)
    payment_events: dict[str, list[PaymentEvent]] = field(default_factory=dict)
    shipment_events: dict[str, list[ShipmentEvent]] = field(default_factory=dict)
    failures: int = 0

    @property
    def order(self) -> Order:
        """The order as it stands."""
        order = ORDERS.fold.over(self.order_events)
        assert isinstance(order, Order)
        return order

    def dossier(self) -> Dossier:
        """Everything as it stands."""
        order = self.order
        payments = (PAYMENTS.fold.over(self._payment(a.payment_id)) for a in order.payments)
        shipments = (SHIPMENTS.fold.over(self._shipment(a.shipment_id)) for a in order.allocations)
        return Dossier(
            order,
            tuple(payment for payment in payments if isinstance(payment, Payment)),
            tuple(shipment for shipment in shipments if isinstance(shipment, Shipment)),
        )

    def facts(self) -> tuple[o.PaymentFacts, ...]:
        """What the order may know of its payments."""
        return tuple(payment_facts(payment) for payment in self.dossier().payments)

    def to_order(self, command: o.OrderCommand) -> bool:
        """Send a command to the order, and once more; say whether it was accepted."""
        try:
            decided = ORDERS.decide(command, ORDERS.fold.over(self.order_events))
        except Refused:
            return False
        self.order_events.extend(decided)
        if not isinstance(command, AGAIN_IS_MORE):
            with suppress(Refused):  # Then nothing changes either.
                assert not ORDERS.decide(command, ORDERS.fold.over(self.order_events))
        self.check()
        return True

    def to_payment(self, payment_id: str, command: p.PaymentCommand) -> bool:
        """Send a command to one payment, and once more; say whether it was accepted."""
        events = self._payment(payment_id)
        try:
            events.extend(PAYMENTS.decide(command, PAYMENTS.fold.over(events)))
        except Refused:
            return False
        assert not PAYMENTS.decide(command, PAYMENTS.fold.over(events))
        self.check()
        return True

    def to_shipment(self, shipment_id: str, command: s.ShipmentCommand) -> bool:
        """Send a command to one shipment, and once more; say whether it was accepted."""
        events = self._shipment(shipment_id)
        try:
            events.extend(SHIPMENTS.decide(command, SHIPMENTS.fold.over(events)))
        except Refused:
            return False
        assert not SHIPMENTS.decide(command, SHIPMENTS.fold.over(events))
        return True

    def react(self) -> None:
        """Carry out what is due until nothing is; no command that is due may be refused twice."""
        refused: Sequence[Due] = ()
        wanted: Sequence[Due] = ()
        for _ in range(ROUNDS_MAX):
            wanted = due(self.dossier(), NOW)
            if not wanted:
                return
            before, refused = refused, [one for one in wanted if not self._carry_out(one)]
            assert not [one for one in refused if one in before]
        raise AssertionError(wanted)

    def _carry_out(self, wanted: Due) -> bool:
        match wanted:
            case ForOrder(command=to_order):
                return self.to_order(to_order)
            case ForPayment(payment_id=payment_id, command=to_payment):
                return self.to_payment(payment_id, to_payment)
            case ForShipment(shipment_id=shipment_id, command=to_shipment):
                return self.to_shipment(shipment_id, to_shipment)

    def answer(self, number: int, said: p.Answer) -> None:
        """Let the provider answer one of the open operations, if there is any."""
        waiting = [
            (payment.payment_id, operation.operation_id)
            for payment in self.dossier().payments
            for operation in payment.open_operations
        ]
        if waiting:
            payment_id, operation_id = waiting[number % len(waiting)]
            self.failures += isinstance(said, p.Failed)
            self.to_payment(payment_id, p.RecordAnswer(operation_id, said, NOW))

    def rest(self) -> None:
        """Let everything that is open succeed, and react, until nothing moves any more."""
        for _ in range(ROUNDS_MAX):
            self.react()
            if not any(payment.open_operations for payment in self.dossier().payments):
                return
            for _ in range(20):
                self.answer(0, p.Succeeded("ref"))
        raise AssertionError(self.dossier())

    def _payment(self, payment_id: str) -> list[PaymentEvent]:
        return self.payment_events.setdefault(payment_id, [])

    def _shipment(self, shipment_id: str) -> list[ShipmentEvent]:
        return self.shipment_events.setdefault(shipment_id, [])

    def check(self) -> None:
        """Check what holds at every step."""
        dossier = self.dossier()
        _check_lines(dossier.order)
        assert dossier.order.due_minor >= 0
        for payment in dossier.payments:
            _check_payment(payment, self._payment(payment.payment_id))
        for account in accounts(dossier.order, self.facts()):
            assert account.held_minor >= 0
            assert account.refundable_minor >= 0


def _check_lines(order: Order) -> None:
    for line in order.lines:
        portions = [
            portion
            for allocation in order.allocations
            for portion in allocation.portions
            if portion.line_id == line.line_id
        ]
        assert line.allocated_quantity == sum(portion.quantity for portion in portions)
        assert min(line.open_quantity, line.open_minor, line.cancelled_quantity) >= 0
        assert all(part.quantity > 0 and part.amount_minor >= 0 for part in portions)
        assert line.open_quantity or not line.open_minor


def _check_payment(payment: Payment, events: Sequence[PaymentEvent]) -> None:
    assert 0 <= payment.captured_minor <= payment.authorised_minor
    assert 0 <= payment.refunded_minor <= payment.captured_minor
    assert payment.open_minor >= 0
    assert payment.refundable_minor >= 0
    where = balances(events)
    assert sum(where.values()) == 0
    assert where == {one.account: one.amount_minor for one in ledger(payment).balances}
    parts_minor = payment.voided_minor + payment.captured_minor + where[Account.AUTHORISED]
    assert parts_minor == payment.authorised_minor
