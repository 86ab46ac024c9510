"""DynamoDB's store and the one in memory, told the same things in any order, say the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from domain.kernel.commits import Head, Past
from domain.kernel.ports import ClaimHeld, Conflict
from tests.support.stores import DynamoWorld, MemoryWorld, fresh_id
from tests.support.tally import Counted, Left, TallyEvent, Took, draft

KEYS = ("a", "b")
STREAMS = ("one", "two")
EVENTS = st.one_of(
    st.builds(Counted, st.integers(-5, 5), st.sampled_from(["", "n" * 600])),
    st.builds(Took, st.sampled_from(KEYS)),
    st.builds(Left, st.sampled_from(KEYS)),
)


def outcome(answer: object) -> object:
    """Return what callers may rely on: how the store arranges its states is its own affair."""
    match answer:
        case Head():
            return (answer.state, answer.version, answer.published, answer.remembered)
        case Past():
            return (answer.state, answer.version, answer.commit)
        case Conflict(winner=winner):
            return ("conflict", winner)
        case ClaimHeld(claim=claim, holder=holder):
            return ("held", claim, holder)
        case _:
            raise AssertionError(answer)


class Stores(RuleBasedStateMachine):
    """Both stores, and the heads that callers still hold, old ones among them."""

    world: DynamoWorld

    def __init__(self) -> None:
        super().__init__()
        self.prefix = fresh_id()
        self.folds = (1, 2)
        memory = MemoryWorld()
        self.pairs = {
            fold: (self.world.store(fold, bulky=fold == 2), memory.store(fold, bulky=fold == 2))
            for fold in self.folds
        }
        self.heads: dict[tuple[str, int], list[tuple[Any, Any]]] = {}

    def entity(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    @rule(
        name=st.sampled_from(STREAMS),
        fold=st.sampled_from((1, 2)),
        events=st.lists(EVENTS, min_size=1, max_size=3),
        age=st.integers(0, 3),
    )
    def append(self, name: str, fold: int, events: list[TallyEvent], age: int) -> None:
        entity_id = self.entity(name)
        known = self.heads.setdefault((name, fold), [])
        if not known or age == 0:
            known.append((self.pairs[fold][0].load(entity_id), self.pairs[fold][1].load(entity_id)))
        bases = known[max(len(known) - 1 - age, 0)]
        keyed = [
            type(event)(f"{self.prefix}{event.key}") if isinstance(event, Took | Left) else event
            for event in events
        ]
        named = [event.key for event in keyed if not isinstance(event, Counted)]
        assume(len(set(named)) == len(named))
        sent = draft(*keyed, owner=entity_id)
        answers = [
            store.append(base, sent) for store, base in zip(self.pairs[fold], bases, strict=True)
        ]
        assert outcome(answers[0]) == outcome(answers[1])
        if isinstance(answers[0], Head):
            known.append((answers[0], answers[1]))

    @rule(name=st.sampled_from(STREAMS), fold=st.sampled_from((1, 2)), back=st.integers(0, 30))
    def look_back(self, name: str, fold: int, back: int) -> None:
        entity_id = self.entity(name)
        ours, reference = self.pairs[fold]
        version = reference.load(entity_id).version - back
        if version < 1:
            for store in (ours, reference):
                with pytest.raises(LookupError):
                    store.load_at(entity_id, version)
            return
        assert outcome(ours.load_at(entity_id, version)) == outcome(
            reference.load_at(entity_id, version)
        )
        assert list(ours.read(entity_id, version)) == list(reference.read(entity_id, version))

    @rule(name=st.sampled_from(STREAMS), fold=st.sampled_from((1, 2)))
    def look(self, name: str, fold: int) -> None:
        ours, reference = self.pairs[fold]
        entity_id = self.entity(name)
        assert outcome(ours.load(entity_id)) == outcome(reference.load(entity_id))


@pytest.mark.engine("ministack")  # moto takes ten times as long; the contract holds on both.
def test_the_store_in_memory_and_the_one_on_dynamodb_agree(dynamo_store: DynamoWorld) -> None:
    class OnEngine(Stores):
        world = dynamo_store

    run_state_machine_as_test(
        OnEngine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
