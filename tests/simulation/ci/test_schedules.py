"""Ten thousand schedules of trouble against the oracle; invariants.py says what must be true."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.ci.__main__ import main
from tests.simulation.ci.happenings import STEPS
from tests.simulation.ci.invariants import Broken
from tests.simulation.ci.planted import PLANTS, Plant
from tests.simulation.ci.simulating import simulate, simulate_all

CHUNKS: Final = range(10)
CHUNK: Final = 1_000
FOUND_WITHIN: Final = 10_000
ROOT: Final = Path(__file__).resolve().parents[3]
FINGERPRINT: Final = """
from tests.simulation.ci.simulating import simulate
print([simulate(seed).actors.shared.commits for seed in range(20)])
"""


@pytest.mark.slow
@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_scheduler_is_right_whatever_goes_wrong(chunk: int) -> None:
    began_s = time.perf_counter()
    tally = simulate_all(range(chunk * CHUNK, (chunk + 1) * CHUNK))
    per_minute = 60 * tally.schedules / (time.perf_counter() - began_s)
    sys.stdout.write(
        f"\n{tally.schedules} schedules ({per_minute:.0f} a minute): {tally.steps} steps, "
        f"{tally.jobs} jobs, {tally.commits} commits, {dict(sorted(tally.met.items()))}\n"
    )
    assert tally.schedules == CHUNK


@given(seed=st.integers(min_value=CHUNKS.stop * CHUNK), steps=st.integers(0, STEPS))
def test_any_other_seed_is_right_too_and_a_wrong_one_shrinks(seed: int, steps: int) -> None:
    try:
        simulate(seed, steps)
    except Broken as broken:
        pytest.fail("\n".join((str(broken), *broken.__notes__)))


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    real = getattr(plant.where, plant.name)
    monkeypatch.setattr(plant.where, plant.name, plant.bug(real))
    with pytest.raises(Broken) as found:
        simulate_all(range(FOUND_WITHIN))
    (story,) = found.value.__notes__
    assert "the last steps:" in story


def test_a_schedule_is_told_from_its_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["7", "20"]) == 0
    assert "seed 7, step" in capsys.readouterr().out


def test_a_seed_is_the_same_schedule_everywhere() -> None:
    told = {_told_by_another_process(hash_seed) for hash_seed in ("0", "1")}
    assert len(told) == 1


def _told_by_another_process(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "LOG_LEVEL": "critical"}
    command = [sys.executable, "-c", FINGERPRINT]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout
