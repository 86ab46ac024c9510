"""Mistakes towards the payment provider and the carrier."""

# ruff: noqa: ANN401  # A mistake takes whatever the real function takes.

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from domain.kernel.ids import derived_id
from domain.payments import use_cases as payments
from domain.payments.commands import Answer, Failed, Unknown
from domain.payments.ports import PaymentProvider
from domain.payments.state import Operation, Progress
from domain.shipments import use_cases as shipments
from domain.shipments.commands import LabelAnswer, LabelDenied
from domain.shipments.ports import Carrier, Consignment
from handlers.queues import messages, settle
from tests.simulation.commerce.bugs import Bug, Function, Plant
from tests.simulation.commerce.invariants import Invariant

NO: Final = Failed("no_answer")
_TIMES: Final = count(1)


def _tried(tries: int, ask: Callable[[], Any], otherwise: Any) -> Any:
    """Ask so many times; what fails each time is taken for something else."""
    for _ in range(tries):
        try:
            return ask()
        except Exception:  # noqa: BLE001, S112  # That is the mistake.
            continue
    return otherwise


class _Provider(PaymentProvider):
    """A provider of whom failures to answer are taken for a no."""

    def __init__(self, provider: PaymentProvider, tries: int) -> None:
        self._provider = provider
        self._tries = tries

    def carry_out(self, instruction: Any) -> Answer:
        answer: Answer = _tried(self._tries, lambda: self._provider.carry_out(instruction), NO)
        return answer

    def look_up(self, key: str) -> Answer | None:
        return self._provider.look_up(key)


def _takes_no_answer_for_no(tries: int) -> Bug:
    def bug(real: Function) -> Function:
        return lambda provider, *more: real(_Provider(provider, tries), *more)

    return bug


def _takes_unknown_for_no(real: Function) -> Function:
    def answer(*asked: object) -> Answer:
        heard: Answer = real(*asked)
        return NO if isinstance(heard, Unknown) else heard

    return answer


def _takes_unheard_of_for_no(real: Function) -> Function:
    def answer(provider: PaymentProvider, payment: Any, operation: Operation) -> object:
        key = derived_id("operation", payment.payment_id, operation.operation_id)
        if operation.progress is Progress.UNKNOWN and provider.look_up(key) is None:
            return NO
        return real(provider, payment, operation)

    return answer


class _Unseen(PaymentProvider):
    def __init__(self, provider: PaymentProvider) -> None:
        self._provider = provider

    def carry_out(self, instruction: Any) -> Answer:
        return self._provider.carry_out(instruction)

    def look_up(self, _key: str) -> Answer | None:
        return None


def _asks_again_without_a_look(real: Function) -> Function:
    return lambda provider, payment, operation: real(_Unseen(provider), payment, operation)


def _ids(what: str, change: Callable[..., tuple[str, ...]]) -> Bug:
    """Derive ids of one kind from other parts."""

    def bug(real: Function) -> Function:
        return lambda kind, *parts: real(kind, *(change(*parts) if kind == what else parts))

    return bug


class _Carrier(Carrier):
    """A carrier of whom failures to answer are taken for a no."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def book_label(self, consignment: Consignment) -> LabelAnswer:
        denied = LabelDenied("no_answer")
        answer: LabelAnswer = _tried(1, lambda: self._carrier.book_label(consignment), denied)
        return answer

    def look_up(self, key: str) -> LabelAnswer | None:
        return self._carrier.look_up(key)


def _takes_no_label_for_no(real: Function) -> Function:
    return lambda store, carrier, *more: real(store, _Carrier(carrier), *more)


def _acknowledges_at_last(real: Function) -> Function:
    def handled(*asked: object) -> bool:
        return bool(real(*asked)) or bool(real(*asked)) or True

    return handled


CHARGED, REST, LABEL = Invariant.CHARGED_ONCE, Invariant.AT_REST, Invariant.LABEL
_ANSWER: Final = ((payments,), "_answer")

PLANTS: Final = {
    "the provider is asked under a key with the attempt in it": Plant(
        (payments,),
        "derived_id",
        _ids("operation", lambda *parts: (*parts, str(next(_TIMES)))),
        (Invariant.INTENT,),
    ),
    "an unknown answer is recorded as a no": Plant(*_ANSWER, _takes_unknown_for_no, (CHARGED,)),
    "what nobody has heard of is taken for a no": Plant(
        *_ANSWER, _takes_unheard_of_for_no, (CHARGED,)
    ),
    "what is unknown is asked for again without a look": Plant(
        *_ANSWER, _asks_again_without_a_look, (Invariant.ASKED,)
    ),
    "an answer that got lost is taken for a no": Plant(
        *_ANSWER, _takes_no_answer_for_no(1), (CHARGED,)
    ),
    "all answers to an operation are recorded under one id": Plant(
        (payments,), "derived_id", _ids("answer", lambda *parts: parts[:-1]), (REST,)
    ),
    "a label is booked under a key without its carrier": Plant(
        (shipments,),
        "derived_id",
        _ids("label", lambda *parts: parts[:1] if len(parts) == 2 else parts),
        (Invariant.INTENT,),
    ),
    "a label whose answer got lost is taken for refused": Plant(
        (settle,), "settle_label", _takes_no_label_for_no, (LABEL,)
    ),
    "a notice that fails twice is acknowledged": Plant(
        (messages,), "_handled", _acknowledges_at_last, (Invariant.DURABLE,), is_subtle=True
    ),
    "a provider that fails twice is taken for a no": Plant(
        *_ANSWER, _takes_no_answer_for_no(2), (CHARGED,), is_subtle=True
    ),
}
