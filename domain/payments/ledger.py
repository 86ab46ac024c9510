"""The ledger: double entry, so that every event's postings sum to 0 and nothing can vanish."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.payments import events as e


class Account(StrEnum):
    """Where a payment's money can be; positive is money in that place."""

    CUSTOMER = "customer"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a movement, in minor units of the payment's currency."""

    account: Account
    amount_minor: int


def postings(event: e.PaymentEvent) -> tuple[Posting, ...]:
    """Return the movement that an event makes: two postings that sum to 0, or none."""
    match event:
        case e.PaymentAuthorised(amount_minor=amount_minor):
            return _move(Account.CUSTOMER, Account.AUTHORISED, amount_minor)
        case e.CaptureSucceeded(amount_minor=amount_minor):
            return _move(Account.AUTHORISED, Account.CAPTURED, amount_minor)
        case e.VoidSucceeded(amount_minor=amount_minor):
            return _move(Account.AUTHORISED, Account.CUSTOMER, amount_minor)
        case e.RefundRequested(amount_minor=amount_minor):
            return _move(Account.CAPTURED, Account.REFUND_PENDING, amount_minor)
        case e.RefundSucceeded(amount_minor=amount_minor):
            return _move(Account.REFUND_PENDING, Account.REFUNDED, amount_minor)
        case e.RefundFailed(amount_minor=amount_minor):
            return _move(Account.REFUND_PENDING, Account.CAPTURED, amount_minor)
        case e.RefundReversed(amount_minor=amount_minor):
            return _move(Account.REFUNDED, Account.CAPTURED, amount_minor)
        case _:
            return ()


def _move(source: Account, target: Account, amount_minor: int) -> tuple[Posting, ...]:
    return (Posting(source, -amount_minor), Posting(target, amount_minor))


def balances(events: Iterable[e.PaymentEvent]) -> dict[Account, int]:
    """Sum the postings by account."""
    sums = dict.fromkeys(Account, 0)
    for event in events:
        for posting in postings(event):
            sums[posting.account] += posting.amount_minor
    return sums
