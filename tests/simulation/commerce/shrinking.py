"""Shrinking: from a schedule that fails to a short one that fails in the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.simulation.commerce.dice import tape_of
from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.simulating import STEPS, Simulator
from tests.simulation.commerce.telling import faults_in, story_of

RUNS_MAX: Final = 4_000


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A short schedule: its seed's mood, its choices by place, and what it breaks."""

    seed: int
    steps: int
    tape: dict[int, int]
    invariant: str
    said: str
    story: str
    faults: int

    def kept(self) -> dict[str, object]:
        """Return it as it is kept among the tests."""
        tape = [[place, choice] for place, choice in sorted(self.tape.items())]
        return {"found": self.invariant, "seed": self.seed, "steps": self.steps, "tape": tape}


class Shrinker:
    """Tries shorter schedules, as long as each still breaks the same invariant."""

    def __init__(self, simulator: Simulator, seed: int) -> None:
        self._simulator = simulator
        self._seed = seed
        self._runs = 0
        self._invariant = ""
        self._steps = STEPS

    def shrink(self) -> Shrunk | None:
        """Return the shortest that was found; None where the seed breaks nothing."""
        broken = self._run(None, self._steps)
        if broken is None:
            return None
        self._invariant = broken.invariant.name
        tape = tape_of(self._simulator.last.dice.made)
        if not self._breaks(tape):
            tape = self._exact(tape)
        before = -1
        while before != len(tape) and self._runs < RUNS_MAX:
            before = len(tape)
            tape = self._fewer_steps(self._fewer_choices(tape))
        tape = self._smaller_choices(tape)
        final = self._run(tape, self._steps)
        assert final is not None
        last = self._simulator.last
        said, story = str(final), story_of(last)
        return Shrunk(self._seed, self._steps, tape, self._invariant, said, story, faults_in(last))

    def _exact(self, tape: dict[int, int]) -> dict[int, int]:
        message = f"seed {self._seed} does not break {self._invariant} again when it is replayed"
        raise AssertionError(message, tape)

    def _run(self, tape: Mapping[int, int] | None, steps: int) -> Broken | None:
        self._runs += 1
        try:
            self._simulator.run(self._seed, tape, steps)
        except Broken as broken:
            return broken
        return None

    def _breaks(self, tape: Mapping[int, int], steps: int | None = None) -> bool:
        broken = self._run(tape, self._steps if steps is None else steps)
        return broken is not None and broken.invariant.name == self._invariant

    def _fewer_choices(self, tape: dict[int, int]) -> dict[int, int]:
        """Make choices dull, many at once as long as that goes, then one by one."""
        size = max(len(tape) // 2, 1)
        while size and self._runs < RUNS_MAX:
            places = sorted(tape)
            for start in range(0, len(places), size):
                left = places[start : start + size]
                fewer = {place: tape[place] for place in tape if place not in left}
                if self._breaks(fewer):
                    tape = fewer
            size //= 2
        return tape

    def _fewer_steps(self, tape: dict[int, int]) -> dict[int, int]:
        for steps in range(self._steps):
            if self._breaks(tape, steps):
                self._steps = steps
                break
        return tape

    def _smaller_choices(self, tape: dict[int, int]) -> dict[int, int]:
        for place in sorted(tape):
            for choice in range(1, tape[place]):
                smaller = tape | {place: choice}
                if self._breaks(smaller):
                    tape = smaller
                    break
        return tape
