import pytest

from domain.kernel.commits import Draft, Head
from domain.kernel.ports import ClaimHeld, Conflict, Contended
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import ATTEMPTS_MAX, Outcome, Transitioned, transition
from tests.support.meter import Meter
from tests.support.stores import DynamoWorld, TallyStore, World, fresh_id
from tests.support.tally import (
    Count,
    Counted,
    Tally,
    TallyEvent,
    TallyState,
    decider,
    draft,
    request,
)


def run(
    store: TallyStore,
    entity_id: str,
    command: Count,
    command_id: str,
    *,
    expected_version: int | None = None,
    creates: bool = False,
) -> Transitioned[TallyState]:
    asked = request(
        entity_id, command, command_id, expected_version=expected_version, creates=creates
    )
    return transition(store, decider(entity_id), asked)


@pytest.mark.parametrize("creates", [True, False])
def test_a_repeated_command_is_answered_as_the_first_time_whatever_came_later(
    world: World, creates: bool
) -> None:
    store, entity_id = world.store(), fresh_id()
    first = run(store, entity_id, Count((1, 2)), "a", creates=creates)
    run(store, entity_id, Count((4,)), "b")
    again = run(store, entity_id, Count((1, 2)), "a", creates=creates)
    assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.REPLAYED)
    assert (again.state, again.version) == (first.state, first.version) == (Tally(3), 2)
    assert store.load(entity_id).version == 3


@pytest.mark.parametrize("creates", [True, False])
def test_a_command_id_with_other_content_is_refused(world: World, creates: bool) -> None:
    store, entity_id = world.store(), fresh_id()
    run(store, entity_id, Count((1,)), "a", creates=creates)
    with pytest.raises(Refused) as refused:
        run(store, entity_id, Count((2,)), "a", creates=creates)
    assert refused.value.reason is KernelRefusal.COMMAND_ID_REUSED
    assert store.load(entity_id).version == 1


def test_64_commands_are_remembered_and_the_65th_is_not(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    for number in range(65):
        run(store, entity_id, Count((1,)), f"command {number}")
    assert run(store, entity_id, Count((1,)), "command 1").outcome is Outcome.REPLAYED
    assert run(store, entity_id, Count((1,)), "command 0").outcome is Outcome.APPLIED


def test_nothing_to_do_writes_nothing(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    run(store, entity_id, Count((3,)), "a")
    done = run(store, entity_id, Count((9,), most=5), "b")
    assert (done.outcome, done.state, done.version) == (Outcome.NOTHING_TO_DO, Tally(3), 1)


def test_a_stale_version_is_refused_but_a_repeated_command_is_known_first(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    run(store, entity_id, Count((1,)), "a", expected_version=0)
    run(store, entity_id, Count((1,)), "b", expected_version=1)
    assert run(store, entity_id, Count((1,)), "b", expected_version=1).version == 2
    with pytest.raises(Refused) as refused:
        run(store, entity_id, Count((1,)), "c", expected_version=1)
    assert refused.value.reason is KernelRefusal.STALE_VERSION
    assert refused.value.facts == {"version": 2}


def test_a_claim_that_another_holds_is_a_refusal(world: World) -> None:
    store, one, other = world.store(), fresh_id(), fresh_id()
    run(store, one, Count((1,), take=(one,)), "a")
    with pytest.raises(Refused) as refused:
        run(store, other, Count((1,), take=(one,)), "b")
    assert refused.value.reason is KernelRefusal.CLAIM_TAKEN
    run(store, one, Count((1,), leave=(one,)), "c")
    assert run(store, other, Count((1,), take=(one,)), "b").version == 2


def test_a_conflict_is_decided_again_on_top_of_the_winner_without_a_read(
    dynamo_store: DynamoWorld,
) -> None:
    store, entity_id = dynamo_store.store(), fresh_id()
    head = store.load(entity_id)
    for number in range(3):
        written = store.append(head, draft(Counted(10 + number)))
        assert isinstance(written, Head)
        head = written
    with Meter().attached(dynamo_store.client) as meter:
        done = run(store, entity_id, Count((1,)), "mine", creates=True)
    assert (done.state, done.version) == (Tally(34), 4)
    assert [call.operation for call in meter.calls] == ["PutItem"] * 4


class Overtaken:
    """A store in which somebody else always writes first."""

    def __init__(self, store: TallyStore, others: int) -> None:
        self._store = store
        self._others = others
        self.fold = store.fold
        self.load = store.load
        self.load_at = store.load_at
        self.read = store.read

    def append(
        self, base: Head[TallyState], draft_: Draft[TallyEvent]
    ) -> Head[TallyState] | Conflict[TallyEvent] | ClaimHeld | Contended:
        if self._others:
            self._others -= 1
            self._store.append(base, draft(Counted(0)))
        return self._store.append(base, draft_)


def test_whoever_is_always_overtaken_is_told_to_come_again(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    with pytest.raises(Refused) as refused:
        run(Overtaken(store, 10**9), entity_id, Count((1,)), "mine")
    assert refused.value.reason is KernelRefusal.BUSY
    assert refused.value.retryable
    assert store.load(entity_id).state == Tally(0)


def test_whoever_is_overtaken_less_often_gets_through(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    done = run(Overtaken(store, ATTEMPTS_MAX - 1), entity_id, Count((1,)), "mine")
    assert (done.state, done.version) == (Tally(1), ATTEMPTS_MAX)
