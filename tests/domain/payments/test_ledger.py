import pytest

from domain.payments.events import (
    AnswerContradicted,
    CaptureFailed,
    OutcomeUnknown,
    PaymentEvent,
    RefundFailed,
    RefundReversed,
    VoidFailed,
)
from domain.payments.ledger import Account, balances, postings
from domain.payments.views import ledger
from tests.support.builders import (
    AT,
    authorised,
    captured,
    created,
    declined,
    payment_after,
    refund_requested,
    refunded,
    voided,
)
from tests.support.given import Past, flat

LIVES: list[tuple[tuple[Past, ...], dict[Account, int]]] = [
    ((created(30),), {}),
    ((declined(30),), {}),
    ((authorised(30),), {Account.CUSTOMER: -30, Account.AUTHORISED: 30}),
    (
        (authorised(30), captured("c1", 20)),
        {Account.CUSTOMER: -30, Account.AUTHORISED: 10, Account.CAPTURED: 20},
    ),
    (
        (authorised(30), captured("c1", 20), voided("v1", 10)),
        {Account.CUSTOMER: -20, Account.CAPTURED: 20},
    ),
    (
        (authorised(30), captured("c1", 30), refund_requested("r1", 5)),
        {Account.CUSTOMER: -30, Account.CAPTURED: 25, Account.REFUND_PENDING: 5},
    ),
    (
        (authorised(30), captured("c1", 30), refunded("r1", 5)),
        {Account.CUSTOMER: -30, Account.CAPTURED: 25, Account.REFUNDED: 5},
    ),
    (
        (
            authorised(30),
            captured("c1", 30),
            refund_requested("r1", 5),
            RefundFailed("r1", 5, "EUR", "no", AT),
        ),
        {Account.CUSTOMER: -30, Account.CAPTURED: 30},
    ),
    (
        (
            authorised(30),
            captured("c1", 30),
            refunded("r1", 5),
            RefundReversed("r1", 5, "EUR", "no", AT),
        ),
        {Account.CUSTOMER: -30, Account.CAPTURED: 30},
    ),
]


def events(past: tuple[Past, ...]) -> list[PaymentEvent]:
    return list(flat(past))  # type: ignore[arg-type]  # Every past above is a payment's.


@pytest.mark.parametrize(("past", "expected"), LIVES)
def test_money_is_where_its_events_have_moved_it(
    past: tuple[Past, ...], expected: dict[Account, int]
) -> None:
    assert balances(events(past)) == dict.fromkeys(Account, 0) | expected


@pytest.mark.parametrize(("past", "expected"), LIVES)
def test_the_state_alone_gives_the_same_balances(
    past: tuple[Past, ...], expected: dict[Account, int]
) -> None:
    shown = {one.account: one.amount_minor for one in ledger(payment_after(*past)).balances}
    assert shown == dict.fromkeys(Account, 0) | expected


@pytest.mark.parametrize(("past", "_expected"), LIVES)
def test_every_event_moves_as_much_out_as_in(
    past: tuple[Past, ...], _expected: dict[Account, int]
) -> None:
    for event in events(past):
        assert sum(posting.amount_minor for posting in postings(event)) == 0


def test_what_moves_no_money_posts_nothing() -> None:
    for event in (
        CaptureFailed("c1", "no", AT),
        VoidFailed("v1", "no", AT),
        OutcomeUnknown("c1", AT),
        AnswerContradicted("c1", "", AT),
        *created(30),
    ):
        assert postings(event) == ()
