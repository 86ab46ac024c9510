from dataclasses import replace

from domain.kernel.refused import KernelRefusal
from domain.orders.commands import OrderRefusal, RequestPayment
from domain.orders.events import PaymentRequested
from tests.support.builders import (
    AT,
    NOW,
    line_cancelled,
    payment_requested,
    placed,
    refund_planned,
    void_planned,
)
from tests.support.given import given


def request(amount: int | None = None) -> RequestPayment:
    return RequestPayment("p2", NOW, amount)


def requested(amount: int, method: str = "") -> PaymentRequested:
    return PaymentRequested("p2", amount, AT, method)


def test_without_an_amount_all_that_is_due_is_asked_for() -> None:
    given(placed()).when(replace(request(), method="card")).then(requested(3499, "card"))


def test_what_was_asked_for_before_is_not_asked_for_again() -> None:
    given(placed(), payment_requested(3000)).when(request()).then(requested(499))
    given(placed(), payment_requested()).when(request()).then_refused(
        OrderRefusal.MORE_THAN_OPEN, "amount_minor", most=0
    )


def test_what_was_let_go_or_given_back_is_missing_again_once_it_is_due_again() -> None:
    cancelled = (placed(), payment_requested(), line_cancelled("2", 3, 999))
    given(*cancelled, void_planned(1, 999)).when(request()).then_refused(
        OrderRefusal.MORE_THAN_OPEN
    )
    given(placed(), payment_requested(), void_planned(1, 999)).when(request()).then(requested(999))
    given(placed(), payment_requested(), refund_planned(1, 999)).when(request()).then(
        requested(999)
    )


def test_what_was_let_go_by_hand_is_not_asked_for_again_by_itself() -> None:
    past = (placed(), payment_requested(), void_planned(1, 999, by_hand=True))
    given(*past).when(request()).then_refused(OrderRefusal.MORE_THAN_OPEN)
    given(*past).when(replace(request(), missing_minor=999)).then(requested(999))


def test_a_credit_is_neither_due_nor_missing() -> None:
    past = (placed(), payment_requested(), refund_planned(1, 999, credited=999))
    given(*past).when(request()).then_refused(OrderRefusal.MORE_THAN_OPEN)


def test_more_goods_after_a_credit_are_asked_for_in_full() -> None:
    """A credit lowers what is due and comes back as money: it may count once only."""
    past = (placed(shipping=800), payment_requested(3499), refund_planned(1, 999, credited=999))
    given(*past).when(request()).then(requested(300))


def test_what_failed_to_leave_is_still_there() -> None:
    past = (placed(), payment_requested(), void_planned(1, 999))
    given(*past).when(replace(request(), failed=("void-1",))).then_refused(
        OrderRefusal.MORE_THAN_OPEN
    )


def test_a_payment_by_hand_may_be_of_any_amount_up_to_what_the_order_is_worth() -> None:
    given(placed(), payment_requested()).when(request(1)).then(requested(1))
    given(placed()).when(request(3499)).then(requested(3499))
    given(placed()).when(request(3500)).then_refused(OrderRefusal.MORE_THAN_OPEN, "amount_minor")


def test_who_has_looked_at_the_payments_says_what_is_missing() -> None:
    declined = (placed(), payment_requested())
    given(*declined).when(replace(request(), missing_minor=3499)).then(requested(3499))
    given(placed()).when(replace(request(), missing_minor=0)).then_refused(
        OrderRefusal.MORE_THAN_OPEN
    )


def test_one_id_is_one_payment() -> None:
    given(placed(), requested(3499)).when(request()).then_nothing()


def test_odd_payments_are_refused() -> None:
    given(placed()).when(request(0)).then_refused(KernelRefusal.INVALID_AMOUNT, "amount_minor")
    given(placed()).when(request(-1)).then_refused(KernelRefusal.INVALID_AMOUNT, "amount_minor")
    given(placed()).when(RequestPayment("p#1", NOW)).then_refused(
        KernelRefusal.INVALID_ID, "payment_id"
    )
