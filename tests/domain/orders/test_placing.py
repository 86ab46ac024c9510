from dataclasses import replace

import pytest

from domain.kernel.money import AMOUNT_MINOR_MAX
from domain.kernel.refused import KernelRefusal
from domain.orders.commands import OrderRefusal, PlaceOrder
from domain.orders.decisions.guards import LINES_MAX, QUANTITY_MAX
from domain.orders.events import PaymentMode
from tests.support.builders import LINES, line, new, place, placed
from tests.support.given import given


def test_placing_sums_lines_and_shipping_and_numbers_the_lines() -> None:
    given().when(place()).then(placed())


def test_a_line_keeps_the_id_that_the_caller_gave_it() -> None:
    given().when(place(new(1, 5, "first"), new(1, 5))).then(
        placed(line("first", 1, 5), line("2", 1, 5))
    )


def test_tax_and_discount_are_spread_over_the_lines_to_the_last_cent() -> None:
    command = replace(place(), tax_minor=100, discount_minor=50)
    tax, discount = (67, 33), (33, 17)
    lines = tuple(
        replace(each, amount_minor=each.amount_minor + tax[i] - discount[i])
        for i, each in enumerate(LINES)
    )
    given().when(command).then(replace(placed(*lines), tax_minor=100, discount_minor=50))


def test_a_discount_may_make_an_order_free_and_no_more_than_that() -> None:
    free = replace(place(shipping=0), discount_minor=2999)
    lines = tuple(replace(each, amount_minor=0) for each in LINES)
    given().when(free).then(replace(placed(*lines, shipping=0), discount_minor=2999))
    given().when(replace(free, discount_minor=3000)).then_refused(
        OrderRefusal.DISCOUNT_EXCEEDS_LINES, "discount_minor", most=2999
    )


def test_the_callers_own_total_is_compared_and_not_trusted() -> None:
    given().when(replace(place(), expected_total_minor=3499)).then(placed())
    given().when(replace(place(), expected_total_minor=3498)).then_refused(
        OrderRefusal.TOTAL_DOES_NOT_ADD_UP, "total", expected=3499
    )


def test_an_order_whose_payments_are_started_by_hand_says_so() -> None:
    given().when(replace(place(), payment=PaymentMode.MANUAL)).then(
        replace(placed(), payment=PaymentMode.MANUAL)
    )


def test_an_order_is_placed_once() -> None:
    given(placed()).when(place()).then_refused(OrderRefusal.ORDER_EXISTS, "order_id")


ODD = [
    (replace(place(), order_id="o#1"), KernelRefusal.INVALID_ID, "order_id"),
    (replace(place(), order_id=""), KernelRefusal.INVALID_ID, "order_id"),
    (replace(place(), customer_id="c\x001"), KernelRefusal.INVALID_ID, "customer_id"),
    (replace(place(), currency="EURO"), KernelRefusal.UNKNOWN_CURRENCY, "currency"),
    (replace(place(), currency="eur"), KernelRefusal.UNKNOWN_CURRENCY, "currency"),
    (replace(place(), lines=()), OrderRefusal.NO_LINES, "lines"),
    (place(new(0)), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
    (place(new(), new(-1)), OrderRefusal.INVALID_QUANTITY, "lines[1].quantity"),
    (place(new(QUANTITY_MAX + 1)), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
    (place(new(1, -1)), KernelRefusal.INVALID_AMOUNT, "lines[0].unit_price_minor"),
    (
        place(new(1, AMOUNT_MINOR_MAX + 1)),
        KernelRefusal.INVALID_AMOUNT,
        "lines[0].unit_price_minor",
    ),
    (place(new(2, AMOUNT_MINOR_MAX)), KernelRefusal.INVALID_AMOUNT, "lines"),
    (place(new(1, AMOUNT_MINOR_MAX), shipping=1), KernelRefusal.INVALID_AMOUNT, "total"),
    (place(shipping=-1), KernelRefusal.INVALID_AMOUNT, "shipping_minor"),
    (replace(place(), tax_minor=-1), KernelRefusal.INVALID_AMOUNT, "tax_minor"),
    (replace(place(), discount_minor=-1), KernelRefusal.INVALID_AMOUNT, "discount_minor"),
    (place(new(sku="A 1")), KernelRefusal.INVALID_ID, "lines[0].sku"),
    (place(new(line_id="#")), KernelRefusal.INVALID_ID, "lines[0].line_id"),
    (
        place(replace(new(), seller_id="a b")),
        KernelRefusal.INVALID_ID,
        "lines[0].seller_id",
    ),
    (place(new(line_id="a"), new(line_id="a")), OrderRefusal.DUPLICATE_LINE, "lines[1].line_id"),
    (place(*[new()] * (LINES_MAX + 1)), OrderRefusal.TOO_MANY_LINES, "lines"),
]


@pytest.mark.parametrize(("command", "reason", "field"), ODD, ids=[case[2] for case in ODD])
def test_what_cannot_be_ordered_is_refused_by_its_field(
    command: PlaceOrder, reason: OrderRefusal | KernelRefusal, field: str
) -> None:
    given().when(command).then_refused(reason, field)


def test_the_largest_order_that_fits_is_placed() -> None:
    given().when(place(new(1, AMOUNT_MINOR_MAX), shipping=0)).then(
        placed(line("1", 1, AMOUNT_MINOR_MAX), shipping=0)
    )
    assert len(given().when(place(*[new(1, 1)] * LINES_MAX)).state().lines) == LINES_MAX
    assert given().when(place(new(QUANTITY_MAX, 0))).state().due_minor == 500


def test_a_line_without_an_id_never_gets_one_that_the_caller_gave_to_another() -> None:
    given().when(place(new(1, 5), new(1, 5, "1"))).then(placed(line("2", 1, 5), line("1", 1, 5)))
