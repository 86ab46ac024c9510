"""What is shown of a payment: its row beside its order; its ledger follows from the same state."""

from dataclasses import dataclass

from domain.kernel.views import Row, order_partition
from domain.payments.ledger import Account, Posting
from domain.payments.state import Kind, NoPayment, Payment, PaymentState, Progress


@dataclass(frozen=True, slots=True)
class Ledger:
    """A payment's balance by account; they sum to 0."""

    payment_id: str
    currency: str
    balances: tuple[Posting, ...]


def rows(state: PaymentState) -> tuple[Row, ...]:
    """Return every row that a payment's stream feeds."""
    if isinstance(state, NoPayment):
        return ()
    return (Row(order_partition(state.order_id), f"payment#{state.payment_id}", state),)


def ledger(payment: Payment) -> Ledger:
    """Return the balances that the payment's operations left: the sum of its events' postings."""
    pending_minor = payment.total_minor(Kind.REFUND, Progress.REQUESTED, Progress.UNKNOWN)
    balances = {
        Account.CUSTOMER: payment.voided_minor - payment.authorised_minor,
        Account.AUTHORISED: payment.authorised_minor
        - payment.captured_minor
        - payment.voided_minor,
        Account.CAPTURED: payment.captured_minor - payment.refunded_minor - pending_minor,
        Account.REFUND_PENDING: pending_minor,
        Account.REFUNDED: payment.refunded_minor,
    }
    postings = tuple(Posting(account, amount) for account, amount in balances.items())
    return Ledger(payment.payment_id, payment.currency, postings)
