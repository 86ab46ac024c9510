"""What the provider's answers mean: facts, recorded once, never overwritten."""

from collections.abc import Sequence
from typing import assert_never

from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.payments import events as e
from domain.payments.commands import Failed, PaymentRefusal, RecordAnswer, Succeeded, Unknown
from domain.payments.state import OPEN, Kind, Operation, Payment, Progress


def record_answer(command: RecordAnswer, payment: Payment) -> Sequence[e.PaymentEvent]:
    """Record an answer to an open operation; the same answer again is nothing new.

    A refund that fails after it had succeeded is money back with us. Any other change of mind
    about a finished operation is kept, once, as a contradiction.
    """
    operation = payment.operation(command.operation_id)
    if operation is None:
        raise Refused(PaymentRefusal.UNKNOWN_OPERATION, "operation_id")
    if operation.progress in OPEN:
        return _first_answer(command, payment, operation)
    if isinstance(command.answer, Unknown) or operation.progress is _progress(command):
        return []
    at = When(command.now)
    if operation.kind is Kind.REFUND and isinstance(command.answer, Failed):
        id_, code = operation.operation_id, command.answer.code
        return [e.RefundReversed(id_, operation.amount_minor, payment.currency, code, at)]
    if operation.contradicted:
        return []
    detail = f"{operation.progress} first, then {_progress(command)}"
    return [e.AnswerContradicted(operation.operation_id, detail, at)]


def _progress(command: RecordAnswer) -> Progress:
    return Progress.SUCCEEDED if isinstance(command.answer, Succeeded) else Progress.FAILED


def _first_answer(
    command: RecordAnswer, payment: Payment, operation: Operation
) -> Sequence[e.PaymentEvent]:
    at = When(command.now)
    match command.answer:
        case Unknown() if operation.progress is Progress.UNKNOWN:
            return []
        case Unknown():
            return [e.OutcomeUnknown(operation.operation_id, at)]
        case Succeeded(reference=reference):
            return [_succeeded(payment, operation, reference, at)]
        case Failed(code=code):
            return [_failed(payment, operation, code, at)]
        case _:
            assert_never(command.answer)


def _succeeded(payment: Payment, operation: Operation, reference: str, at: When) -> e.PaymentEvent:
    id_, amount_minor = operation.operation_id, operation.amount_minor
    currency = payment.currency
    match operation.kind:
        case Kind.AUTHORISE:
            return e.PaymentAuthorised(amount_minor, currency, at, reference)
        case Kind.CAPTURE:
            return e.CaptureSucceeded(id_, amount_minor, currency, at, reference)
        case Kind.VOID:
            return e.VoidSucceeded(id_, amount_minor, currency, at, reference)
        case Kind.REFUND:
            return e.RefundSucceeded(id_, amount_minor, currency, at, reference)
        case _:
            assert_never(operation.kind)


def _failed(payment: Payment, operation: Operation, code: str, at: When) -> e.PaymentEvent:
    id_ = operation.operation_id
    match operation.kind:
        case Kind.AUTHORISE:
            return e.PaymentDeclined(code, at)
        case Kind.CAPTURE:
            return e.CaptureFailed(id_, code, at)
        case Kind.VOID:
            return e.VoidFailed(id_, code, at)
        case Kind.REFUND:
            return e.RefundFailed(id_, operation.amount_minor, payment.currency, code, at)
        case _:
            assert_never(operation.kind)
