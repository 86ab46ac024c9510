"""How an order stands: from money and quantities alone, odd money included."""

from dataclasses import replace
from itertools import product

import pytest

from domain.payments.events import PaymentEvent
from domain.policies.standing import (
    FulfilmentStanding,
    PaymentStanding,
    fulfilment_standing,
    payment_standing,
    standing,
)
from domain.shipments.events import ShipmentCancelled, ShipmentStatus
from tests.domain.policies.dossiers import dossier
from tests.support.builders import (
    AT,
    allocated,
    authorised,
    cancelled,
    captured,
    completed,
    confirmed,
    created,
    declined,
    held,
    imported_order,
    line_cancelled,
    order_after,
    parcel,
    payment_after,
    placed,
    refunded,
    scanned,
    shipment_after,
    voided,
)
from tests.support.given import Past

Money = tuple[tuple[PaymentEvent, ...], ...]

MONEY: list[tuple[int, list[Money], str]] = [
    (30, [], "none"),
    (0, [], "none"),
    (30, [(created(30),)], "pending"),
    (30, [(declined(30),)], "failed"),
    (30, [(declined(30),), (created(30),)], "pending"),
    (30, [(authorised(30),)], "authorised"),
    (30, [(authorised(31),)], "authorised"),
    (30, [(authorised(29),)], "partially_authorised"),
    (30, [(authorised(29),), (authorised(1),)], "authorised"),
    (30, [(authorised(29),), (created(1),)], "partially_authorised"),
    (30, [(authorised(30), voided("v", 1))], "partially_authorised"),
    (29, [(authorised(30), voided("v", 1))], "authorised"),
    (0, [(authorised(30), voided("v", 30))], "voided"),
    (30, [(authorised(30), voided("v", 30)), (created(30),)], "pending"),
    (30, [(authorised(30), voided("v", 30)), (declined(30),)], "voided"),
    (30, [(authorised(30), captured("c", 29))], "partially_paid"),
    (30, [(authorised(30), captured("c", 30))], "paid"),
    (30, [(authorised(20), captured("c", 20)), (authorised(10), captured("c", 10))], "paid"),
    (29, [(authorised(30), captured("c", 30))], "overpaid"),
    (0, [(authorised(30), captured("c", 30))], "overpaid"),
    (29, [(authorised(30), captured("c", 30), refunded("r", 1))], "partially_refunded"),
    (30, [(authorised(30), captured("c", 30), refunded("r", 1))], "partially_refunded"),
    (28, [(authorised(30), captured("c", 30), refunded("r", 1))], "overpaid"),
    (0, [(authorised(30), captured("c", 30), refunded("r", 30))], "refunded"),
    (30, [(authorised(30), captured("c", 30), refunded("r", 30))], "refunded"),
    (0, [(authorised(0),)], "paid"),
    (30, [(authorised(0),)], "partially_paid"),
    (30, [(authorised(0),), (authorised(30), captured("c", 30))], "paid"),
]


@pytest.mark.parametrize(("due_minor", "payments", "expected"), MONEY)
def test_how_far_an_order_is_paid(due_minor: int, payments: list[Money], expected: str) -> None:
    known = [payment_after(*past) for past in payments]
    assert payment_standing(due_minor, known) == expected


def test_every_way_to_be_paid_has_its_case() -> None:
    assert {expected for _, _, expected in MONEY} == {each.value for each in PaymentStanding}


def test_the_words_never_contradict_the_money() -> None:
    sums = range(4)
    for due_minor, held_minor, taken, returned in product(sums, sums, sums, sums):
        if returned > taken:
            continue
        total = held_minor + taken
        past: list[Past] = [authorised(total)]
        past += [captured("c", taken)] if taken else []
        past += [refunded("r", returned)] if returned else []
        word = payment_standing(due_minor, [payment_after(*past)])
        net = taken - returned
        assert (word == PaymentStanding.OVERPAID) == (net > due_minor and taken > 0)
        assert (word == PaymentStanding.REFUNDED) == (taken > 0 and net == 0)
        covered = not taken and held_minor > 0 and held_minor >= due_minor
        assert (word == PaymentStanding.AUTHORISED) == covered
        if word is PaymentStanding.PAID:
            assert net == due_minor


BOX = parcel()
SOME = parcel(("1", 1))
REST = replace(parcel(("1", 1), ("2", 3)), shipment_id="s2")
Parcels = tuple[tuple[Past, ...], ...]
MOVING = scanned(ShipmentStatus.IN_TRANSIT)
LABEL = scanned(ShipmentStatus.PRE_TRANSIT)
THERE = scanned(ShipmentStatus.DELIVERED)
BACK = scanned(ShipmentStatus.RETURNED)
LOST = scanned(ShipmentStatus.LOST)
OFF = ShipmentCancelled("", AT)
QUANTITIES: list[tuple[tuple[Past, ...], Parcels, str]] = [
    ((), (), "unfulfilled"),
    ((), ((BOX,),), "unfulfilled"),
    ((), ((BOX, LABEL),), "unfulfilled"),
    ((), ((SOME, MOVING),), "partially_shipped"),
    ((), ((BOX, MOVING),), "shipped"),
    ((), ((BOX, LOST),), "shipped"),
    ((), ((BOX, OFF, MOVING),), "unfulfilled"),
    ((), ((SOME, MOVING), (REST, MOVING)), "shipped"),
    ((), ((SOME, THERE), (REST,)), "partially_delivered"),
    ((), ((SOME, THERE), (REST, MOVING)), "partially_delivered"),
    ((), ((SOME, THERE), (REST, THERE)), "delivered"),
    ((), ((SOME, BACK), (REST, THERE)), "partially_returned"),
    ((), ((SOME, BACK), (REST, BACK)), "returned"),
    ((cancelled(),), (), "cancelled"),
    ((line_cancelled("1", 2, 2000), line_cancelled("2", 3, 999)), (), "cancelled"),
    ((line_cancelled("1", 1, 1000), line_cancelled("2", 3, 999)), ((SOME, THERE),), "delivered"),
    ((line_cancelled("2", 3, 999),), ((SOME, MOVING),), "partially_shipped"),
    ((allocated("s1"), cancelled()), ((BOX, THERE),), "delivered"),
]


@pytest.mark.parametrize(("past", "parcels", "expected"), QUANTITIES)
def test_how_far_an_order_has_arrived(
    past: tuple[Past, ...], parcels: Parcels, expected: str
) -> None:
    order = order_after(placed(), confirmed(), *past)
    assert fulfilment_standing(order, [shipment_after(*box) for box in parcels]) == expected


def test_every_way_to_arrive_has_its_case() -> None:
    assert {expected for _, _, expected in QUANTITIES} == {
        each.value for each in FulfilmentStanding
    }


def test_an_order_without_lines_is_not_cancelled_unless_it_was() -> None:
    empty = replace(imported_order(), lines=())
    assert fulfilment_standing(order_after(empty), ()) == "unfulfilled"
    assert fulfilment_standing(order_after(empty, cancelled()), ()) == "cancelled"


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        ((), "placed"),
        ((confirmed(),), "confirmed"),
        ((held(),), "on_hold"),
        ((confirmed(), held()), "on_hold"),
        ((held(), cancelled()), "cancelled"),
        ((confirmed(), completed()), "completed"),
    ],
)
def test_a_hold_is_shown_while_the_order_lives(past: tuple[Past, ...], shown: str) -> None:
    assert standing(dossier((placed(), *past))).status == shown


def test_the_balance_is_never_clamped() -> None:
    paid = (authorised(5000), captured("c", 4000), refunded("r", 100))
    stands = standing(dossier((placed(),), (paid,)))
    assert (stands.due_minor, stands.received_minor, stands.balance_minor) == (3499, 3900, -401)


def test_flags_are_raised_beside_the_statuses() -> None:
    assert standing(dossier((placed(),))).flags == ()
    boxes = ((BOX, LOST), (REST, scanned(ShipmentStatus.ATTEMPTED)))
    assert standing(dossier((placed(),), (), boxes)).flags == ("lost", "exception")
