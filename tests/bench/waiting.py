"""Waiting times by priority and setting, at 115 % load for a day: figures, and a chart of them.

What is measured are simulated minutes, so it says the same on every machine.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import mean
from typing import Final

from domain.ci.places import AGING_S_MAX
from tests.bench.drawing import NAMES, Results, chart, write
from tests.bench.measuring import FULL, Bench, Figure, Sizes, Step
from tests.bench.queueing import (
    HIGH,
    LOW,
    ChosenQueue,
    Day,
    Served,
    arrivals,
    oldest_min,
    promised,
    served,
    waits_min,
)
from tests.support.engines import Engines
from tests.support.repository import ROOT

CHART: Final = ROOT / "build" / "charts" / "ci-waiting.svg"
SETTINGS: Final = {"W = 0": 0, "W = 10 min": 600, "strict": AGING_S_MAX}
"""Seconds of waiting that a level is worth, by the names that people know them by."""


def simulated(day: Day) -> Results:
    """Serve the same day under each setting."""
    jobs = arrivals(day)
    return {name: served(jobs, ChosenQueue(worth, day.slots)) for name, worth in SETTINGS.items()}


# ---- figures ----------------------------------------------------------------------------------


def figures(day: Day, results: Results) -> list[Figure]:
    """Say by setting and priority how long was waited, and whether what was promised was kept."""
    each = [
        _figure(day, jobs, priority, f"{NAMES[priority]}, {setting}")
        for setting, jobs in results.items()
        for priority in NAMES
    ]
    return [*each, *(_promise(name, jobs) for name, jobs in results.items() if name != "strict")]


def _figure(day: Day, jobs: Sequence[Served], priority: int, name: str) -> Figure:
    begun = [job for job in jobs if job.started <= day.end]
    started = waits_min(begun, priority)
    left = len(waits_min(jobs, priority)) - len(started)
    oldest = oldest_min(jobs, priority, day.end)
    detail = (
        f"{len(started)} started, median {_at(started, 0.5):.0f}, p95 {_at(started, 0.95):.0f}, "
        f"longest {_at(started, 1):.0f} min; {left} left, the oldest {oldest:.0f} min"
    )
    return Figure(name, mean(started), "min, mean", detail=detail)


def _promise(name: str, jobs: Sequence[Served]) -> Figure:
    """Compare each low wait with the longest that the setting allows it."""
    bounded = list(promised(jobs, LOW, HIGH, SETTINGS[name]))
    worst = max(job.waited / allowed for job, allowed in bounded)
    detail = f"of {len(bounded)} low jobs, by what the next high one waits, and 4 levels"
    return Figure(f"longest wait, {name}", worst, "of what is promised", at_most=1, detail=detail)


def _at(waits: Sequence[float], share: float) -> float:
    return waits[min(int(share * len(waits)), len(waits) - 1)] if waits else 0.0


def run(sizes: Sizes, _engines: Engines, step: Step) -> Sequence[Figure]:
    """Simulate a day, or a morning that is not drawn over it."""
    is_whole = sizes == FULL
    day = Day() if is_whole else replace(Day(), hours=6)
    results = simulated(day)
    if is_whole:
        write(CHART, chart(day, results))
    step()
    return figures(day, results)


BENCH: Final = Bench("waiting times of CI jobs", lambda _: 1, run)
