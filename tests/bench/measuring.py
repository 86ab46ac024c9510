"""What a benchmark is: figures against a floor or a peer that was measured in the same run."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from tests.support.engines import Engines

Step = Callable[[], None]
"""Says that one more round is done: the progress line moves."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured: enough to be believed, or just enough to show that it runs."""

    rounds: int
    orders: int
    records: int
    lives: int
    imports: int
    starts: int


FULL: Final = Sizes(rounds=7, orders=8, records=100, lives=25, imports=7, starts=3)
TINY: Final = Sizes(rounds=1, orders=1, records=13, lives=1, imports=1, starts=1)


@dataclass(frozen=True)
class Figure:
    """One thing measured; without a budget it is there to be known, and cannot be missed."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the budget is kept."""
        above = self.at_least is not None and self.value < self.at_least
        below = self.at_most is not None and self.value > self.at_most
        return not (above or below)

    @property
    def budget(self) -> str:
        """Say the budget as people do."""
        if self.at_most is not None:
            return f"at most {self.at_most:g} {self.unit}"
        if self.at_least is not None:
            return f"at least {self.at_least:g} {self.unit}"
        return ""


@dataclass(frozen=True)
class Bench:
    """A benchmark: its name, how many steps it takes, and how it is run."""

    name: str
    steps: Callable[[Sizes], int]
    run: Callable[[Sizes, Engines, Step], Sequence[Figure]]


@dataclass
class Pair:
    """Ours and the floor, timed in turns; what disturbs the one disturbs the other as well."""

    ours_s: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)

    @property
    def medians(self) -> tuple[float, float]:
        """Ours and the floor's, in seconds, over all turns."""
        return median(self.ours_s), median(self.floor_s)

    @property
    def ratio(self) -> float:
        """How many times the floor ours takes."""
        ours_s, floor_s = self.medians
        return ours_s / floor_s

    def detail(self, floor: str) -> str:
        """Say both medians, in milliseconds."""
        ours_ms, floor_ms = (seconds * 1000 for seconds in self.medians)
        return f"{ours_ms:.3g} ms, {floor} {floor_ms:.3g} ms"


@contextmanager
def timed(into: list[float], clock: Callable[[], float] = time.perf_counter) -> Iterator[None]:
    """Add the seconds that the body takes."""
    start_s = clock()
    yield
    into.append(clock() - start_s)


@contextmanager
def without_collections() -> Iterator[None]:
    """Keep the garbage collector from running in the middle of one side's turn."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
