"""A counter that may not pass its limit, on the store in memory, and stores that misbehave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import pytest

from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.claims import Claim
from domain.kernel.commits import REMEMBERED_MAX, Draft, Head
from domain.kernel.decider import Decider, Fold, Routing
from domain.kernel.ports import ClaimHeld, Conflict, Contended
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import ATTEMPTS_MAX, Outcome, Request, Transitioned, transition
from tests.support.builders import NOW

LIMIT: Final = 1000


class CountRefusal(StrEnum):
    FULL = "full"


@dataclass(frozen=True)
class Count:
    by: int
    now: datetime = NOW
    claim: str = ""


@dataclass(frozen=True)
class Counted:
    by: int
    claim: str = ""


def decide(command: Count, total: int) -> Sequence[Counted]:
    if total + command.by > LIMIT:
        raise Refused(CountRefusal.FULL, "by")
    return [Counted(1, command.claim)] * command.by


def claims(_total: int, events: Sequence[Counted]) -> Sequence[Claim]:
    return [Claim(event.claim, "owner") for event in events[:1] if event.claim]


FOLD: Final[Fold[int, Counted]] = Fold(
    "count", 1, 0, lambda total, event: total + event.by, lambda _: Routing("o1", "c1")
)
DECIDER: Final[Decider[Count, int, Counted]] = Decider(FOLD, decide, claims)


class Store(MemoryEventStore[int, Counted]):
    """Counts what is asked of it, and lets others in first when it is told to."""

    def __init__(self) -> None:
        self.shared = Shared()
        super().__init__(self.shared, FOLD, lambda _event: 0)
        self.loads = 0
        self.appends = 0
        self.rivals: list[str] = []
        self.busy = 0
        self.lost_answers = 0

    def load(self, entity_id: str) -> Head[int]:
        self.loads += 1
        return super().load(entity_id)

    def append(
        self, base: Head[int], draft: Draft[Counted]
    ) -> Head[int] | Conflict[Counted] | ClaimHeld | Contended:
        self.appends += 1
        if self.busy:
            self.busy -= 1
            return Contended()
        if self.rivals:
            rival = self.rivals.pop()
            super().append(base, Draft((Counted(1),), rival, "", "", "", NOW))
        answer = super().append(base, draft)
        if self.lost_answers:
            self.lost_answers -= 1
            return super().append(base, draft)  # As a client does that has heard nothing.
        return answer


@pytest.fixture
def store() -> Store:
    return Store()


def run(
    store: Store,
    by: int = 1,
    command_id: str = "one",
    *,
    expected: int | None = None,
    creates: bool = False,
    claim: str = "",
) -> Transitioned[int]:
    request = Request("x", Count(by, NOW, claim), command_id, "cor", "cause", expected, creates)
    return transition(store, DECIDER, request)


def test_a_command_is_loaded_decided_and_appended(store: Store) -> None:
    assert run(store, 3) == Transitioned(Outcome.APPLIED, 3, 3)
    assert (store.loads, store.appends) == (1, 1)
    (commit,) = store.read("x")
    assert (commit.command_id, commit.correlation_id, commit.causation_id, commit.recorded_at) == (
        "one",
        "cor",
        "cause",
        NOW,
    )


def test_what_creates_its_stream_reads_nothing(store: Store) -> None:
    assert run(store, creates=True).outcome is Outcome.APPLIED
    assert (store.loads, store.appends) == (0, 1)


def test_the_same_command_again_is_answered_as_then(store: Store) -> None:
    run(store, 2)
    run(store, 5, "two")
    assert run(store, 2) == Transitioned(Outcome.REPLAYED, 2, 2)
    assert store.load("x").version == 7


def test_a_creation_sent_again_is_answered_as_then(store: Store) -> None:
    run(store, 2, creates=True)
    run(store, 5, "two")
    assert run(store, 2, creates=True) == Transitioned(Outcome.REPLAYED, 2, 2)


def test_a_known_command_id_with_other_content_is_refused(store: Store) -> None:
    run(store, 2)
    for creates in (False, True):
        with pytest.raises(Refused) as caught:
            run(store, 3, creates=creates)
        assert caught.value.reason is KernelRefusal.COMMAND_ID_REUSED
    assert store.load("x").version == 2


def test_what_changes_nothing_is_not_written_nor_remembered(store: Store) -> None:
    assert run(store, 0) == Transitioned(Outcome.NOTHING_TO_DO, 0, 0)
    assert store.appends == 0
    assert run(store, 1).outcome is Outcome.APPLIED


def test_what_is_refused_is_not_written_nor_remembered(store: Store) -> None:
    with pytest.raises(Refused):
        run(store, LIMIT + 1)
    assert run(store, LIMIT).outcome is Outcome.APPLIED


def test_a_stream_remembers_its_last_commands_and_no_more(store: Store) -> None:
    for number in range(REMEMBERED_MAX + 1):
        run(store, 1, f"c{number}")
    assert run(store, 1, "c1").outcome is Outcome.REPLAYED
    assert run(store, 1, "c0").outcome is Outcome.APPLIED


def test_after_a_conflict_the_winner_is_folded_and_the_decision_made_again(store: Store) -> None:
    store.rivals = ["rival-1", "rival-2"]
    assert run(store, 2) == Transitioned(Outcome.APPLIED, 4, 4)
    assert (store.loads, store.appends) == (1, 3)


def test_a_decision_made_again_may_be_no(store: Store) -> None:
    run(store, LIMIT - 1, "before")
    store.rivals = ["rival"]
    with pytest.raises(Refused) as caught:
        run(store, 1)
    assert caught.value.reason is CountRefusal.FULL


def test_a_lost_answer_is_recognised_as_our_own_commit(store: Store) -> None:
    store.lost_answers = 1
    assert run(store, 2) == Transitioned(Outcome.REPLAYED, 2, 2)
    assert store.load("x").version == 2


def test_who_expects_another_version_is_refused_also_after_a_conflict(store: Store) -> None:
    run(store, 2)
    assert run(store, 1, "two", expected=2).outcome is Outcome.APPLIED
    with pytest.raises(Refused) as stale:
        run(store, 1, "three", expected=2)
    assert (stale.value.reason, stale.value.facts) == (KernelRefusal.STALE_VERSION, {"version": 3})
    store.rivals = ["rival"]
    with pytest.raises(Refused) as beaten:
        run(store, 1, "four", expected=3)
    assert beaten.value.facts == {"version": 4}


def test_a_repeated_command_is_known_before_its_version_is_compared(store: Store) -> None:
    run(store, 2, expected=0)
    assert run(store, 2, expected=0).outcome is Outcome.REPLAYED


def test_a_claim_that_another_holds_is_an_answer(store: Store) -> None:
    store.shared.claims["number"] = "another"
    with pytest.raises(Refused) as caught:
        run(store, claim="number")
    assert (caught.value.reason, caught.value.facts) == (
        KernelRefusal.CLAIM_TAKEN,
        {"claim": "number"},
    )
    assert not caught.value.retryable
    assert store.load("x").version == 0


def test_a_busy_store_is_asked_again_and_at_last_given_up(store: Store) -> None:
    store.busy = ATTEMPTS_MAX - 1
    assert run(store).outcome is Outcome.APPLIED
    store.busy = ATTEMPTS_MAX
    with pytest.raises(Refused) as caught:
        run(store, 1, "two")
    assert (caught.value.reason, caught.value.retryable) == (KernelRefusal.BUSY, True)


def test_only_being_busy_is_worth_sending_again() -> None:
    retryable = [reason for reason in KernelRefusal if Refused(reason).retryable]
    assert retryable == [KernelRefusal.BUSY]
