"""Schedules of trouble: any seed holds the invariants, and is the same everywhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.streams.broadcasting import Broadcaster
from tests.infra.template import load, of_type
from tests.simulation.commerce import queues, records
from tests.simulation.commerce.dice import tape_of
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.shrinking import Shrinker
from tests.simulation.commerce.simulating import STEPS, Simulator, Tally, digest_of, simulator
from tests.simulation.commerce.telling import story_of
from tests.simulation.commerce.trouble import Fault

SEEDS: Final = range(1_500)
ROOT: Final = Path(__file__).resolve().parents[3]
KEPT: Final = json.loads(Path(__file__).with_name("kept.json").read_text())
DIGEST: Final = ["-m", "tests.simulation", "--seeds", "250", "--processes", "1", "--digests"]


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    with simulator() as one:
        yield one


def test_nothing_is_lost_and_nothing_happens_twice_whatever_goes_wrong(running: Simulator) -> None:
    tally = Tally()
    for seed in SEEDS:
        tally.add(_run(running, seed))
    faults, schedules = tally.faults, tally.schedules
    crashes = faults["killed_before"] + faults["killed_after"] + faults["killed while it waited"]
    assert tally.calls / schedules > 100
    assert crashes / schedules > 5
    assert {fault.name.lower() for fault in Fault} - {"none"} <= set(faults)


@given(seed=st.integers(min_value=10_000_000, max_value=2**63))
def test_any_other_seed_is_right_too(running: Simulator, seed: int) -> None:
    _run(running, seed).end()


def test_what_once_failed_stays_right(running: Simulator) -> None:
    for kept in KEPT:
        _run(running, kept["seed"], dict(kept["tape"]), kept["steps"])


def _run(
    running: Simulator, seed: int, tape: dict[int, int] | None = None, steps: int = STEPS
) -> Any:  # noqa: ANN401  # A schedule.
    try:
        return running.run(seed, tape, steps)
    except Broken as broken:
        pytest.fail(f"{story_of(running.last)}\n{broken}")


# ---- one seed is one schedule ----------------------------------------------------------------


def test_a_schedule_is_the_same_when_its_choices_are_made_again(running: Simulator) -> None:
    for seed in range(50):
        thrown = running.run(seed)
        taped = running.run(seed, tape_of(thrown.dice.made))
        assert digest_of(taped) == digest_of(thrown)


def test_a_seed_is_the_same_schedule_in_any_process_and_under_any_hash_seed() -> None:
    assert len({_digest(sys.executable, hash_seed) for hash_seed in ("0", "1")}) == 1


def test_a_seed_is_the_same_schedule_under_another_python() -> None:
    other = next(_other_pythons(), None)
    if other is None:
        pytest.skip("no second Python of this version is at hand")
    assert _digest(str(other), "2") == _digest(sys.executable, "3")


def _other_pythons() -> Iterator[Path]:
    """Yield interpreters of our minor version, which can use what is installed for us."""
    ours = Path(sys.executable).resolve()
    for folder in os.environ["PATH"].split(os.pathsep):
        other = Path(folder) / f"python{sys.version_info.major}.{sys.version_info.minor}"
        if other.is_file() and other.read_bytes()[:2] != b"#!" and other.resolve() != ours:
            yield other


def _digest(python: str, hash_seed: str) -> str:
    path = os.pathsep.join((str(ROOT), *(one for one in sys.path if "site-packages" in one)))
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path}
    done = subprocess.run(
        [python, *DIGEST], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["violations"] == 0
    return str(figures["digest"])


# ---- a failing seed is told ------------------------------------------------------------------


def test_a_failing_seed_shrinks_to_a_short_story(
    running: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Broadcaster.send

    def believe_the_bus(broadcaster: Broadcaster, commits: Any) -> frozenset[int]:  # noqa: ANN401  # Commits.
        send(broadcaster, commits)
        return frozenset()

    monkeypatch.setattr(Broadcaster, "send", believe_the_bus)
    seed = next(seed for seed in range(100) if _fails(running, seed))
    shrunk = Shrinker(running, seed).shrink()
    assert shrunk is not None
    assert shrunk.invariant == Invariant.DURABLE.name
    assert shrunk.faults <= 4
    assert shrunk.story.count("\n") < 20
    assert "[PARTIAL]" in shrunk.story
    kept = json.loads(json.dumps(shrunk.kept()))
    assert _fails(running, kept["seed"], dict(kept["tape"]), kept["steps"])


def _fails(
    running: Simulator, seed: int, tape: dict[int, int] | None = None, steps: int = STEPS
) -> bool:
    try:
        running.run(seed, tape, steps)
    except Broken:
        return True
    return False


# ---- the models are what is deployed ---------------------------------------------------------


def test_streams_are_read_as_the_template_says() -> None:
    mappings = of_type(load(), "AWS::Lambda::EventSourceMapping")
    for name in ("ProjectMapping", "BroadcastMapping"):
        said = mappings[name]
        assert said["BatchSize"] == records.BATCH
        assert said["MaximumRetryAttempts"] == records.RETRIES
        assert said["MaximumRecordAgeInSeconds"] == records.OLDEST.total_seconds()
        assert said["BisectBatchOnFunctionError"] is True
        assert said["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_queues_are_as_the_template_says() -> None:
    template = load()
    for name, logical in (("react", "ReactQueue"), ("settle", "SettleQueue")):
        said = of_type(template, "AWS::SQS::Queue")[logical]
        assert said["VisibilityTimeout"] == queues.HIDDEN[name].total_seconds()
        assert said["MessageRetentionPeriod"] == queues.KEPT.total_seconds()
        assert said["RedrivePolicy"]["maxReceiveCount"] == queues.RECEIVED_MAX
    filters = {
        logical: of_type(template, "AWS::SNS::Subscription")[logical]["FilterPolicy"]
        for logical in ("ReactSubscription", "SettleSubscription")
    }
    assert filters == {
        "ReactSubscription": {"imported": ["false"]},
        "SettleSubscription": {"imported": ["false"], "category": ["payment", "shipment"]},
    }
