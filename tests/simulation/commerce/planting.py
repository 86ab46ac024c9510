"""`python -m tests.simulation.commerce.planting [--canary]`: how soon each planted bug is found.

Without options it prints the table, and as its last line the figures in JSON; with `--canary` it
plants one bug alone, and succeeds only if that one is found. With `--lone N` it shows that the
subtle ones are subtle: N schedules in which only one thing goes wrong must not find them.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from random import Random
from statistics import median
from typing import Final

from tests.simulation.commerce.bugs import Plant
from tests.simulation.commerce.closing import BY_SWEEPS_ALONE, close, drain
from tests.simulation.commerce.dice import Odds, Thrown
from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.planted import CANARY, PLANTS, planted
from tests.simulation.commerce.schedule import Schedule
from tests.simulation.commerce.simulating import STEPS, Simulator
from tests.simulation.commerce.staging import Stage, staged
from tests.simulation.commerce.trouble import Mood, mood_of

SEEDS_MAX: Final = 10_000
FAULTS_OF_A_SCHEDULE: Final = 12
"""About so many a schedule has: any of them may be the one that is left."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many seeds it took, and what was broken."""

    seeds: int
    broken: Broken


class LoneDice(Thrown):
    """Dice by which only one thing goes wrong, anywhere in a schedule.

    Chances of trouble are known by their rates, which a lone mood makes its own.
    """

    def __init__(self, seed: int, mood: Mood) -> None:
        super().__init__(seed)
        self._troubles = {getattr(mood, one.name) for one in fields(mood)} - {0}
        self._troubles.add(BY_SWEEPS_ALONE)  # All wake-ups are lost at once.
        self._left = Random(f"lone-{seed}").randrange(FAULTS_OF_A_SCHEDULE)

    def draw(self, odds: Odds) -> int:
        outcome = super().draw(odds)
        return outcome if outcome and self._is_the_one() else 0

    def chance(self, rate: float) -> bool:
        is_so = super().chance(rate)
        return is_so and (rate not in self._troubles or self._is_the_one())

    def _is_the_one(self) -> bool:
        self._left -= 1
        return self._left == -1


def lone_mood(seed: int) -> Mood:
    """Return a seed's mood without outages, which make many calls fail, and with rates of its own.

    No other rate of a schedule may be the same number.
    """
    mood = mood_of(seed)
    rates = {one.name: getattr(mood, one.name) * (1 + 1e-9) for one in fields(mood)}
    return replace(mood, **rates | {"outage": 0.0})


class Planter(Simulator):
    """Runs schedules over beginnings from before the bug was planted."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._on = stage

    def find(self, plant: Plant, seeds_max: int = SEEDS_MAX) -> Found | None:
        """Plant a bug and run seeds until it shows; None where it does not."""
        with planted(plant):
            for seed in range(seeds_max):
                try:
                    self.run(seed).end()
                except Broken as broken:
                    return Found(seed + 1, broken)
        return None

    def find_alone(self, plant: Plant, seeds_max: int) -> Found | None:
        """Do the same with schedules in which only one thing goes wrong."""
        with planted(plant):
            for seed in range(seeds_max):
                try:
                    self._run_alone(seed).end()
                except Broken as broken:
                    return Found(seed + 1, broken)
        return None

    def _run_alone(self, seed: int) -> Schedule:
        mood = lone_mood(seed)
        schedule = self.last = Schedule(seed, LoneDice(seed, mood), mood, self._beginnings)
        self._on.enter(schedule.world)
        for _ in range(STEPS):
            schedule.step()
        # Who reads again at once loses nothing to the two days that the end lets go by.
        while schedule.engine.paused:
            schedule.engine.resume(0)
        schedule.engine.calm()
        drain(schedule)
        close(schedule)
        return schedule


@contextmanager
def planting() -> Iterator[Planter]:
    """Set the stage; what schedules leave is not collected while they run."""
    gc.disable()
    try:
        with staged() as stage:
            yield Planter(stage)
    finally:
        gc.enable()
        gc.collect()


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for; status 1 where a bug is not found, or a subtle one is not so."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.commerce.planting")
    parser.add_argument("--canary", action="store_true", help="only the bug that CI must find")
    parser.add_argument("--lone", type=int, help="so many schedules with one fault each")
    asked = parser.parse_args(arguments)
    with planting() as planter:
        if asked.canary:
            return _canary(planter)
        return _alone(planter, asked.lone) if asked.lone else _table(planter)


def _canary(planter: Planter) -> int:
    found = planter.find(PLANTS[CANARY])
    if found is None or found.broken.invariant not in PLANTS[CANARY].breaks:
        sys.stdout.write(f"The simulator is blind: {CANARY!r} was planted, and not found.\n")
        return 1
    sys.stdout.write(f"{CANARY!r} was planted, and found by seed {found.seeds - 1}.\n")
    return 0


def _table(planter: Planter) -> int:
    took: dict[str, int] = {}
    for name, plant in PLANTS.items():
        found = planter.find(plant)
        is_right = found is not None and found.broken.invariant in plant.breaks
        took |= {name: found.seeds} if found and is_right else {}
        by = found.broken.invariant.name if found else "not found"
        kind, seeds = ("subtle" if plant.is_subtle else "", found.seeds if found else SEEDS_MAX)
        sys.stdout.write(f"{seeds:>6} {by:13} {kind:7} {name}\n")
        sys.stdout.flush()
    subtle = [seeds for name, seeds in took.items() if PLANTS[name].is_subtle]
    figures = {
        "planted": len(PLANTS),
        "subtle": sum(plant.is_subtle for plant in PLANTS.values()),
        "found": len(took),
        "median_seeds": median(took.values()),
        "median_seeds_subtle": median(subtle),
        "most_seeds": max(took.values()),
    }
    sys.stdout.write(f"{json.dumps(figures)}\n")
    return int(len(took) < len(PLANTS))


def _alone(planter: Planter, schedules: int) -> int:
    status = 0
    for name, plant in PLANTS.items():
        if plant.is_subtle and (found := planter.find_alone(plant, schedules)):
            status = 1
            sys.stdout.write(f"{name}: one fault is enough, seed {found.seeds - 1}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{schedules} schedules each, with one fault\n")
    return status


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"  # The table says what happens.
    sys.exit(main(sys.argv[1:]))
