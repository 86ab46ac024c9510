"""Lines are worth 2000 and 999, shipping 500: 3499 in all, asked for in one payment or in two."""

from domain.orders.commands import OrderRefusal, PaymentFacts, SettleMoney
from tests.support.builders import (
    NOW,
    allocated,
    cancelled,
    capture_planned,
    confirmed,
    facts,
    imported_order,
    line_cancelled,
    payment_requested,
    placed,
    portion,
    refund_planned,
    void_planned,
)
from tests.support.given import given

READY = (placed(), confirmed(), payment_requested())
FIRST = allocated("s1", portion("1", 2, 2000))
SECOND = allocated("s2", portion("2", 3, 999))
TWO = (placed(), confirmed(), payment_requested(2600), payment_requested(899, "p2"))


def settle(*payments: PaymentFacts, moved: tuple[str, ...] = ()) -> SettleMoney:
    return SettleMoney(payments, moved, NOW)


def test_nothing_is_taken_before_anything_moves() -> None:
    given(*READY, FIRST, SECOND).when(settle(facts(3499))).then_nothing()


def test_the_first_parcel_pays_for_its_lines_and_the_shipping() -> None:
    given(*READY, FIRST, SECOND).when(settle(facts(3499), moved=("s2",))).then(
        capture_planned(1, 1499, "s2")
    )


def test_each_later_parcel_pays_for_itself_alone() -> None:
    past = (*READY, FIRST, SECOND, capture_planned(1, 1499, "s2"))
    given(*past).when(settle(facts(3499, 1499), moved=("s1", "s2"))).then(
        capture_planned(2, 2000, "s1")
    )
    given(*past, capture_planned(2, 2000, "s1")).when(
        settle(facts(3499, 3499), moved=("s1", "s2"))
    ).then_nothing()


def test_two_parcels_at_once_are_two_captures() -> None:
    given(*READY, FIRST, SECOND).when(settle(facts(3499), moved=("s2", "s1"))).then(
        capture_planned(1, 2500, "s1"), capture_planned(2, 999, "s2")
    )


def test_money_is_taken_from_the_oldest_payment_first_and_never_more_than_it_holds() -> None:
    command = settle(facts(2600), facts(899, payment_id="p2"), moved=("s1", "s2"))
    given(*TWO, FIRST, SECOND).when(command).then(
        capture_planned(1, 2500, "s1"),
        capture_planned(2, 100, "s2"),
        capture_planned(3, 899, "s2", payment_id="p2"),
    )


def test_what_is_not_held_is_not_taken_and_the_rest_follows_when_it_is() -> None:
    past = (*TWO, FIRST, SECOND)
    first = capture_planned(1, 2500, "s1"), capture_planned(2, 100, "s2")
    given(*past).when(settle(facts(2600), moved=("s1", "s2"))).then(*first)
    given(*past, *first).when(
        settle(facts(2600, 2600), facts(899, payment_id="p2"), moved=("s1", "s2"))
    ).then(capture_planned(3, 899, "s2", payment_id="p2"))


def test_money_taken_by_hand_counts_for_the_parcels() -> None:
    past = (*READY, FIRST, SECOND, capture_planned(1, 2600))
    given(*past).when(settle(facts(3499, 2600), moved=("s1",))).then_nothing()
    given(*past).when(settle(facts(3499, 2600), moved=("s1", "s2"))).then(
        capture_planned(2, 899, "s2")
    )


def test_what_is_held_for_a_cancelled_line_is_let_go() -> None:
    past = (*READY, line_cancelled("2", 2, 666))
    given(*past).when(settle(facts(3499))).then(void_planned(1, 666))
    given(*past, void_planned(1, 666)).when(settle(facts(3499))).then_nothing()


def test_a_cancelled_order_lets_go_of_everything_newest_payment_first() -> None:
    command = settle(facts(2600), facts(899, payment_id="p2"))
    given(*TWO, cancelled()).when(command).then(
        void_planned(1, 899, payment_id="p2"), void_planned(2, 2600)
    )


def test_a_cancelled_order_lets_go_of_what_is_held_and_gives_back_what_was_taken() -> None:
    past = (*READY, capture_planned(1, 1000), cancelled())
    given(*past).when(settle(facts(3499, 1000))).then(
        void_planned(2, 2499), refund_planned(3, 1000)
    )


def test_an_authorisation_that_comes_after_the_cancellation_is_let_go() -> None:
    given(*READY, cancelled()).when(settle(facts(0))).then_nothing()
    given(*READY, cancelled()).when(settle(facts(3499))).then(void_planned(1, 3499))


def test_money_on_its_way_is_given_back_once_it_has_arrived() -> None:
    past = (*READY, capture_planned(1, 3499), cancelled())
    given(*past).when(settle(facts(3499))).then_nothing()
    given(*past).when(settle(facts(3499, 3499))).then(refund_planned(2, 3499))


def test_what_was_taken_and_is_not_owed_goes_back_newest_payment_first() -> None:
    past = (
        *TWO,
        capture_planned(1, 2600),
        capture_planned(2, 899, payment_id="p2"),
        line_cancelled("2", 3, 999),
    )
    given(*past).when(settle(facts(2600, 2600), facts(899, 899, payment_id="p2"))).then(
        refund_planned(3, 899, payment_id="p2"), refund_planned(4, 100)
    )


def test_a_capture_that_was_refused_is_not_tried_again_by_itself() -> None:
    past = (*READY, FIRST, capture_planned(1, 2500, "s1"))
    given(*past).when(settle(facts(3499, 0, "capture-1"), moved=("s1",))).then_nothing()


def test_a_refused_capture_is_taken_from_another_payment() -> None:
    past = (*TWO, payment_requested(3000, "p3"), FIRST, capture_planned(1, 2500, "s1"))
    command = settle(
        facts(2600, 0, "capture-1"),
        facts(899, payment_id="p2"),
        facts(3000, payment_id="p3"),
        moved=("s1",),
    )
    given(*past).when(command).then(
        capture_planned(2, 899, "s1", payment_id="p2"),
        capture_planned(3, 1601, "s1", payment_id="p3"),
        void_planned(4, 1399, payment_id="p3"),
        void_planned(5, 1601),
    )


def test_a_refused_void_or_refund_is_left_to_a_person() -> None:
    gone = (*READY, cancelled(), void_planned(1, 3499))
    given(*gone).when(settle(facts(3499, 0, "void-1"))).then_nothing()
    taken = (*READY, capture_planned(1, 3499), cancelled(), refund_planned(2, 3499))
    given(*taken).when(settle(facts(3499, 3499, "refund-2"))).then_nothing()


def test_a_credit_is_not_taken_from_later_parcels() -> None:
    past = (
        *READY,
        FIRST,
        SECOND,
        capture_planned(1, 2500, "s1"),
        refund_planned(2, 300, credited=300),
    )
    given(*past).when(settle(facts(3499, 2500), moved=("s1", "s2"))).then(
        capture_planned(3, 999, "s2")
    )


def test_more_than_is_due_is_let_go() -> None:
    past = (placed(), payment_requested(5000))
    given(*past).when(settle(facts(5000))).then(void_planned(1, 1501))


def test_imported_history_moves_no_money() -> None:
    given(imported_order(), payment_requested(5000)).when(settle(facts(5000))).then_nothing()


def test_money_of_payments_that_the_order_does_not_know_is_not_its_own() -> None:
    given(*READY, cancelled()).when(settle(facts(3499, payment_id="p9"))).then_nothing()


def test_nothing_is_settled_where_there_is_no_order() -> None:
    given().when(settle()).then_refused(OrderRefusal.ORDER_NOT_FOUND, "order_id")
