"""Running schedules: one by its seed, or many."""

import gc
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.ci.closing import close
from tests.simulation.ci.happenings import STEPS, live
from tests.simulation.ci.invariants import Broken
from tests.simulation.ci.schedule import TRACED, Schedule

BY_SWEEPS_ALONE: Final = 0.2
COLLECTED_EVERY: Final = 200


@dataclass
class Tally:
    """What many schedules came to."""

    schedules: int = 0
    steps: int = 0
    jobs: int = 0
    commits: int = 0
    met: Counter[str] = field(default_factory=Counter)

    def add(self, done: Schedule) -> None:
        """Count one."""
        self.schedules += 1
        self.steps += done.steps
        self.jobs += len(done.actors.witness.jobs)
        self.commits += sum(map(len, done.actors.shared.commits.values()))
        self.met += done.trouble.met


def simulate(seed: int, steps: int = STEPS, traced: int = TRACED) -> Schedule:
    """Run one schedule to its end. Raises Broken, with the last steps as a note."""
    schedule = Schedule(seed, traced)
    try:
        live(schedule, steps)
        close(schedule, by_sweeps_alone=schedule.rng.random() < BY_SWEEPS_ALONE)
    except (Broken, Exception) as error:
        error.add_note(schedule.story())
        raise
    return schedule


def simulate_all(seeds: Iterable[int]) -> Tally:
    """Run many; what they leave is collected now and then, and not while they run."""
    tally = Tally()
    gc.disable()
    try:
        for seed in seeds:
            tally.add(simulate(seed))
            if tally.schedules % COLLECTED_EVERY == 0:
                gc.collect()
    finally:
        gc.enable()
    return tally
