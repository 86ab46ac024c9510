"""Overload and poison: what is turned away costs little, what is unreadable holds up no one."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Final

import pytest

from domain.orders import commands as o
from domain.orders.decide import DECIDER
from handlers.api.commands import Asking
from tests.simulation.commerce.closing import check, come_to_rest
from tests.simulation.commerce.dice import Tape, Thrown
from tests.simulation.commerce.engine import Engine
from tests.simulation.commerce.schedule import Schedule
from tests.simulation.commerce.staging import Stage, staged
from tests.simulation.commerce.trouble import CALM, Throttled
from tests.support.world import place

TURNED_AWAY: Final = 0.2
ATTEMPTS: Final = 3
"""As the client's retries are set: a request is sent three times at most."""
SEEDS: Final = range(40)
STEPS: Final = 60
ORDERS: Final = 300
POISON: Final = (7, 150, 299)


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as one:
        yield one


class BusyEngine(Engine):
    """Turns one request in five away; the client sends it again, as often as it may."""

    attempts = 0
    random = Random("busy").random

    def before(self, kind: int, port: str, key: str) -> int:
        if self.task is None:
            return 0  # The world itself looks.
        for _ in range(ATTEMPTS):
            BusyEngine.attempts += 1
            if BusyEngine.random() >= TURNED_AWAY:
                return super().before(kind, port, key)
        raise Throttled(port)


def test_a_fifth_of_all_requests_turned_away_costs_less_than_a_third_more(
    stage: Stage,
) -> None:
    needed = sum(_calls(stage, seed, Engine) for seed in SEEDS)
    BusyEngine.attempts = 0
    for seed in SEEDS:
        _calls(stage, seed, BusyEngine)
    assert needed > 100 * len(SEEDS)
    amplification = BusyEngine.attempts / needed
    assert 1.2 < amplification <= 1.3


def _calls(stage: Stage, seed: int, make_engine: type[Engine]) -> int:
    schedule = Schedule(seed, Thrown(seed), CALM, make_engine=make_engine)
    schedule.wishes_max = 8
    stage.enter(schedule.world)
    for _ in range(STEPS):
        schedule.step()
    come_to_rest(schedule)
    check(schedule)
    return schedule.engine.calls


def test_what_a_release_cannot_read_is_set_aside_at_once_and_healed_by_the_next_one(
    stage: Stage,
) -> None:
    schedule = Schedule(0, Tape({}), replace(CALM, old_code=0.5))
    world = schedule.world
    stage.enter(world)
    asked = [Asking("shop", f"{number}", "test") for number in range(ORDERS)]
    for number, asking in enumerate(asked):
        order_id = f"o{number}"
        command = place(order_id)(world.engine.clock())
        asking.carry_out(world.streams.orders, DECIDER, order_id, command, creates=True)
    for number in POISON:
        hold = o.HoldOrder(o.HoldReason.STOCK, world.engine.clock())
        again = Asking("shop", f"hold-{number}", "test")
        again.carry_out(world.streams.orders, DECIDER, f"o{number}", hold)
    schedule.callers.orders += [f"o{number}" for number in range(ORDERS)]

    world.engine.dice = _always_old()
    invocations = 0
    while schedule.read(world.project, 100):
        invocations += 1
    assert invocations == 4
    parked = list(world.parking.model.items.values())
    assert {one.stream for one in parked} == {f"order#o{number}" for number in POISON}
    assert {one.times for one in parked} == {1}
    rows = world.views.model.rows
    assert {rows[f"order#o{number}", "order"][0] for number in range(ORDERS)} == {1}

    come_to_rest(schedule)
    check(schedule)
    assert rows["order#o7", "order"][0] == world.witness.heads["order#o7"].version > 1


def _always_old() -> Tape:
    """Return dice that let every handler be one of the release before."""

    class Old(Tape):
        def chance(self, rate: float) -> bool:
            return rate > 0

    return Old({})
