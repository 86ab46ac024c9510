"""Settling a payment's open operations with the provider: ask, record, and ask again if unknown."""

from collections.abc import Callable
from datetime import datetime

from domain.kernel.ids import derived_id
from domain.kernel.ports import EventStore
from domain.kernel.transition import Request, transition
from domain.payments.commands import Answer, RecordAnswer, Unknown
from domain.payments.decide import DECIDER
from domain.payments.events import PaymentEvent
from domain.payments.ports import Instruction, PaymentProvider
from domain.payments.state import Operation, Payment, PaymentState, Progress


def settle_operations(
    store: EventStore[PaymentState, PaymentEvent],
    provider: PaymentProvider,
    payment_id: str,
    clock: Callable[[], datetime],
    correlation_id: str,
) -> tuple[str, ...]:
    """Have the provider answer every open operation; return those that are still unknown.

    Stopped between the provider's answer and our record, the next run asks under the same key and
    hears the same answer.
    """
    payment = store.load(payment_id).state
    if not isinstance(payment, Payment) or payment.imported:
        return ()
    unknown: list[str] = []
    for operation in payment.open_operations:
        answer = _answer(provider, payment, operation)
        if isinstance(answer, Unknown):
            unknown.append(operation.operation_id)
        command = RecordAnswer(operation.operation_id, answer, clock())
        command_id = derived_id("answer", payment_id, operation.operation_id, repr(answer))
        transition(
            store, DECIDER, Request(payment_id, command, command_id, correlation_id, command_id)
        )
    return tuple(unknown)


def _answer(provider: PaymentProvider, payment: Payment, operation: Operation) -> Answer:
    key = derived_id("operation", payment.payment_id, operation.operation_id)
    if operation.progress is Progress.UNKNOWN:
        known = provider.look_up(key)
        if known is not None:
            return known
    return provider.carry_out(
        Instruction(
            key,
            operation.kind,
            payment.payment_id,
            operation.amount_minor,
            payment.currency,
            payment.method,
        )
    )
