import pytest

from domain.payments import events as e
from domain.payments.commands import AUTHORISATION, Answer, PaymentRefusal
from tests.support.builders import (
    AT,
    FAILED,
    SUCCEEDED,
    UNKNOWN,
    answer,
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
from tests.support.given import Past, given

ASKED: tuple[Past, ...] = (
    authorised(30),
    captured("c0", 10),
    capture_requested("c1", 5),
    void_requested("v1", 5),
    refund_requested("r1", 5),
)
YES: dict[str, e.PaymentEvent] = {
    "c1": e.CaptureSucceeded("c1", 5, "EUR", AT, "ref"),
    "v1": e.VoidSucceeded("v1", 5, "EUR", AT, "ref"),
    "r1": e.RefundSucceeded("r1", 5, "EUR", AT, "ref"),
}
NO: dict[str, e.PaymentEvent] = {
    "c1": e.CaptureFailed("c1", "no_way", AT),
    "v1": e.VoidFailed("v1", "no_way", AT),
    "r1": e.RefundFailed("r1", 5, "EUR", "no_way", AT),
}


def test_the_provider_holds_the_money_or_does_not() -> None:
    given(created(30)).when(answer(AUTHORISATION, SUCCEEDED)).then(
        e.PaymentAuthorised(30, "EUR", AT, "ref")
    )
    given(created(30)).when(answer(AUTHORISATION, FAILED)).then(e.PaymentDeclined("no_way", AT))


@pytest.mark.parametrize("operation_id", ["c1", "v1", "r1"])
def test_an_answer_to_what_was_asked_is_recorded(operation_id: str) -> None:
    given(*ASKED).when(answer(operation_id, SUCCEEDED)).then(YES[operation_id])
    given(*ASKED).when(answer(operation_id, FAILED)).then(NO[operation_id])


@pytest.mark.parametrize("operation_id", [AUTHORISATION, "c1", "v1", "r1"])
def test_no_answer_is_neither_yes_nor_no_and_is_recorded_once(operation_id: str) -> None:
    past: tuple[Past, ...] = (created(30),) if operation_id == AUTHORISATION else ASKED
    unknown = e.OutcomeUnknown(operation_id, AT)
    given(*past).when(answer(operation_id, UNKNOWN)).then(unknown)
    given(*past, unknown).when(answer(operation_id, UNKNOWN)).then_nothing()
    assert [op.operation_id for op in payment_after(*past, unknown).open_operations] == [
        op.operation_id for op in payment_after(*past).open_operations
    ]


@pytest.mark.parametrize("operation_id", ["c1", "v1", "r1"])
def test_an_unknown_outcome_becomes_known(operation_id: str) -> None:
    past = (*ASKED, e.OutcomeUnknown(operation_id, AT))
    given(*past).when(answer(operation_id, SUCCEEDED)).then(YES[operation_id])
    given(*past).when(answer(operation_id, FAILED)).then(NO[operation_id])


@pytest.mark.parametrize("operation_id", ["c1", "v1", "r1"])
@pytest.mark.parametrize(("events", "said"), [(YES, SUCCEEDED), (NO, FAILED)])
def test_the_same_answer_again_and_a_late_timeout_are_nothing_new(
    operation_id: str, events: dict[str, e.PaymentEvent], said: Answer
) -> None:
    past = given(*ASKED, events[operation_id])
    past.when(answer(operation_id, said)).then_nothing()
    past.when(answer(operation_id, UNKNOWN)).then_nothing()


CONTRADICTIONS: list[tuple[tuple[Past, ...], str, Answer, str]] = [
    ((authorised(30),), AUTHORISATION, FAILED, "succeeded first, then failed"),
    ((declined(30),), AUTHORISATION, SUCCEEDED, "failed first, then succeeded"),
    ((*ASKED, YES["c1"]), "c1", FAILED, "succeeded first, then failed"),
    ((*ASKED, NO["c1"]), "c1", SUCCEEDED, "failed first, then succeeded"),
    ((*ASKED, YES["v1"]), "v1", FAILED, "succeeded first, then failed"),
    ((*ASKED, NO["r1"]), "r1", SUCCEEDED, "failed first, then succeeded"),
]


@pytest.mark.parametrize(("past", "operation_id", "said", "detail"), CONTRADICTIONS)
def test_a_change_of_mind_is_kept_once_and_moves_no_money(
    past: tuple[Past, ...], operation_id: str, said: Answer, detail: str
) -> None:
    kept = e.AnswerContradicted(operation_id, detail, AT)
    given(*past).when(answer(operation_id, said)).then(kept)
    given(*past, kept).when(answer(operation_id, said)).then_nothing()
    before, after = payment_after(*past), payment_after(*past, kept)
    assert [op.progress for op in before.operations] == [op.progress for op in after.operations]


def test_a_refund_that_fails_after_it_had_succeeded_is_money_back_with_us() -> None:
    past = (authorised(30), captured("c1", 30), refunded("r1", 20))
    reversed_ = e.RefundReversed("r1", 20, "EUR", "no_way", AT)
    given(*past).when(answer("r1", FAILED)).then(reversed_)
    given(*past, reversed_).when(answer("r1", FAILED)).then_nothing()
    payment = payment_after(*past, reversed_)
    assert (payment.refunded_minor, payment.refundable_minor) == (0, 30)


def test_a_void_that_failed_leaves_the_money_held() -> None:
    payment = payment_after(authorised(30), voided("v0", 10), void_requested("v1", 20), NO["v1"])
    assert (payment.voided_minor, payment.open_minor) == (10, 20)


def test_an_answer_to_what_nobody_asked_is_refused() -> None:
    given(created(30)).when(answer("c9", SUCCEEDED)).then_refused(
        PaymentRefusal.UNKNOWN_OPERATION, "operation_id"
    )
    given().when(answer("c9", SUCCEEDED)).then_refused(PaymentRefusal.PAYMENT_NOT_FOUND)
