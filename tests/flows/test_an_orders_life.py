"""An order's whole life through policies, sandbox provider and sandbox carrier, in memory."""

from collections.abc import Callable
from datetime import datetime

import pytest

from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders import commands as o
from domain.orders.events import PaymentMode
from domain.payments.commands import CreatePayment
from domain.payments.state import Payment
from domain.policies.dossier import open_dossier
from domain.policies.due import ForOrder, missing_minor
from domain.policies.react import carry_out
from domain.shipments import commands as s
from domain.shipments.events import ShipmentStatus
from tests.support.world import World, place


@pytest.fixture
def world() -> World:
    return World()


def ship(world: World, shipment_id: str, *lines: tuple[str, int], carrier: str = "") -> None:
    wanted = tuple(o.LineQuantity(*line) for line in lines)
    world.order("o1", lambda now: o.AllocateShipment(shipment_id, wanted, now, carrier=carrier))
    world.run("o1")


def scan(world: World, shipment_id: str, status: ShipmentStatus) -> None:
    world.shipment(shipment_id, lambda now: s.RecordScan(status, When(now), now))
    world.run("o1")


def pay(world: World, method: str) -> None:
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    missing = missing_minor(dossier)
    world.order(
        "o1",
        lambda now: o.RequestPayment(f"p-{method}", now, method=method, missing_minor=missing),
    )


def test_a_placed_order_is_authorised_and_confirmed_by_itself(world: World) -> None:
    world.order("o1", place())
    stands = world.run("o1")
    assert (stands.status, stands.payment, stands.fulfilment) == (
        "confirmed",
        "authorised",
        "unfulfilled",
    )


def test_each_parcel_on_its_way_pays_for_its_lines_and_the_first_for_the_shipping(
    world: World,
) -> None:
    world.order("o1", place())
    world.run("o1")
    ship(world, "s1", ("1", 2))
    ship(world, "s2", ("2", 3))
    assert world.standing("o1").received_minor == 0
    scan(world, "s2", ShipmentStatus.PICKED_UP)
    assert world.standing("o1").received_minor == 3 * 333 + 500
    scan(world, "s1", ShipmentStatus.IN_TRANSIT)
    assert world.standing("o1").received_minor == 3 * 333 + 500 + 2 * 1999


def test_an_order_whose_every_unit_is_delivered_and_paid_is_completed(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    ship(world, "s1")
    scan(world, "s1", ShipmentStatus.PICKED_UP)
    scan(world, "s1", ShipmentStatus.DELIVERED)
    stands = world.standing("o1")
    assert (stands.status, stands.payment, stands.fulfilment, stands.balance_minor) == (
        "completed",
        "paid",
        "delivered",
        0,
    )


def test_a_cancelled_line_lets_its_held_money_go_to_the_cent(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    world.order("o1", lambda now: o.CancelLine("2", "no longer wanted", now, 1))
    world.run("o1")
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    assert [payment.voided_minor for payment in dossier.payments] == [333]


def test_what_was_captured_for_a_cancelled_order_is_refunded(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    payment_id = dossier.payments[0].payment_id
    facts = o.PaymentFacts(payment_id, dossier.payments[0].authorised_minor, 0)
    world.order("o1", lambda now: o.CapturePayment(payment_id, facts, now))
    world.run("o1")
    assert world.standing("o1").payment == "paid"
    world.order("o1", lambda now: o.CancelOrder("changed their mind", now))
    stands = world.run("o1")
    assert (stands.status, stands.payment, stands.balance_minor) == ("cancelled", "refunded", 0)


def test_a_declined_payment_leaves_the_order_placed_until_another_one_covers_it(
    world: World,
) -> None:
    world.order("o1", place(payment=PaymentMode.MANUAL))
    pay(world, "card-decline")
    stands = world.run("o1")
    assert (stands.status, stands.payment) == ("placed", "failed")
    pay(world, "card")
    stands = world.run("o1")
    assert (stands.status, stands.payment) == ("confirmed", "authorised")


@pytest.mark.parametrize("trouble", ["timeout", "late", "lost"])
def test_an_unknown_answer_is_asked_for_until_it_is_known_and_the_money_is_held_once(
    world: World, trouble: str
) -> None:
    world.order("o1", place(payment=PaymentMode.MANUAL))
    pay(world, f"card-{trouble}")
    for _ in range(4):
        world.run("o1")
        for stream in list(world.shared.commits):
            world.settle(stream)
    stands = world.run("o1")
    assert (stands.status, stands.payment) == ("confirmed", "authorised")
    assert [entry["kind"] for entry in world.book.entries.values()] == ["authorise"]


@pytest.mark.parametrize("trouble", ["timeout", "late", "lost"])
def test_a_label_is_bought_once_however_the_carrier_answers(world: World, trouble: str) -> None:
    world.order("o1", place())
    world.run("o1")
    ship(world, "s1", carrier=f"sandbox-{trouble}")
    for _ in range(4):
        world.settle("shipment#s1")
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    assert dossier.shipments[0].tracking_number.startswith("SBX")
    assert len(world.book.entries) == 2  # One authorisation and one label.


def test_a_cancelled_shipment_frees_its_units_for_another(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    ship(world, "s1", ("1", 2))
    world.shipment("s1", lambda now: s.CancelShipment("wrong box", now))
    world.run("o1")
    ship(world, "s2", ("1", 2))
    scan(world, "s2", ShipmentStatus.PICKED_UP)
    assert world.standing("o1").received_minor == 2 * 1999 + 500


def test_a_split_parcel_is_captured_for_its_own_units(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    ship(world, "s1", ("1", 2), ("2", 3))
    part = (o.LineQuantity("2", 1),)
    world.order("o1", lambda now: o.SplitAllocation("s1", "s2", part, now))
    world.run("o1")
    scan(world, "s2", ShipmentStatus.PICKED_UP)
    assert world.standing("o1").received_minor == 333 + 500
    scan(world, "s1", ShipmentStatus.PICKED_UP)
    assert world.standing("o1").received_minor == 2 * 1999 + 3 * 333 + 500


def test_nothing_follows_from_a_payment_that_no_order_asked_for(world: World) -> None:
    created = world.payment("p1", lambda now: CreatePayment("p1", "o9", "c-1", 100, "EUR", now))
    assert created.version == 2
    assert open_dossier(world.streams, "o9") is None


def test_a_live_tracking_number_belongs_to_one_shipment_and_is_free_again_after_delivery(
    world: World,
) -> None:
    for order_id in ("o1", "o2"):
        world.order(order_id, place(order_id))
        world.run(order_id)

    def allocate(order_id: str) -> None:
        shipment_id = f"s-{order_id}"
        world.order(
            order_id, lambda now: o.AllocateShipment(shipment_id, (), now, "ups", "1z 999-1")
        )
        world.run(order_id)

    def number(order_id: str) -> str:
        dossier = open_dossier(world.streams, order_id)
        assert dossier is not None
        return dossier.shipments[0].tracking_number

    allocate("o1")
    allocate("o2")
    assert (number("o1"), number("o2")) == ("1Z9991", "")
    scan(world, "s-o1", ShipmentStatus.DELIVERED)
    world.run("o2")
    assert number("o2") == "1Z9991"


def test_history_taken_over_is_read_only_for_callers_and_policies(world: World) -> None:
    world.order("o1", imported("o1"))
    assert world.run("o1").status == "placed"
    for make in (
        lambda now: o.CancelOrder("test", now),
        lambda now: o.AllocateShipment("s1", (), now),
        lambda now: o.RequestPayment("p1", now),
    ):
        with pytest.raises(Refused) as refused:
            world.order("o1", make)
        assert refused.value.reason is o.OrderRefusal.ORDER_IMPORTED
    assert len(world.commits()) == 1


def imported(order_id: str) -> Callable[[datetime], o.ImportOrder]:
    return lambda now: o.ImportOrder(
        order_id,
        "c-1",
        "BRL",
        (o.NewLine("A-1", 1, 1000),),
        100,
        "elsewhere",
        "processing",
        When(now),
        (),
        (),
        now,
    )


def test_money_that_somebody_let_go_by_hand_is_not_asked_for_again_by_itself(
    world: World,
) -> None:
    world.order("o1", place())
    world.run("o1")
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    payment = dossier.payments[0]
    facts = o.PaymentFacts(payment.payment_id, payment.authorised_minor, 0)
    world.order("o1", lambda now: o.VoidPayment(payment.payment_id, facts, now))
    assert world.run("o1").payment == "voided"
    assert len(world.streams.orders.load("o1").state.payments) == 1  # type: ignore[union-attr]


def test_what_was_decided_on_older_figures_is_decided_again(world: World) -> None:
    """Between looking and confirming, somebody lets the money go: nothing is confirmed on it."""
    world.order("o1", place())
    world.run("o1")
    payment = only_payment(world)
    facts = o.PaymentFacts(payment.payment_id, payment.authorised_minor, 0)
    world.order("o1", lambda now: o.ModifyOrder((o.LineQuantity("1", 3),), (), now))
    seen = open_dossier(world.streams, "o1")
    assert seen is not None
    world.order("o1", lambda now: o.VoidPayment(payment.payment_id, facts, now))
    stale = ForOrder("confirm", "o1", o.CompleteOrder((), 0, world.clock()))
    assert carry_out(world.streams, seen, stale, 0, "test").refused == "stale_version"


def test_nothing_leaves_that_is_no_longer_covered(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    with pytest.raises(Refused) as refused:
        world.order("o1", lambda now: o.AllocateShipment("s1", (), now, covered_minor=5496))
    assert refused.value.reason is o.OrderRefusal.NOT_AUTHORISED
    world.order("o1", lambda now: o.AllocateShipment("s1", (), now, covered_minor=5497))


def test_the_same_movement_by_hand_is_the_same_money_however_late(world: World) -> None:
    world.order("o1", place())
    world.run("o1")
    payment = only_payment(world)
    facts = o.PaymentFacts(payment.payment_id, payment.authorised_minor, 0)

    def capture(amount: int) -> None:
        world.order(
            "o1", lambda now: o.CapturePayment(payment.payment_id, facts, now, amount, "mine")
        )

    capture(1000)
    for _ in range(40):
        world.order("o1", lambda now: o.HoldOrder(o.HoldReason.STOCK, now))
        world.order("o1", lambda now: o.ReleaseOrder(o.HoldReason.STOCK, now))
    capture(1000)
    world.run("o1")
    assert world.standing("o1").received_minor == 1000
    with pytest.raises(Refused, match="command_id_reused"):
        capture(999)


def test_a_capture_that_the_provider_refused_is_a_flag_that_people_see(world: World) -> None:
    world.order("o1", place(payment=PaymentMode.MANUAL))
    pay(world, "card_capture_decline")
    world.run("o1")
    ship(world, "s1")
    scan(world, "s1", ShipmentStatus.PICKED_UP)
    assert "capture_failed" in world.standing("o1").flags


def only_payment(world: World) -> Payment:
    dossier = open_dossier(world.streams, "o1")
    assert dossier is not None
    return dossier.payments[0]
