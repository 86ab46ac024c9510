"""Random lives of an order, in any interleaving: the money is right at every step and at rest."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.orders import commands as o
from domain.orders.decisions.settling import accounts, settle
from domain.orders.events import PaymentMode
from domain.orders.state import OrderStatus
from domain.payments import commands as p
from domain.policies.due import due
from domain.shipments import commands as s
from domain.shipments.events import ShipmentStatus
from tests.domain.properties.life import Life
from tests.support.builders import NOW, minute, place

Step = Callable[[Life], object]

numbers = st.integers(0, 5)
small = st.integers(1, 4)
amounts = st.none() | st.integers(1, 1500)
line_ids = st.sampled_from(["1", "2", "3"])
carried = st.sampled_from(
    [status for status in ShipmentStatus if status not in ("created", "label_purchased")]
)
answers: st.SearchStrategy[p.Answer] = st.sampled_from(
    [p.Succeeded("ref"), p.Succeeded("ref"), p.Unknown()]
)


def _facts(life: Life, number: int) -> tuple[o.PaymentFacts, tuple[o.PaymentFacts, ...]] | None:
    known = life.facts()
    if not known:
        return None
    chosen = known[number % len(known)]
    return chosen, tuple(one for one in known if one is not chosen)


def capture(number: int, amount: int | None) -> Step:
    def step(life: Life) -> None:
        if found := _facts(life, number):
            life.to_order(o.CapturePayment(found[0].payment_id, found[0], NOW, amount))

    return step


def void(number: int, amount: int | None) -> Step:
    def step(life: Life) -> None:
        if found := _facts(life, number):
            life.to_order(o.VoidPayment(found[0].payment_id, found[0], NOW, amount))

    return step


def refund(number: int, amount: int | None) -> Step:
    def step(life: Life) -> None:
        if found := _facts(life, number):
            chosen, others = found
            life.to_order(o.RefundPayment(chosen.payment_id, chosen, NOW, amount, others=others))

    return step


def pay(amount: int | None) -> Step:
    return lambda life: life.to_order(
        o.RequestPayment(f"by-hand-{len(life.order_events)}", NOW, amount)
    )


def allocate(line_id: str, quantity: int) -> Step:
    def step(life: Life) -> None:
        wanted = (o.LineQuantity(line_id, quantity),)
        life.to_order(o.AllocateShipment(f"s{len(life.order_events)}", wanted, NOW))

    return step


def split(number: int, line_id: str, quantity: int) -> Step:
    def step(life: Life) -> None:
        if parcels := life.order.allocations:
            one = parcels[number % len(parcels)].shipment_id
            wanted = (o.LineQuantity(line_id, quantity),)
            life.to_order(o.SplitAllocation(one, f"s{len(life.order_events)}", wanted, NOW))

    return step


def to_parcel(number: int, command: s.ShipmentCommand) -> Step:
    def step(life: Life) -> None:
        if parcels := life.order.allocations:
            life.to_shipment(parcels[number % len(parcels)].shipment_id, command)

    return step


def scanned(number: int, status: ShipmentStatus, at: int) -> Step:
    return to_parcel(number, s.RecordScan(status, minute(at), NOW))


def called_off(number: int) -> Step:
    return to_parcel(number, s.CancelShipment("", NOW))


def asked(command: o.OrderCommand) -> Step:
    return lambda life: life.to_order(command)


def modify(line_id: str, quantity: int, shipping: int | None) -> Step:
    wanted = (o.LineQuantity(line_id, quantity),)
    return asked(o.ModifyOrder(wanted, (), NOW, shipping))


def add(quantity: int) -> Step:
    return asked(o.ModifyOrder((), (o.NewLine("C-1", quantity, 77),), NOW))


def answered(number: int, said: p.Answer) -> Step:
    return lambda life: life.answer(number, said)


def changed_mind(number: int) -> Step:
    """Let a refund fail after it had succeeded."""

    def step(life: Life) -> None:
        refunds = [part for part in life.order.parts if part.kind == "refund"]
        if refunds:
            part = refunds[number % len(refunds)]
            life.failures += 1
            life.to_payment(part.payment_id, p.RecordAnswer(part.part_id, p.Failed("no"), NOW))

    return step


REASONS = st.sampled_from([o.HoldReason.MANUAL, o.HoldReason.STOCK])
ordinary: tuple[st.SearchStrategy[Step], ...] = (
    st.just(Life.react),
    st.just(Life.rest),
    st.builds(answered, numbers, answers),
    st.builds(allocate, line_ids, small),
    st.builds(scanned, numbers, carried, numbers),
    st.builds(called_off, numbers),
    st.builds(split, numbers, line_ids, small),
    st.builds(lambda id_, n: asked(o.CancelLine(id_, "", NOW, n)), line_ids, st.none() | small),
    st.just(asked(o.CancelOrder("", NOW))),
    st.builds(modify, line_ids, numbers, st.none() | st.integers(0, 900)),
    st.builds(add, small),
    st.builds(lambda reason: asked(o.HoldOrder(reason, NOW)), REASONS),
    st.builds(lambda reason: asked(o.ReleaseOrder(reason, NOW)), REASONS),
    st.builds(pay, amounts),
    st.builds(capture, numbers, amounts),
    st.builds(void, numbers, amounts),
    st.builds(refund, numbers, amounts),
)
with_trouble = (
    *ordinary,
    st.builds(answered, numbers, st.just(p.Failed("no"))),
    st.builds(changed_mind, numbers),
)


PAID: tuple[Step, ...] = (pay(None), Life.rest)
PACKED = (*PAID, allocate("1", 1), allocate("2", 3), Life.rest)
ON_ITS_WAY = (*PACKED, scanned(0, ShipmentStatus.PICKED_UP, 0), Life.rest)
openings = st.sampled_from([(), PAID, PACKED, ON_ITS_WAY, ON_ITS_WAY])


def lived(mode: PaymentMode, steps: Iterable[Step]) -> Life:
    """Place an order whose lines are worth sums that do not divide by their units, and live it."""
    life = Life()
    life.to_order(replace(place(), payment=mode, tax_minor=7, discount_minor=100))
    for step in steps:
        step(life)
    life.rest()
    return life


def moved_minor(life: Life) -> int:
    """Return what is owed of goods that are on their way, the shipping with the first of them."""
    dossier = life.dossier()
    moved = {parcel.shipment_id for parcel in dossier.shipments if parcel.moving}
    worth = [kept.amount_minor for kept in dossier.order.allocations if kept.shipment_id in moved]
    extra = dossier.order.shipping_minor - dossier.order.credited_minor
    return min(sum(worth) + extra, dossier.order.due_minor) if worth else 0


@settings(max_examples=40)
@given(st.sampled_from(PaymentMode), openings, st.lists(st.one_of(ordinary), max_size=20))
def test_at_rest_what_was_taken_is_what_moved_and_what_is_held_is_what_is_still_due(
    mode: PaymentMode, opening: tuple[Step, ...], steps: list[Step]
) -> None:
    life = lived(mode, (*opening, *steps))
    order, known = life.order, accounts(life.order, life.facts())
    net_minor = sum(account.net_minor for account in known)
    held_minor = sum(account.held_minor for account in known)
    assert net_minor + held_minor <= max(order.due_minor, net_minor)
    assert net_minor <= order.due_minor
    assert net_minor >= moved_minor(life) or held_minor == 0
    live = order.status in (OrderStatus.PLACED, OrderStatus.CONFIRMED)
    let_go = any(part.by_hand for part in order.parts)
    if mode is PaymentMode.AUTOMATIC and live and not let_go:
        assert net_minor + held_minor == order.due_minor
    if order.status is OrderStatus.CANCELLED:
        assert (net_minor, held_minor, order.due_minor) == (0, 0, 0)


@settings(max_examples=40)
@given(st.sampled_from(PaymentMode), openings, st.lists(st.one_of(with_trouble), max_size=20))
def test_whatever_the_provider_refuses_it_comes_to_rest_and_nothing_more_is_due(
    mode: PaymentMode, opening: tuple[Step, ...], steps: list[Step]
) -> None:
    life = lived(mode, (*opening, *steps))
    dossier = life.dossier()
    assert due(dossier, NOW) == ()
    moved = tuple(parcel.shipment_id for parcel in dossier.shipments if parcel.moving)
    assert settle(o.SettleMoney(life.facts(), moved, NOW), dossier.order) == []
