import pytest

from domain.kernel.refused import KernelRefusal
from domain.payments.commands import (
    PaymentRefusal,
    RequestCapture,
    RequestRefund,
    RequestVoid,
)
from domain.payments.events import CaptureFailed, PaymentEvent, RefundFailed, RefundReversed
from tests.support.builders import (
    AT,
    NOW,
    authorised,
    capture_requested,
    captured,
    created,
    declined,
    payment_after,
    refund_requested,
    refunded,
    void_requested,
    voided,
)
from tests.support.given import given


def capture(amount: int, capture_id: str = "c1") -> RequestCapture:
    return RequestCapture(capture_id, amount, NOW)


def void(amount: int, void_id: str = "v1") -> RequestVoid:
    return RequestVoid(void_id, amount, NOW)


def refund(amount: int, refund_id: str = "r1") -> RequestRefund:
    return RequestRefund(refund_id, amount, NOW)


def test_held_money_is_taken_whole_or_in_part() -> None:
    given(authorised(30)).when(capture(30)).then(capture_requested("c1", 30))
    given(authorised(30), captured("c0", 10)).when(capture(20)).then(capture_requested("c1", 20))


def test_the_same_capture_asked_twice_is_asked_of_the_provider_once() -> None:
    given(authorised(30), capture_requested("c1", 30)).when(capture(30)).then_nothing()
    given(authorised(30), captured("c1", 30)).when(capture(30)).then_nothing()


def test_the_same_id_with_another_amount_is_refused() -> None:
    past = (authorised(30), captured("c1", 10), void_requested("v1", 5), refund_requested("r1", 5))
    for command in (capture(11), void(6), refund(6)):
        given(*past).when(command).then_refused(PaymentRefusal.OPERATION_REUSED, "amount_minor")


def test_what_is_on_its_way_is_not_taken_again() -> None:
    past = (authorised(30), capture_requested("c0", 10), void_requested("v0", 5))
    given(*past).when(capture(16)).then_refused(
        PaymentRefusal.MORE_THAN_AUTHORISED, "amount_minor", most=15
    )
    given(*past).when(void(16)).then_refused(PaymentRefusal.MORE_THAN_AUTHORISED, most=15)
    given(*past).when(void(15)).then(void_requested("v1", 15))


def test_a_failed_capture_leaves_the_money_held() -> None:
    past = (authorised(30), capture_requested("c0", 30), CaptureFailed("c0", "no", AT))
    given(*past).when(capture(30)).then(capture_requested("c1", 30))


@pytest.mark.parametrize(("past", "status"), [(created(30), "pending"), (declined(30), "declined")])
def test_what_was_not_authorised_is_neither_taken_nor_let_go(
    past: tuple[PaymentEvent, ...], status: str
) -> None:
    for command in (capture(1), void(1)):
        given(past).when(command).then_refused(PaymentRefusal.NOT_AUTHORISED, status=status)


def test_only_what_was_taken_is_given_back() -> None:
    past = (authorised(30), captured("c1", 20), capture_requested("c2", 10))
    given(*past).when(refund(20)).then(refund_requested("r1", 20))
    given(*past).when(refund(21)).then_refused(
        PaymentRefusal.MORE_THAN_CAPTURED, "amount_minor", most=20
    )
    given(authorised(30)).when(refund(1)).then_refused(PaymentRefusal.MORE_THAN_CAPTURED, most=0)


def test_what_is_on_its_way_back_is_not_given_back_again() -> None:
    past = (authorised(30), captured("c1", 30), refunded("r0", 10), refund_requested("r2", 5))
    given(*past).when(refund(15)).then(refund_requested("r1", 15))
    given(*past).when(refund(16)).then_refused(PaymentRefusal.MORE_THAN_CAPTURED, most=15)
    given(*past).when(refund(5, "r2")).then_nothing()


@pytest.mark.parametrize(
    "came_back",
    [
        (refund_requested("r0", 30), RefundFailed("r0", 30, "EUR", "no", AT)),
        (*refunded("r0", 30), RefundReversed("r0", 30, "EUR", "no", AT)),
    ],
)
def test_a_refund_that_failed_can_be_tried_anew_and_is_flagged(
    came_back: tuple[PaymentEvent, ...],
) -> None:
    past = (authorised(30), captured("c1", 30), came_back)
    given(*past).when(refund(30)).then(refund_requested("r1", 30))
    assert payment_after(*past).refund_failed


@pytest.mark.parametrize("amount", [0, -1])
def test_no_amount_of_nothing_moves(amount: int) -> None:
    for command in (capture(amount), void(amount), refund(amount)):
        given(authorised(30), captured("c0", 10)).when(command).then_refused(
            KernelRefusal.INVALID_AMOUNT, "amount_minor"
        )


@pytest.mark.parametrize(
    ("past", "status"),
    [
        ((created(30),), "pending"),
        ((declined(30),), "declined"),
        ((authorised(30),), "authorised"),
        ((authorised(30), capture_requested("c1", 30)), "authorised"),
        ((authorised(30), captured("c1", 29)), "partially_captured"),
        ((authorised(30), captured("c1", 30)), "captured"),
        ((authorised(30), captured("c1", 10), voided("v1", 20)), "captured"),
        ((authorised(30), voided("v1", 29)), "authorised"),
        ((authorised(30), voided("v1", 30)), "voided"),
        ((authorised(30), captured("c1", 30), refund_requested("r1", 1)), "captured"),
        ((authorised(30), captured("c1", 30), refunded("r1", 1)), "partially_refunded"),
        ((authorised(30), captured("c1", 30), refunded("r1", 30)), "refunded"),
        ((authorised(0),), "captured"),
    ],
)
def test_the_status_follows_from_the_money(
    past: tuple[tuple[PaymentEvent, ...] | PaymentEvent, ...], status: str
) -> None:
    assert payment_after(*past).status == status
