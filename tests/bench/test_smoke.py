"""Each benchmark runs, on tiny sizes: what it says about speed is for `make bench` alone."""

import pytest

from tests.bench.benches import BENCHES
from tests.bench.measuring import TINY, Figure
from tests.support.engines import Engines

TOGETHER = {"commands": "dynamodb_local", "stream": "ministack"}
CASES = [
    pytest.param(name, marks=[pytest.mark.xdist_group(TOGETHER.get(name, name))])
    for name in BENCHES
    if name not in ("imports", "up")  # Nothing tiny about starting processes.
]


@pytest.mark.parametrize("name", CASES)
def test_a_benchmark_runs_and_takes_the_steps_that_it_announces(
    name: str, engines: Engines
) -> None:
    steps: list[str] = []
    figures = BENCHES[name].run(TINY, engines, lambda: steps.append(name))
    assert len(steps) == BENCHES[name].steps(TINY)
    assert all(figure.value > 0 for figure in figures)


def test_a_missed_budget_is_told_from_a_kept_one() -> None:
    assert Figure("a", 1.1, "times", at_most=1.1).ok
    assert not Figure("a", 1.2, "times", at_most=1.1).ok
    assert not Figure("a", 4.9, "times", at_least=5).ok
    assert Figure("a", 99, "times").ok
