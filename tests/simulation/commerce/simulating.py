"""Simulating: schedules by their seeds, and what they came to."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from tests.simulation.commerce.beginnings import Beginning, beginning_of
from tests.simulation.commerce.closing import close, come_to_rest
from tests.simulation.commerce.dice import Tape, Thrown
from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.schedule import Schedule
from tests.simulation.commerce.staging import Stage, staged
from tests.simulation.commerce.telling import story_of
from tests.simulation.commerce.trouble import CALM, mood_of

STEPS: Final = 25
BEGINNINGS: Final = 24
STEPS_OF_A_BEGINNING: Final = 60
COLLECTED_EVERY: Final = 2_000


@dataclass
class Tally:
    """What many schedules came to."""

    schedules: int = 0
    calls: int = 0
    tasks: int = 0
    commits: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, done: Schedule) -> None:
        """Count one."""
        self.schedules += 1
        self.calls += done.engine.calls
        self.tasks += done.engine.tasks
        self.commits += len(done.world.witness.commits)
        self.faults.update(done.engine.faults())

    def merge(self, other: "Tally") -> None:
        """Add what others came to."""
        self.schedules += other.schedules
        self.calls += other.calls
        self.tasks += other.tasks
        self.commits += other.commits
        self.faults.update(other.faults)


class Simulator:
    """Runs schedules on a stage, from beginnings that it makes once.

    `last` is the one that was begun last, also where it did not come to its end.
    """

    last: Schedule

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._beginnings = [self._beginning(seed) for seed in range(BEGINNINGS)]

    def _beginning(self, seed: int) -> Beginning:
        schedule = Schedule(seed, Thrown(seed), CALM)
        self._stage.enter(schedule.world)
        schedule.callers.name, schedule.wishes_max = "elsewhere", 2 + seed
        for _ in range(STEPS_OF_A_BEGINNING):
            schedule.step()
        come_to_rest(schedule)
        return beginning_of(schedule.world, schedule.callers)

    def run(self, seed: int, tape: Mapping[int, int] | None = None, steps: int = STEPS) -> Schedule:
        """Run one schedule to its end. Raises Broken."""
        dice = Thrown(seed) if tape is None else Tape(tape)
        schedule = self.last = Schedule(seed, dice, mood_of(seed), self._beginnings)
        self._stage.enter(schedule.world)
        for _ in range(steps):
            schedule.step()
        close(schedule)
        return schedule


@contextmanager
def simulator() -> Iterator[Simulator]:
    """Set the stage for many schedules: what they leave is not collected while they run."""
    gc.disable()
    try:
        with staged() as stage:
            yield Simulator(stage)
    finally:
        gc.enable()
        gc.collect()


def simulate_all(seeds: Iterable[int], done: Callable[[Schedule], None]) -> None:
    """Run many, each to its end. Raises Broken, with its story as a note."""
    with simulator() as running:
        for number, seed in enumerate(seeds, start=1):
            try:
                schedule = running.run(seed)
            except Broken as broken:
                broken.add_note(story_of(running.last))
                raise
            done(schedule)
            schedule.end()
            if number % COLLECTED_EVERY == 0:
                gc.collect()


def digest_of(schedule: Schedule) -> str:
    """Return a hash of everything that happened in a schedule, in its order."""
    told = repr(schedule.engine.trace) + repr(schedule.world.shared.commits)
    return blake2b(told.encode(), digest_size=16).hexdigest()
