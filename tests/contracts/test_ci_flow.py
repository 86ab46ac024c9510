"""Whole lives of CI jobs on each engine: what the boards say after every step."""

import pytest

from domain.ci.accounts import Settings
from domain.ci.debts import Debt
from domain.ci.hooks import Change, PullRequest
from domain.ci.intake import Became
from domain.ci.jobs.commands import LoseRun
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.places import LEASE, milliseconds
from domain.ci.ports import Phase, RunLook, RunStatus
from domain.ci.refusals import JobRefusal
from domain.ci.running import beat, record
from domain.ci.scheduling import FIRST_LOOK, Scheduled
from domain.ci.sweeping.swept import Swept
from domain.kernel.refused import ClaimTaken, Refused
from tests.support.ci_builders import REPOSITORY, branch, later, push
from tests.support.ci_desk import Board, Desk, ci_streams
from tests.support.engines import Engine
from tests.support.stores import world_of

MAIN = branch("main")
ANN = "ann@acme.example"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Return a desk on tables of its own: sweeps go through all that is there."""
    return Desk(ci_streams(world_of(engine)))


def test_a_job_is_queued_claimed_started_kept_alive_finished_and_told(desk: Desk) -> None:
    job_id = desk.push("main", body="body")
    desk.addresses["body"] = ANN
    run = f"{job_id}-1"
    assert desk.board == Board(queue=(job_id,))
    assert desk.schedule() == Scheduled(started=(job_id,))
    assert desk.board == Board(runs={MAIN: run}, taken=1)
    assert desk.start(job_id)
    assert [one.name for one in desk.runner.started] == [run]
    desk.wait(seconds=60)
    assert not desk.beat(job_id).is_to_stop
    assert desk.look().running[0].until_ms == milliseconds(desk.now + LEASE)
    desk.finish(job_id)
    assert (desk.board, desk.owed(job_id)) == (Board(), {"1": {Debt.BUS, Debt.STATUS, Debt.MAIL}})
    assert desk.report(job_id)
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.MAIL}}
    assert desk.mail(job_id)
    assert desk.owed(job_id) == {"1": {Debt.BUS}}
    desk.tell_bus(job_id)
    assert desk.owed(job_id) == {}
    assert desk.events(job_id) == ["JobQueued", "JobClaimed", "JobFinished"]
    assert (desk.checks.shown[0].phase, desk.mailer.sent[0].to) == (Phase.ENDED, ANN)


def test_a_lost_run_stands_where_it_stood_and_the_fourth_loss_gives_up(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    job_id = desk.push("main")
    desk.wait(seconds=1)
    desk.schedule()
    behind = desk.push("other")
    for losses in range(1, 4):
        desk.wait(seconds=91)
        record(desk.streams, job_id, LoseRun(losses, desk.now), "test")
        assert desk.board == Board(queue=(job_id, behind))
        assert desk.schedule().started == (job_id,)
        assert desk.board == Board((behind,), {MAIN: f"{job_id}-{losses + 1}"}, 1)
    desk.wait(seconds=91)
    record(desk.streams, job_id, LoseRun(4, desk.now), "test")
    assert desk.job(job_id).status is Status.LOST
    assert desk.board == Board(queue=(behind,))
    assert set(desk.owed(job_id)) == {"1"}


def test_a_run_that_speaks_in_time_is_not_lost_and_one_that_was_lost_is_not_heard(
    desk: Desk,
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.wait(seconds=89)
    desk.beat(job_id)
    desk.wait(seconds=2)
    with pytest.raises(ClaimTaken):
        record(desk.streams, job_id, LoseRun(1, desk.now), "test")
    assert desk.board == Board(runs={MAIN: f"{job_id}-1"}, taken=1)
    desk.wait(seconds=91)
    record(desk.streams, job_id, LoseRun(1, desk.now), "test")
    desk.schedule()
    with pytest.raises(Refused) as caught:
        beat(desk.streams, job_id, 1, desk.now)
    assert caught.value.reason is JobRefusal.STALE_ATTEMPT
    assert desk.beat(job_id).until_ms == milliseconds(desk.now + LEASE)


def test_a_cancelled_job_leaves_the_queue_at_once_and_its_slot_when_it_has_stopped(
    desk: Desk,
) -> None:
    running = desk.push("main")
    desk.schedule()
    waiting = desk.push("main", "second")
    assert desk.board == Board((waiting,), {MAIN: f"{running}-1"}, 1)
    desk.cancel(waiting)
    desk.cancel(running)
    assert desk.board == Board(runs={MAIN: f"{running}-1"}, taken=1)
    assert desk.beat(running).is_to_stop
    desk.finish(running, conclusion=None)
    assert desk.board == Board()
    assert {desk.job(one).status for one in (running, waiting)} == {Status.CANCELLED}
    assert [set(desk.owed(one)) for one in (running, waiting)] == [{"1"}, {"1"}]


def test_newer_jobs_supersede_older_ones_where_that_was_chosen(desk: Desk) -> None:
    desk.choose(Settings(supersedes=True))
    running = desk.push("main")
    desk.schedule()
    jobs = []
    for number in range(3):
        desk.wait(seconds=1)
        jobs.append(desk.push("main", f"number {number}"))
    other = desk.push("other")
    assert desk.schedule() == Scheduled(started=(other,), ended=(jobs[0], jobs[1]))
    runs = {MAIN: f"{running}-1", branch("other"): f"{other}-1"}
    assert desk.board == Board((jobs[2],), runs, 2)
    assert [desk.job(one).status for one in jobs[:2]] == [Status.SUPERSEDED] * 2


def test_a_retried_job_goes_through_a_round_of_its_own(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.finish(job_id, Conclusion.FAILED, 1)
    desk.retry(job_id)
    assert desk.board == Board(queue=(job_id,))
    desk.schedule()
    assert desk.board == Board(runs={MAIN: f"{job_id}-2"}, taken=1)
    desk.finish(job_id)
    assert set(desk.owed(job_id)) == {"1", "2"}
    desk.wait(minutes=1)
    assert desk.sweep().trouble == []
    desk.hear()
    assert desk.owed(job_id) == {}


def test_slots_branches_and_priorities_are_kept_through_changes_of_all_of_them(
    desk: Desk,
) -> None:
    desk.choose(Settings(slots=2))
    jobs = []
    for name in ("a", "a", "b", "c", "d"):
        desk.wait(seconds=1)
        jobs.append(desk.push(name, f"at {desk.now}"))
    first, second, other, third, fourth = jobs
    assert desk.schedule().started == (first, other)
    assert desk.board.queue == (second, third, fourth)
    desk.prioritise(fourth, 9)
    assert desk.board.queue == (fourth, second, third)
    desk.choose(Settings(slots=3))
    assert desk.schedule().started == (fourth,)
    desk.change(Change.SUSPENDED)
    desk.finish(other)
    assert desk.schedule() == Scheduled()
    desk.change(Change.RESUMED)
    assert desk.schedule().started == (third,)
    desk.finish(first)
    assert desk.schedule().started == (second,)
    assert set(desk.board.runs.values()) == {f"{one}-1" for one in (second, third, fourth)}


def test_a_removed_app_leaves_nothing_waiting_and_nothing_running(desk: Desk) -> None:
    running = desk.push("a")
    desk.schedule()
    waiting = [desk.push(name) for name in "bc"]
    desk.change(Change.REVOKED)
    assert desk.schedule() == Scheduled(ended=tuple(_by_place(desk, waiting)), stopped=(running,))
    assert desk.board == Board(runs={branch("a"): f"{running}-1"}, taken=1)
    desk.finish(running, conclusion=None)
    assert desk.board == Board()


def _by_place(desk: Desk, jobs: list[str]) -> list[str]:
    """Sort jobs that came at the same moment as their places do."""
    return sorted(jobs, key=lambda job_id: (desk.job(job_id).key_us, job_id))


@pytest.mark.parametrize("backlog", [30, FIRST_LOOK + 10])
def test_waiting_jobs_of_one_busy_branch_never_hide_another_branchs(
    desk: Desk, backlog: int
) -> None:
    first = desk.push("main")
    desk.schedule()
    for number in range(backlog):
        desk.wait(seconds=1)
        desk.push("main", f"number {number}")
    other = desk.push("other")
    assert desk.schedule().started == (other,)
    assert desk.board.runs == {MAIN: f"{first}-1", branch("other"): f"{other}-1"}


def test_a_hook_that_comes_again_or_under_another_name_makes_no_second_job(desk: Desk) -> None:
    told = push(MAIN, "c" * 40)
    pull = PullRequest(REPOSITORY, "opened", 3, "main", "c" * 40)
    first = desk.take_in(told, "push")
    assert first.became is Became.QUEUED
    assert desk.take_in(told, "push").became is Became.KNOWN
    for _ in range(2):
        assert desk.take_in(pull, "pull").became is Became.TWIN
    assert desk.board == Board(queue=(first.job_id,))
    assert desk.events(first.job_id) == ["JobQueued", "TwinRecorded"]


def test_a_sweep_does_whatever_no_event_has_done(desk: Desk) -> None:
    job_id = desk.push("main")
    assert desk.sweep().scheduled == 1
    desk.wait(seconds=30)
    assert desk.sweep().runs_woken == 1
    desk.hear()
    assert [run.name for run in desk.runner.started] == [f"{job_id}-1"]
    desk.wait(seconds=60)
    desk.runner.looks[f"{job_id}-1"] = RunLook(RunStatus.RUNNING)
    assert desk.sweep().extended == 1
    assert desk.look().running[0].until_ms == milliseconds(later(1.5) + LEASE)
    desk.wait(seconds=91)
    desk.runner.looks[f"{job_id}-1"] = RunLook(RunStatus.ENDED, Conclusion.PASSED)
    swept = desk.sweep()
    assert (swept.ended, swept.drifted, swept.trouble) == (1, [], [])
    assert desk.board == Board()
    desk.wait(minutes=1)
    swept = desk.sweep()
    assert (swept.published, swept.ends_woken) == (1, 1)
    desk.hear()
    assert desk.owed(job_id) == {}
    assert desk.sweep() == Swept(customers=1)
