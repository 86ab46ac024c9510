"""What a runner is asked, and in which order: it may have lost what we believe it to have."""

from dataclasses import dataclass, field

import pytest

from domain.ci.board import Running
from domain.ci.ports import Run, RunStatus
from domain.ci.running import settle
from tests.support.ci_desk import Desk
from tests.support.ci_outside import Runner


@dataclass
class Asked(Runner):
    """Remembers all that it was asked, in order."""

    asked: list[str] = field(default_factory=list)

    def start(self, run: Run) -> bool:
        self.asked.append(f"start {run.name[-1]}")
        return super().start(run)

    def stop(self, name: str) -> None:
        self.asked.append(f"stop {name[-1]}")
        super().stop(name)


@pytest.fixture
def runner() -> Asked:
    return Asked()


@pytest.fixture
def desk(runner: Asked) -> Desk:
    return Desk(runner=runner)


def running(desk: Desk) -> Running:
    (run,) = desk.look().running
    return run


def settled(desk: Desk) -> RunStatus:
    return settle(desk.streams, desk.runner, "acme", running(desk), desk.clock, "test")


def test_a_run_that_is_to_stop_is_started_first_because_only_a_run_says_that_it_has_ended(
    desk: Desk, runner: Asked
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.cancel(job_id)
    assert desk.start(job_id)
    assert runner.asked == ["start 1", "stop 1"]


def test_what_a_lost_attempt_has_left_is_stopped_before_the_next_one_starts(
    desk: Desk, runner: Asked
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.wait(seconds=1)
    desk.beat(job_id)
    desk.wait(minutes=2)
    assert settled(desk) is RunStatus.ABSENT
    desk.schedule()
    runner.asked.clear()
    assert desk.start(job_id)
    assert runner.asked == ["stop 1", "start 2"]


def test_a_run_is_stopped_once_it_is_lost_and_not_while_it_may_still_speak(
    desk: Desk, runner: Asked
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.wait(seconds=1)
    desk.beat(job_id)
    run = running(desk)
    desk.wait(minutes=2)
    desk.beat(job_id)  # Between the look at the board and the one at the runner.
    settle(desk.streams, desk.runner, "acme", run, desk.clock, "test")
    assert runner.asked == []
    desk.wait(minutes=2)
    settle(desk.streams, desk.runner, "acme", run, desk.clock, "test")
    assert runner.asked == ["stop 1"]


def test_what_ran_before_has_nothing_left_when_it_runs_again(desk: Desk, runner: Asked) -> None:
    job_id = desk.push("main")
    desk.schedule()
    assert desk.start(job_id)
    desk.finish(job_id)
    desk.retry(job_id)
    desk.schedule()
    assert desk.start(job_id)
    assert runner.asked == ["start 1", "stop 1", "start 2"]


def test_a_start_that_comes_when_all_is_over_leaves_nothing_running(
    desk: Desk, runner: Asked
) -> None:
    job_id = desk.push("main")
    assert not desk.start(job_id)
    desk.schedule()
    desk.finish(job_id)
    assert not desk.start(job_id)
    assert runner.asked == ["stop 1"]


def test_what_was_lost_while_its_start_was_on_its_way_does_not_run_beside_the_next(
    desk: Desk, runner: Asked
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.wait(seconds=1)
    desk.beat(job_id)
    starting = runner.start

    def slowly(run: Run) -> bool:
        desk.wait(minutes=2)
        desk.sweep()
        return starting(run)

    runner.start = slowly  # type: ignore[method-assign]  # It takes its time.
    desk.start(job_id)
    assert desk.job(job_id).losses == 1
    assert runner.asked[-2:] == ["start 1", "stop 1"]
