"""Payments as they are asked for and as they are answered."""

from typing import Final

from pydantic import Field

from handlers.api.models import Answer, Asked, Id, Money, PositiveMinor, Words


class CreatePaymentBody(Asked):
    """A payment; without an amount, of what is due and not covered yet."""

    amount_minor: PositiveMinor | None = None
    method: Id | None = Field(default=None, examples=["card"])


class AmountBody(Asked):
    """How much; without an amount, all there is."""

    amount_minor: PositiveMinor | None = None


class RefundBody(AmountBody):
    """How much and why; what was still owed of it is credited to the customer."""

    reason: Words = ""


WHAT_IS_MISSING: Final = CreatePaymentBody()
ALL_THERE_IS: Final = AmountBody()
ALL_BACK: Final = RefundBody()


class OperationAnswer(Answer):
    """Something asked of the payment provider: requested, unknown, succeeded or failed."""

    operation_id: str
    kind: str
    amount: Money
    status: str


class OperationRequested(OperationAnswer):
    """What was asked, on record and on its way; the provider's answer follows."""

    order_id: str
    order_version: int
    payment_id: str


class BalanceAnswer(Answer):
    """Where some of a payment's money is; all balances of a payment sum to 0."""

    account: str = Field(examples=["captured"])
    balance: Money


class PaymentAnswer(Answer):
    """A payment: how much of it is held, taken, let go and given back."""

    payment_id: str
    order_id: str
    version: int = Field(description="0 while only its order knows of it.")
    status: str = Field(examples=["pending"])
    amount: Money
    method: str
    authorised: Money
    captured: Money
    voided: Money
    refunded: Money
    open: Money = Field(description="Held, and neither taken nor let go.")
    operations: list[OperationAnswer]
    ledger: list[BalanceAnswer] = Field(description="Double entry: where the money is.")
    refund_failed: bool
    created_at: str | None
    approved_at: str | None


class PaymentsAnswer(Answer):
    """An order's payments, oldest first."""

    payments: list[PaymentAnswer]
