"""Callers: what other services ask, again with the same key where they heard no answer.

Each request is what its route does, without the HTTP around it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.kernel.transition import Outcome, Transitioned
from domain.orders import commands as o
from domain.orders.decide import DECIDER as ORDERS
from domain.orders.events import PaymentMode
from domain.orders.state import Order
from domain.policies.due import covered_minor, missing_minor, payment_facts
from domain.shipments import commands as s
from domain.shipments.decide import DECIDER as SHIPMENTS
from domain.shipments.events import ShipmentStatus
from handlers.api.api import Api
from handlers.api.commands import Asking
from handlers.api.deciding import decided_on_all
from handlers.api.looking import opened
from handlers.api.reacting import react_now
from tests.simulation.commerce.dice import Dice
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.witness import Witness
from tests.support.builders import NOW

Done = Transitioned[Any]
Ask = Callable[[Api, Asking], Done]

METHODS: Final = (
    "card",
    "card_timeout",
    "card_late",
    "card_lost",
    "card_decline",
    "card_capture_timeout",
    "card_capture_decline",
    "card_void_late",
    "card_refund_timeout",
    "card_refund_decline",
)
CARRIERS: Final = ("sbx", "sbx-timeout", "sbx-late", "sbx-lost", "sbx-decline")
SCANS: Final = (
    ShipmentStatus.PICKED_UP,
    ShipmentStatus.DELIVERED,
    ShipmentStatus.IN_TRANSIT,
    ShipmentStatus.RETURNED,
    ShipmentStatus.LOST,
)


@dataclass(slots=True)
class Wish:
    """One request of one caller; `answer` is the first that changed something."""

    what: str
    order_id: str
    key: str
    ask: Ask
    stream: str
    caller: str
    answer: Done | None = None
    is_over: bool = False

    @property
    def asking(self) -> Asking:
        """Who asks, under which key."""
        return Asking(self.caller, self.key, self.key)


@dataclass(slots=True)
class Callers:
    """All wishes of a schedule, and what became of them."""

    dice: Dice
    witness: Witness
    wishes: list[Wish] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    name: str = "shop"

    def place(self) -> Wish:
        """Order something."""
        dice = self.dice
        mode = (PaymentMode.AUTOMATIC, PaymentMode.MANUAL)[dice.choose(2)]
        lines = (o.NewLine("A-1", 2, 1999), o.NewLine("B-1", 3, 333))[: 1 + dice.choose(2)]
        shipping_minor = (500, 0)[dice.choose(2)]
        key = self._key("place")
        order_id = Asking(self.name, key, key).new_id("order")
        customer_id = f"c-{len(self.orders)}"
        self.orders.append(order_id)

        def ask(api: Api, asked: Asking) -> Done:
            command = o.PlaceOrder(
                order_id, customer_id, "EUR", lines, api.clock(), shipping_minor, payment=mode
            )
            return asked.carry_out(api.streams.orders, ORDERS, order_id, command, creates=True)

        return self._wish("place", order_id, key, ask)

    def wish(self) -> Wish:
        """Ask something of an order as it stands."""
        order_id = self.orders[self.dice.choose(len(self.orders))]
        head = self.witness.heads.get(f"order#{order_id}")
        if head is None:
            return self._change(order_id, "hold", _held)
        order: Order = head.state
        kinds = [self._ship, self._scan, self._pay, self._move, self._alter]
        return kinds[self.dice.choose(len(kinds))](order)

    def heard(self, wish: Wish, answer: object, *, was_answered: bool) -> None:
        """Take an answer in, and check that it is true.

        `was_answered`: it was asked for after the first one had come. Of two that were under way
        at once, one may have found nothing to do, or been refused, before the other had success.
        """
        if isinstance(answer, Transitioned):
            _check(self.witness, wish, answer, was_answered=was_answered)
            wish.is_over = True
            if answer.outcome is not Outcome.NOTHING_TO_DO:
                wish.answer = wish.answer or answer
        elif isinstance(answer, Refused) and not answer.retryable:
            if was_answered:
                raise Broken(Invariant.ONCE, f"{wish.what} was accepted, and is refused: {answer}")
            wish.is_over = True

    # ---- what can be asked ------------------------------------------------------------------

    def _ship(self, order: Order) -> Wish:
        dice, order_id = self.dice, order.order_id
        key = self._key("ship")
        shipment_id = Asking(self.name, key, key).new_id("shipment", order_id)
        way = dice.choose(3)
        carrier = CARRIERS[dice.choose(len(CARRIERS))] if way else ""
        number = f"1Z99{dice.choose(2)}" if way == 2 else ""  # The third way.
        line = order.lines[dice.choose(len(order.lines))]
        units = (o.LineQuantity(line.line_id, 1),) if dice.choose(2) else ()
        kept = order.allocations
        whole = kept[dice.choose(len(kept))].shipment_id if kept and dice.choose(2) else ""

        def ask(api: Api, asked: Asking) -> Done:
            now = api.clock()
            if whole and units:
                opened(api, order_id)
                split = o.SplitAllocation(whole, shipment_id, units, now)
                done = asked.carry_out(api.streams.orders, ORDERS, order_id, split)
            else:
                done = decided_on_all(
                    api,
                    asked,
                    order_id,
                    lambda all_: o.AllocateShipment(
                        shipment_id, units, now, carrier, number, covered_minor(all_)
                    ),
                )
            react_now(api, order_id, done.outcome, asked.correlation_id)
            return done

        return self._wish("split" if whole and units else "ship", order_id, key, ask)

    def _scan(self, order: Order) -> Wish:
        dice, order_id = self.dice, order.order_id
        kept = order.allocations
        if not kept:
            return self._ship(order)
        shipment_id = kept[dice.choose(len(kept))].shipment_id
        what = dice.choose(len(SCANS) + 2)
        number = f"1Z99{dice.choose(2)}"
        at = When(NOW + timedelta(hours=dice.choose(3)))

        def ask(api: Api, asked: Asking) -> Done:
            now = api.clock()
            command: s.ShipmentCommand
            if what < len(SCANS):
                command = s.RecordScan(SCANS[what], at, now, text=asked.key)
            elif what == len(SCANS):
                command = s.CancelShipment("test", now)
            else:
                command = s.RegisterTracking("ups", number, now)
            done = asked.carry_out(api.streams.shipments, SHIPMENTS, shipment_id, command)
            if isinstance(command, s.CancelShipment):
                react_now(api, order_id, done.outcome, asked.correlation_id)
            return done

        name = (
            SCANS[what].value if what < len(SCANS) else ("cancel parcel", "track")[what == 6]
        )  # The last.
        return self._wish(name, order_id, self._key("scan"), ask, f"shipment#{shipment_id}")

    def _pay(self, order: Order) -> Wish:
        dice, order_id = self.dice, order.order_id
        key = self._key("pay")
        payment_id = Asking(self.name, key, key).new_id("payment", order_id)
        method = METHODS[dice.choose(len(METHODS))]
        amount_minor = (None, 1000)[dice.choose(2)]

        def ask(api: Api, asked: Asking) -> Done:
            command = o.RequestPayment(payment_id, api.clock(), amount_minor, method)
            if amount_minor is None:
                done = decided_on_all(
                    api,
                    asked,
                    order_id,
                    lambda all_: replace(command, missing_minor=missing_minor(all_)),
                )
            else:
                done = asked.carry_out(api.streams.orders, ORDERS, order_id, command)
            react_now(api, order_id, done.outcome, asked.correlation_id)
            return done

        return self._wish("pay", order_id, key, ask)

    def _move(self, order: Order) -> Wish:
        dice, order_id = self.dice, order.order_id
        if not order.payments:
            return self._pay(order)
        payment_id = order.payments[dice.choose(len(order.payments))].payment_id
        key = self._key("move")
        kind = ("capture", "void", "refund")[dice.choose(3)]
        part_id = Asking(self.name, key, key).new_id(kind, order_id)
        amount_minor = (None, 100)[dice.choose(2)]

        def ask(api: Api, asked: Asking) -> Done:
            if kind == "refund":
                done = decided_on_all(api, asked, order_id, lambda all_: _refund(all_, api))
            else:
                facts = _facts(opened(api, order_id), payment_id)
                make = o.CapturePayment if kind == "capture" else o.VoidPayment
                command = make(payment_id, facts, api.clock(), amount_minor, part_id)
                done = asked.carry_out(api.streams.orders, ORDERS, order_id, command)
            react_now(api, order_id, done.outcome, asked.correlation_id)
            return done

        def _refund(dossier: Any, api: Api) -> o.RefundPayment:  # noqa: ANN401  # A dossier.
            others = tuple(
                payment_facts(one) for one in dossier.payments if one.payment_id != payment_id
            )
            facts = _facts(dossier, payment_id)
            return o.RefundPayment(
                payment_id, facts, api.clock(), amount_minor, part_id, "test", others
            )

        return self._wish(kind, order_id, key, ask)

    def _alter(self, order: Order) -> Wish:
        dice = self.dice
        line = order.lines[dice.choose(len(order.lines))]
        more = o.LineQuantity(line.line_id, line.quantity + 1)
        what = dice.choose(5)
        name, make = (
            ("hold", _held),
            ("release", lambda now: o.ReleaseOrder(o.HoldReason.STOCK, now)),
            ("modify", lambda now: o.ModifyOrder((more,), (), now)),
            ("cancel line", lambda now: o.CancelLine(line.line_id, "test", now, 1)),
            ("cancel", lambda now: o.CancelOrder("test", now)),
        )[what]
        return self._change(order.order_id, name, make)

    def _change(self, order_id: str, name: str, make: Callable[[Any], o.OrderCommand]) -> Wish:
        def ask(api: Api, asked: Asking) -> Done:
            return asked.carry_out(api.streams.orders, ORDERS, order_id, make(api.clock()))

        return self._wish(name, order_id, self._key(name), ask)

    def _key(self, what: str) -> str:
        return f"{what}-{len(self.wishes)}"

    def _wish(self, what: str, order_id: str, key: str, ask: Ask, stream: str = "") -> Wish:
        wish = Wish(what, order_id, key, ask, stream or f"order#{order_id}", self.name)
        self.wishes.append(wish)
        return wish


def _held(now: Any) -> o.HoldOrder:  # noqa: ANN401  # A time.
    return o.HoldOrder(o.HoldReason.STOCK, now)


def _facts(dossier: Any, payment_id: str) -> o.PaymentFacts:  # noqa: ANN401  # A dossier.
    known = dossier.payment(payment_id)
    return payment_facts(known) if known else o.PaymentFacts(payment_id, 0, 0)


def _check(witness: Witness, wish: Wish, answer: Done, *, was_answered: bool) -> None:
    """An answer is the state right after the command, at its version, now and every time."""
    if answer.outcome is Outcome.NOTHING_TO_DO:
        if was_answered:
            raise Broken(Invariant.ONCE, f"{wish.what} was {wish.answer}, and is now {answer}")
        return
    first = wish.answer or answer
    if (answer.state, answer.version) != (first.state, first.version):
        raise Broken(Invariant.ONCE, f"{wish.what} was answered {first}, and now {answer}")
    commit = witness.commands.get((wish.stream, wish.asking.command_id))
    if commit is None or commit.last != answer.version:
        raise Broken(Invariant.ONCE, f"{wish.what} is answered {answer}, and stands as {commit}")
    if witness.states[wish.stream, commit.last] != answer.state:
        raise Broken(Invariant.ONCE, f"{wish.what} is answered with another state: {answer}")
