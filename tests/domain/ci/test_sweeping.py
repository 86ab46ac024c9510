"""What a sweep finds on the boards, and what it does about it; the world outside by script."""

from datetime import datetime, timedelta

import pytest

from domain.ci.accounts import Settings
from domain.ci.hooks import Change
from domain.ci.jobs.claiming import BUS, MAIL, STATUS
from domain.ci.jobs.events import Conclusion, JobEvent
from domain.ci.jobs.state import Status
from domain.ci.places import COUNT, LEASE, board_of, milliseconds, owed_board
from domain.ci.ports import CannotStartError, Delivery, ReportLaterError, RunLook, RunStatus
from domain.ci.sweeping import DELIVERED_AT_MOST, REDELIVERIES_MAX, Swept
from domain.kernel.claims import Entry, Share
from domain.kernel.commits import Draft
from tests.support.builders import NOW
from tests.support.ci_builders import OWED, queued
from tests.support.ci_desk import Desk

RUNNING = RunLook(RunStatus.RUNNING)


@pytest.fixture
def desk() -> Desk:
    return Desk(addresses={})


def running(desk: Desk) -> str:
    """Have a job claimed; nobody has started it."""
    job_id = desk.push("main")
    desk.schedule()
    return job_id


# ---- runs -------------------------------------------------------------------------------------


def test_nothing_to_do_is_nothing_done(desk: Desk) -> None:
    assert desk.sweep() == Swept()
    job_id = running(desk)
    desk.start(job_id)
    desk.wait(seconds=20)
    desk.beat(job_id)
    assert desk.sweep() == Swept(customers=1)


def test_what_no_event_has_started_is_claimed(desk: Desk) -> None:
    job_id = desk.push("main")
    assert desk.sweep() == Swept(customers=1, scheduled=1)
    assert desk.job(job_id).status is Status.ACTIVE


def test_a_claimed_run_that_nobody_has_heard_of_is_started_again_after_half_a_minute(
    desk: Desk,
) -> None:
    job_id = running(desk)
    desk.wait(seconds=29)
    assert desk.sweep().started == 0
    desk.wait(seconds=1)
    assert desk.sweep().started == 1
    assert [run.name for run in desk.runner.started] == [f"{job_id}-1"]


def test_a_run_that_was_heard_of_is_not_started_again(desk: Desk) -> None:
    job_id = running(desk)
    desk.wait(seconds=10)
    desk.beat(job_id)
    desk.wait(seconds=60)
    assert desk.sweep().started == 0


def test_a_run_whose_lease_has_lapsed_is_asked_for_and_goes_on_if_it_runs(desk: Desk) -> None:
    job_id = running(desk)
    desk.runner.looks[f"{job_id}-1"] = RUNNING
    desk.wait(seconds=90)
    assert desk.sweep().extended == 1
    (run,) = desk.look().running
    assert run.until_ms == milliseconds(desk.now + LEASE)
    assert desk.job(job_id).attempt == 1


@pytest.mark.parametrize(
    ("conclusion", "status"),
    [
        (Conclusion.PASSED, Status.PASSED),
        (Conclusion.FAILED, Status.FAILED),
        (None, Status.CANCELLED),
    ],
)
def test_a_run_that_ended_unheard_ends_its_job_as_its_runner_says(
    desk: Desk, conclusion: Conclusion | None, status: Status
) -> None:
    job_id = running(desk)
    desk.runner.looks[f"{job_id}-1"] = RunLook(RunStatus.ENDED, conclusion, 3, "so it was")
    desk.wait(seconds=90)
    assert desk.sweep().ended == 1
    assert desk.job(job_id).status is status


def test_a_run_that_is_nowhere_is_lost_and_its_job_is_claimed_again(desk: Desk) -> None:
    job_id = running(desk)
    desk.wait(seconds=90)
    assert desk.sweep().lost == 1
    desk.sweep()
    assert (desk.job(job_id).attempt, desk.job(job_id).losses) == (2, 1)


def test_age_alone_loses_no_run_and_no_waiting_job(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    job_id, waiting = running(desk), desk.push("other")
    for _ in range(60 * 24):
        desk.wait(minutes=1)
        desk.beat(job_id)
    assert desk.sweep() == Swept(customers=1)
    assert desk.board.queue == (waiting,)


def test_a_run_that_is_lost_four_times_is_given_up(desk: Desk) -> None:
    job_id = running(desk)
    for _ in range(4):
        desk.wait(seconds=90)
        desk.sweep()
        desk.schedule()
    job = desk.job(job_id)
    assert (job.status, job.attempt, job.losses) == (Status.LOST, 4, 4)


def test_a_heartbeat_between_look_and_write_wins(desk: Desk) -> None:
    job_id = running(desk)
    desk.wait(seconds=90)
    desk.runner.before_look = lambda: desk.beat(job_id)
    assert desk.sweep().trouble == []
    assert (desk.job(job_id).status, desk.job(job_id).losses) == (Status.ACTIVE, 0)


def test_a_result_between_look_and_write_wins(desk: Desk) -> None:
    job_id = running(desk)
    desk.wait(seconds=90)
    desk.runner.before_look = lambda: desk.finish(job_id)
    assert desk.sweep().trouble == []
    assert desk.job(job_id).status is Status.PASSED


def test_a_run_that_is_to_stop_is_asked_again_when_it_is_started_again(desk: Desk) -> None:
    job_id = running(desk)
    desk.cancel(job_id)
    desk.wait(seconds=30)
    desk.sweep()
    assert desk.runner.stopped == [f"{job_id}-1"]


def test_what_can_never_start_has_failed(desk: Desk) -> None:
    job_id = running(desk)
    desk.runner.script = [CannotStartError("no script in the repository")]
    desk.wait(seconds=30)
    assert desk.sweep().trouble == []
    job = desk.job(job_id)
    assert (job.status, job.exit_code) == (Status.FAILED, 127)
    assert job.detail == "no script in the repository"


def test_trouble_with_one_run_keeps_no_other_from_being_seen_to(desk: Desk) -> None:
    first, second = desk.push("a"), desk.push("b")
    desk.schedule()
    desk.runner.script = [ConnectionError("no route"), None]
    desk.wait(seconds=30)
    swept = desk.sweep()
    assert (swept.started, len(swept.trouble)) == (1, 1)
    assert swept.trouble[0].startswith((first, second))
    assert "no route" in swept.trouble[0]


def test_a_revoked_customers_jobs_are_seen_to_however_late(desk: Desk) -> None:
    run, waiting = running(desk), desk.push("other")
    desk.change(Change.REVOKED)
    assert desk.sweep().ended == 1
    assert desk.job(waiting).status is Status.REJECTED
    assert desk.job(run).is_stopping


def test_a_count_that_is_not_the_number_of_runs_is_told_and_left_alone(desk: Desk) -> None:
    running(desk)
    assert desk.sweep().drifted == []
    _claim(desk, Share(board_of("acme"), COUNT, 9))
    assert desk.sweep().drifted == ["acme"]


# ---- debts ------------------------------------------------------------------------------------


def ended(desk: Desk) -> str:
    job_id = running(desk)
    desk.finish(job_id)
    return job_id


def test_what_an_end_owes_is_told_to_everybody_once(desk: Desk) -> None:
    job_id = ended(desk)
    assert desk.sweep().told == 3
    assert desk.owed(job_id) == {}
    assert desk.sweep().told == 0
    assert len(desk.checks.shown) == 1


def test_a_debt_that_cannot_be_paid_now_holds_up_no_other(desk: Desk) -> None:
    job_id = ended(desk)
    desk.checks.script = [ReportLaterError(60, "slow down")]
    swept = desk.sweep()
    assert (swept.told, len(swept.trouble)) == (2, 1)
    assert desk.owed(job_id) == {"1": {STATUS}}
    assert desk.sweep().told == 1


def test_an_end_that_was_told_under_a_later_one_owes_nothing_any_more(desk: Desk) -> None:
    job_id = ended(desk)
    desk.retry(job_id)
    desk.cancel(job_id)
    assert set(desk.owed(job_id)) == {"1", "2"}
    desk.sweep()
    desk.sweep()
    assert desk.owed(job_id) == {}


def test_an_end_that_a_retry_overtook_owes_until_the_next_end_is_told(desk: Desk) -> None:
    """What is shown and mailed is how the job stands: its last end is history by then."""
    job_id = ended(desk)
    desk.retry(job_id)
    desk.change(Change.SUSPENDED)
    desk.sweep()
    assert desk.owed(job_id) == {"1": {STATUS, MAIL}}
    desk.cancel(job_id)
    desk.sweep()
    assert desk.owed(job_id) == {}


def test_a_line_that_says_nothing_any_more_goes(desk: Desk) -> None:
    _claim(desk, Entry(owed_board("j9"), "1", "j9"))
    desk.sweep()
    assert desk.owed("j9") == {}


def _claim(desk: Desk, claim: Entry | Share) -> None:
    """Put a line on a board that no job has put there."""
    jobs = desk.streams.jobs
    events: tuple[JobEvent, ...] = (queued("j9"),)
    draft = Draft(events, "c", "0" * 16, "x", "y", desk.now, (claim,))
    jobs.append(jobs.load("j9"), draft)


# ---- deliveries -------------------------------------------------------------------------------


def delivery(
    number: int, guid: str, minutes_ago: float, at: datetime = NOW, *, succeeded: bool = False
) -> Delivery:
    return Delivery(number, guid, at - timedelta(minutes=minutes_ago), succeeded)


def redelivered(desk: Desk, *known: Delivery) -> list[int]:
    desk.deliveries.known = list(known)
    desk.deliveries.redelivered.clear()
    assert desk.sweep(with_deliveries=True).redelivered == len(desk.deliveries.redelivered)
    return desk.deliveries.redelivered


def test_what_never_arrived_is_sent_again_once_a_minute_is_over(desk: Desk) -> None:
    assert redelivered(desk, delivery(1, "a", 0.5)) == []
    assert redelivered(desk, delivery(1, "a", 1)) == [1]


def test_what_arrived_under_any_of_its_tries_is_left_alone(desk: Desk) -> None:
    tries = (delivery(1, "a", 9), delivery(2, "a", 5, succeeded=True), delivery(3, "a", 2))
    assert redelivered(desk, *tries) == []


def test_a_try_that_has_just_been_made_is_waited_for_and_the_newest_is_sent_again(
    desk: Desk,
) -> None:
    assert redelivered(desk, delivery(1, "a", 9), delivery(2, "a", 0.1)) == []
    assert redelivered(desk, delivery(1, "a", 9), delivery(2, "a", 3)) == [2]


def test_what_fails_for_what_it_says_is_given_up(desk: Desk) -> None:
    tries = [delivery(number, "a", 14 - number) for number in range(DELIVERED_AT_MOST)]
    assert redelivered(desk, *tries[:-1]) == [tries[-2].delivery_id]
    assert redelivered(desk, *tries) == []


def test_one_sweep_asks_github_for_so_many_and_no_more(desk: Desk) -> None:
    many = [delivery(number, str(number), 5) for number in range(REDELIVERIES_MAX + 20)]
    assert len(redelivered(desk, *many)) == REDELIVERIES_MAX


def test_the_last_minutes_are_looked_at_always_and_the_last_days_once_an_hour(desk: Desk) -> None:
    assert desk.now.minute == 0
    desk.sweep(with_deliveries=True)
    desk.wait(minutes=1)
    desk.sweep(with_deliveries=True)
    looked_back = [NOW - desk.deliveries.earliest[0], desk.now - desk.deliveries.earliest[1]]
    assert looked_back == [timedelta(days=3), timedelta(minutes=15)]


def test_trouble_with_github_is_told(desk: Desk) -> None:
    desk.deliveries.known = [delivery(1, "a", 5)]
    desk.deliveries.script = [ConnectionError("no route")]
    assert desk.sweep(with_deliveries=True).trouble == [
        "deliveries: ConnectionError('no route')",
    ]


def test_debts_are_known_by_three_names() -> None:
    assert [name for name, _ in OWED] == [BUS, STATUS, MAIL]


def test_a_run_that_was_to_stop_and_never_heard_of_it_is_stopped_when_its_lease_lapses(
    desk: Desk,
) -> None:
    job_id = desk.push("main")
    desk.schedule()
    desk.start(job_id)
    desk.cancel(job_id)
    desk.runner.looks[f"{job_id}-1"] = RUNNING
    desk.wait(minutes=5)
    assert desk.sweep().extended == 1
    assert desk.runner.stopped == [f"{job_id}-1"]
