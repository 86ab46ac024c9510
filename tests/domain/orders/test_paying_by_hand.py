from dataclasses import replace

import pytest

from domain.orders.commands import (
    CapturePayment,
    OrderRefusal,
    PaymentFacts,
    RefundPayment,
    VoidPayment,
)
from tests.support.builders import (
    NOW,
    cancelled,
    capture_planned,
    confirmed,
    facts,
    line_cancelled,
    order_after,
    payment_requested,
    placed,
    refund_planned,
    void_planned,
)
from tests.support.given import given

READY = (placed(), confirmed(), payment_requested())
TAKEN = (*READY, capture_planned(1, 3499))


def capture(payment: PaymentFacts, amount: int | None = None) -> CapturePayment:
    return CapturePayment("p1", payment, NOW, amount)


def void(payment: PaymentFacts, amount: int | None = None) -> VoidPayment:
    return VoidPayment("p1", payment, NOW, amount)


def refund(payment: PaymentFacts, amount: int | None = None) -> RefundPayment:
    return RefundPayment("p1", payment, NOW, amount)


def test_without_an_amount_all_there_is_moves() -> None:
    given(*READY).when(capture(facts(3499))).then(capture_planned(1, 3499))
    given(*READY).when(void(facts(3499))).then(void_planned(1, 3499, by_hand=True))
    given(*TAKEN).when(refund(facts(3499, 3499))).then(refund_planned(2, 3499, credited=3499))


def test_money_is_taken_and_let_go_in_parts() -> None:
    past = (*READY, capture_planned(1, 1000), void_planned(2, 499))
    given(*past).when(capture(facts(3499, 1000), 2000)).then(capture_planned(3, 2000))
    given(*past).when(void(facts(3499, 1000), 2000)).then(void_planned(3, 2000, by_hand=True))
    given(*past).when(capture(facts(3499, 1000), 2001)).then_refused(
        OrderRefusal.MORE_THAN_OPEN, "amount_minor", least=1, most=2000
    )
    given(*past).when(void(facts(3499, 1000), 2001)).then_refused(OrderRefusal.MORE_THAN_OPEN)


def test_what_the_provider_refused_is_still_held_and_can_be_tried_again_by_hand() -> None:
    given(*TAKEN).when(capture(facts(3499, 0, "capture-1"))).then(capture_planned(2, 3499))


def test_only_what_has_arrived_can_be_given_back() -> None:
    given(*TAKEN).when(refund(facts(3499))).then_refused(
        OrderRefusal.MORE_THAN_OPEN, "amount_minor", most=0
    )
    given(*TAKEN, refund_planned(2, 3000, 3000)).when(refund(facts(3499, 3499), 500)).then_refused(
        OrderRefusal.MORE_THAN_OPEN, "amount_minor", most=499
    )


@pytest.mark.parametrize("amount", [0, -1])
def test_no_amount_of_nothing_moves(amount: int) -> None:
    for command in (
        capture(facts(3499), amount),
        void(facts(3499), amount),
        refund(facts(3499, 3499), amount),
    ):
        given(*TAKEN).when(command).then_refused(OrderRefusal.MORE_THAN_OPEN, "amount_minor")


def test_what_was_still_owed_of_a_refund_is_credited() -> None:
    event = refund_planned(2, 499, credited=499)
    given(*TAKEN).when(refund(facts(3499, 3499), 499)).then(event)
    assert order_after(*TAKEN, event).due_minor == 3000


def test_what_was_not_owed_any_more_is_given_back_and_not_credited() -> None:
    past = (*TAKEN, line_cancelled("2", 3, 999))
    given(*past).when(refund(facts(3499, 3499), 999)).then(refund_planned(2, 999))
    given(*past).when(refund(facts(3499, 3499), 1000)).then(refund_planned(2, 1000, credited=1))


def test_a_refund_tried_again_by_hand_is_credited_no_more_than_the_first() -> None:
    past = (*TAKEN, line_cancelled("2", 3, 999), refund_planned(2, 999))
    given(*past).when(refund(facts(3499, 3499, "refund-2"), 999)).then(refund_planned(3, 999))


def test_nothing_is_credited_on_a_cancelled_order() -> None:
    given(*TAKEN, cancelled()).when(refund(facts(3499, 3499))).then(refund_planned(2, 3499))


def test_what_is_owed_of_one_payment_depends_on_the_others() -> None:
    past = (
        *(placed(), confirmed(), payment_requested(3499), payment_requested(3499, "p2")),
        *(capture_planned(1, 3499), capture_planned(2, 3499, payment_id="p2")),
    )
    other = facts(3499, 3499, payment_id="p2")
    given(*past).when(replace(refund(facts(3499, 3499)), others=(other,))).then(
        refund_planned(3, 3499)
    )


def test_the_reason_is_kept() -> None:
    command = replace(refund(facts(3499, 3499), 1), reason="scratched")
    given(*TAKEN).when(command).then(replace(refund_planned(2, 1, credited=1), reason="scratched"))


def test_only_the_orders_own_payments_move() -> None:
    other = facts(3499, 3499, payment_id="p9")
    for command in (capture(other), void(other), refund(other)):
        given(*READY).when(command).then_refused(OrderRefusal.UNKNOWN_PAYMENT, "payment_id")
