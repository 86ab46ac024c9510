"""Asking the provider until its answer is known: the store in memory, the provider by script."""

from dataclasses import dataclass, field

import pytest

from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.transition import Request, transition
from domain.payments.commands import (
    AUTHORISATION,
    Answer,
    CreatePayment,
    ImportPayment,
    PaymentCommand,
    RequestCapture,
    RequestRefund,
)
from domain.payments.decide import DECIDER
from domain.payments.events import PaymentEvent
from domain.payments.ports import Instruction
from domain.payments.state import FOLD, Kind, Payment, PaymentState
from domain.payments.use_cases import settle_operations
from domain.published.commerce import count
from tests.support.builders import FAILED, NOW, SUCCEEDED, UNKNOWN, minute


@dataclass
class Provider:
    """Answers as the script says, in turn; remembers what it did under each key."""

    script: list[Answer]
    known: dict[str, Answer] = field(default_factory=dict)
    carried_out: list[Instruction] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)

    def carry_out(self, instruction: Instruction) -> Answer:
        self.carried_out.append(instruction)
        return self.script.pop(0)

    def look_up(self, key: str) -> Answer | None:
        self.looked_up.append(key)
        return self.known.get(key)


class Desk:
    """One payment, its store, and a provider."""

    def __init__(self, *script: Answer) -> None:
        self.store = MemoryEventStore[PaymentState, PaymentEvent](Shared(), FOLD, count)
        self.provider = Provider(list(script))
        self.ask(CreatePayment("p1", "o1", "c1", 30, "EUR", NOW, "card"), "create")

    def ask(self, command: PaymentCommand, command_id: str) -> None:
        transition(self.store, DECIDER, Request("p1", command, command_id, "", ""))

    def settle(self) -> tuple[str, ...]:
        return settle_operations(self.store, self.provider, "p1", lambda: NOW, "cor")

    @property
    def payment(self) -> Payment:
        state = self.store.load("p1").state
        assert isinstance(state, Payment)
        return state


def test_what_is_open_is_carried_out_and_its_answer_recorded() -> None:
    desk = Desk(SUCCEEDED)
    assert desk.settle() == ()
    assert desk.payment.status == "authorised"
    (told,) = desk.provider.carried_out
    assert (told.kind, told.amount_minor, told.currency, told.method) == (
        Kind.AUTHORISE,
        30,
        "EUR",
        "card",
    )


def test_what_is_answered_is_not_asked_again() -> None:
    desk = Desk(SUCCEEDED)
    desk.settle()
    desk.settle()
    assert len(desk.provider.carried_out) == 1


def test_no_is_an_answer() -> None:
    desk = Desk(FAILED)
    assert desk.settle() == ()
    assert desk.payment.status == "declined"


def test_an_unknown_outcome_is_looked_up_before_it_is_asked_for_again_under_the_same_key() -> None:
    desk = Desk(UNKNOWN, UNKNOWN, SUCCEEDED)
    assert [desk.settle(), desk.settle(), desk.settle()] == [(AUTHORISATION,), (AUTHORISATION,), ()]
    assert len({told.key for told in desk.provider.carried_out}) == 1
    assert set(desk.provider.looked_up) == {desk.provider.carried_out[0].key}
    assert desk.payment.status == "authorised"


@pytest.mark.parametrize(("known", "status"), [(SUCCEEDED, "authorised"), (FAILED, "declined")])
def test_what_the_provider_did_before_we_heard_is_not_done_twice(
    known: Answer, status: str
) -> None:
    desk = Desk(UNKNOWN)
    desk.settle()
    desk.provider.known[desk.provider.carried_out[0].key] = known
    assert desk.settle() == ()
    assert len(desk.provider.carried_out) == 1
    assert desk.payment.status == status


def test_stopped_before_the_answer_was_recorded_the_same_key_is_asked_again() -> None:
    desk = Desk(SUCCEEDED, SUCCEEDED)
    before = desk.store.load("p1")
    desk.settle()
    again = Desk(SUCCEEDED)
    assert again.store.load("p1") == before
    again.settle()
    assert again.provider.carried_out == desk.provider.carried_out


def test_each_operation_has_a_key_of_its_own() -> None:
    desk = Desk(SUCCEEDED, SUCCEEDED, SUCCEEDED, SUCCEEDED)
    desk.settle()
    desk.ask(RequestCapture("capture-1", 20, NOW), "c1")
    desk.ask(RequestCapture("capture-2", 10, NOW), "c2")
    desk.settle()
    desk.ask(RequestRefund("refund-3", 30, NOW), "r")
    desk.settle()
    assert desk.payment.status == "refunded"
    assert len({told.key for told in desk.provider.carried_out}) == 4


def test_imported_payments_and_those_that_do_not_exist_are_never_asked_about() -> None:
    desk = Desk()
    history = ImportPayment("p9", "o1", "c1", 30, "BRL", "boleto", 1, minute(0), NOW)
    transition(desk.store, DECIDER, Request("p9", history, "import", "", ""))
    for payment_id in ("p9", "p8"):
        answered = settle_operations(desk.store, desk.provider, payment_id, lambda: NOW, "cor")
        assert answered == ()
    assert desk.provider.carried_out == []
