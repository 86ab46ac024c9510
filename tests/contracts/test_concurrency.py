import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from adapters.dynamodb.client import dynamodb_client
from domain.kernel.ids import derived_id
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import transition
from tests.support.engines import Dynamo
from tests.support.environment import isolate
from tests.support.stores import DynamoWorld, TallyStore, World, fresh_id
from tests.support.tables import Tables
from tests.support.tally import Count, Tally, decider, request

# moto is left out: it checks a condition and writes in two steps, between which threads change.
REAL = pytest.mark.engine("memory", "dynamodb_local", "ministack")
PROGRAMS = pytest.mark.engine("dynamodb_local", "ministack")


def at_once(calls: Sequence[Callable[[], str]]) -> list[str]:
    """Run calls in threads and return what they answered, refusals by their code."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: call(), calls))


def caller(store: TallyStore, entity_id: str, command: Count, command_id: str) -> Callable[[], str]:
    def call() -> str:
        try:
            done = transition(store, decider(entity_id), request(entity_id, command, command_id))
        except Refused as refused:
            return refused.reason.value
        return f"{done.version} {done.state}"

    return call


@REAL
@pytest.mark.parametrize("take", [(), ("key",)])
def test_ten_callers_with_one_command_get_one_answer(world: World, take: tuple[str, ...]) -> None:
    store, entity_id = world.store(), fresh_id()
    command = Count((1, 2), take=tuple(entity_id + key for key in take))
    answers = at_once([caller(store, entity_id, command, "one")] * 10)
    assert len(set(answers)) == 1
    assert store.load(entity_id).version == 2 + len(take)


@REAL
def test_fifty_different_commands_all_succeed_or_are_refused_by_name(world: World) -> None:
    store, entity_id = world.store(), fresh_id()
    sizes = [1 + number % 3 for number in range(50)]
    answers = at_once(
        [
            caller(store, entity_id, Count((1,) * size), f"{number}")
            for number, size in enumerate(sizes)
        ]
    )
    done = [size for size, answer in zip(sizes, answers, strict=True) if answer[0].isdigit()]
    assert {answer for answer in answers if not answer[0].isdigit()} <= {KernelRefusal.BUSY.value}
    assert done
    head = store.load(entity_id)
    assert (head.version, head.state) == (sum(done), Tally(sum(done)))
    assert [commit.last - commit.first + 1 for commit in store.read(entity_id)].count(1) >= 1


@REAL
def test_one_of_many_gets_a_claim(world: World) -> None:
    store, key = world.store(), fresh_id()
    ids = [fresh_id() for _ in range(8)]
    answers = at_once([caller(store, each, Count((1,), take=(key,)), each) for each in ids])
    holders = [each for each in ids if store.load(each).version]
    assert len(holders) == 1
    assert len([answer for answer in answers if answer[0].isdigit()]) == 1
    refusals = {answer for answer in answers if not answer[0].isdigit()}
    assert refusals <= {KernelRefusal.CLAIM_TAKEN.value, KernelRefusal.BUSY.value}


@dataclass(frozen=True)
class Elsewhere:
    """A call that another process can make."""

    engine: Dynamo
    tables: Tables
    entity_id: str

    def __call__(self, _number: int) -> str:
        isolate()
        client = dynamodb_client(self.engine.endpoint_url)
        store = DynamoWorld(self.engine, self.tables, client).store()
        command_id = derived_id("command", self.entity_id)
        return caller(store, self.entity_id, Count((1, 2)), command_id)()


@PROGRAMS
def test_ten_callers_in_several_processes_get_one_answer(world: World) -> None:
    assert isinstance(world, DynamoWorld)
    call = Elsewhere(world.engine, world.tables, fresh_id())
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        answers = list(pool.map(call, range(10)))
    assert len(set(answers)) == 1
    assert world.store().load(call.entity_id).version == 2
