from dataclasses import replace

import pytest

from domain.kernel.money import AMOUNT_MINOR_MAX
from domain.kernel.refused import KernelRefusal
from domain.kernel.times import UNKNOWN_TIME
from domain.payments import events as e
from domain.payments.commands import CreatePayment, ImportPayment, PaymentRefusal, RequestCapture
from tests.support.builders import (
    NOW,
    authorised,
    created,
    declined,
    minute,
    payment_after,
)
from tests.support.given import given

CREATE = CreatePayment("p1", "o1", "c1", 30, "EUR", NOW)
IMPORT = ImportPayment(
    payment_id="p1",
    order_id="o1",
    customer_id="c1",
    amount_minor=30,
    currency="BRL",
    method="boleto",
    instalments=3,
    created=minute(0),
    now=NOW,
    approved=minute(1),
    reference="r",
)


def test_a_payment_is_created_and_its_authorisation_requested_in_one_commit() -> None:
    given().when(CREATE).then(*created(30))
    made, asked = created(30)
    assert isinstance(made, e.PaymentCreated)
    given().when(replace(CREATE, method="card")).then(replace(made, method="card"), asked)


@pytest.mark.parametrize("past", [created(30), authorised(30), declined(30)])
def test_the_same_payment_is_created_once(past: tuple[e.PaymentEvent, ...]) -> None:
    given(past).when(CREATE).then_nothing()


def test_another_payment_under_the_same_id_is_refused() -> None:
    for other in (replace(CREATE, amount_minor=31), replace(CREATE, order_id="o2")):
        given(created(30)).when(other).then_refused(PaymentRefusal.PAYMENT_EXISTS, "payment_id")


def test_an_amount_of_nothing_is_real_and_more_than_the_largest_is_not() -> None:
    given().when(replace(CREATE, amount_minor=0)).then(*created(0))
    given().when(replace(CREATE, amount_minor=AMOUNT_MINOR_MAX)).then(*created(AMOUNT_MINOR_MAX))
    for amount in (-1, AMOUNT_MINOR_MAX + 1):
        given().when(replace(CREATE, amount_minor=amount)).then_refused(
            KernelRefusal.INVALID_AMOUNT, "amount_minor"
        )


def test_odd_ids_and_currencies_are_refused() -> None:
    given().when(replace(CREATE, payment_id="p 1")).then_refused(
        KernelRefusal.INVALID_ID, "payment_id"
    )
    given().when(replace(CREATE, currency="BTC")).then_refused(
        KernelRefusal.UNKNOWN_CURRENCY, "currency"
    )


def test_a_payments_history_is_taken_over_with_its_capture() -> None:
    given().when(IMPORT).then(
        e.PaymentCreated("p1", "o1", "c1", 30, "BRL", minute(0), "boleto", 3, imported=True),
        e.AuthorisationRequested(30, minute(0)),
        e.PaymentAuthorised(30, "BRL", minute(1), "r"),
        e.CaptureRequested("capture-1", 30, minute(1)),
        e.CaptureSucceeded("capture-1", 30, "BRL", minute(1), "r"),
    )


def test_a_payment_that_was_never_approved_is_still_pending() -> None:
    payment = given().when(replace(IMPORT, approved=None)).state()
    assert (payment.status, payment.imported, payment.captured_minor) == ("pending", True, 0)


def test_an_approval_without_a_date_is_an_approval() -> None:
    payment = given().when(replace(IMPORT, approved=UNKNOWN_TIME)).state()
    assert (payment.status, payment.approved_at) == ("captured", UNKNOWN_TIME)


def test_history_is_taken_over_once() -> None:
    given(created(30)).when(IMPORT).then_nothing()


def test_odd_history_is_refused() -> None:
    given().when(replace(IMPORT, amount_minor=-1)).then_refused(KernelRefusal.INVALID_AMOUNT)
    given().when(replace(IMPORT, payment_id="#")).then_refused(KernelRefusal.INVALID_ID)
    given().when(replace(IMPORT, currency="")).then_refused(KernelRefusal.UNKNOWN_CURRENCY)


def test_a_payment_begins_with_its_creation() -> None:
    given().when(RequestCapture("x", 1, NOW)).then_refused(
        PaymentRefusal.PAYMENT_NOT_FOUND, "payment_id"
    )
    with pytest.raises(TypeError, match="first event"):
        payment_after(authorised(30)[1:])
