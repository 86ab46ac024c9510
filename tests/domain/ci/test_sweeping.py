"""What a sweep finds on the boards, and what it does about it; the world outside by script."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from domain.ci.accounts import Settings
from domain.ci.debts import Debt
from domain.ci.hooks import Change
from domain.ci.jobs.events import Conclusion, JobEvent
from domain.ci.jobs.state import Status
from domain.ci.places import COUNT, LEASE, board_of, milliseconds, owed_board
from domain.ci.ports import CannotStartError, ReportLaterError, RunLook, RunStatus
from domain.ci.sweeping.sweeper import CiSweeper
from domain.ci.sweeping.swept import Swept
from domain.kernel.claims import Entry, Share
from domain.kernel.commits import Draft
from tests.support.ci_builders import queued
from tests.support.ci_desk import Desk
from tests.support.ci_outside import Deliveries, Runner

RUNNING = RunLook(RunStatus.RUNNING)


@pytest.fixture
def desk() -> Desk:
    return Desk(addresses={})


def running(desk: Desk) -> str:
    """Have a job claimed; nobody has started it."""
    job_id = desk.push("main")
    desk.schedule()
    return job_id


def heard(desk: Desk) -> str:
    """Have a job claimed, and hear once of its run."""
    job_id = running(desk)
    desk.wait(seconds=1)
    desk.beat(job_id)
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


def test_a_claimed_run_that_nobody_has_heard_of_is_woken_again_after_half_a_minute(
    desk: Desk,
) -> None:
    job_id = running(desk)
    desk.wait(seconds=29)
    assert desk.sweep().runs_woken == 0
    desk.wait(seconds=1)
    assert desk.sweep().runs_woken == 1
    (notice,) = desk.notices.sent
    assert (notice.stream, notice.types) == (f"job#{job_id}", ("StartOwed",))
    desk.hear()
    assert [run.name for run in desk.runner.started] == [f"{job_id}-1"]


def test_a_run_is_woken_once_a_minute_and_by_the_notice_of_its_own_claim(desk: Desk) -> None:
    job_id = heard(desk)
    desk.wait(seconds=90)
    desk.sweep()
    desk.schedule()
    for wait_s, woken in ((30, 1), (30, 0), (29, 0)):
        desk.wait(seconds=wait_s)
        assert desk.sweep().runs_woken == woken
    assert [(one.stream, one.first) for one in desk.notices.sent] == [(f"job#{job_id}", 4)]
    assert desk.events(job_id)[3] == "JobClaimed"


def test_a_run_that_was_heard_of_is_not_started_again(desk: Desk) -> None:
    job_id = running(desk)
    desk.wait(seconds=10)
    desk.beat(job_id)
    desk.wait(seconds=60)
    assert desk.sweep().runs_woken == 0


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
    job_id = heard(desk)
    desk.wait(seconds=90)
    assert desk.sweep().lost == 1
    desk.sweep()
    assert (desk.job(job_id).attempt, desk.job(job_id).losses) == (2, 1)


def test_what_could_not_be_started_for_hours_is_not_lost_and_starts_when_it_can(
    desk: Desk,
) -> None:
    job_id = running(desk)
    desk.runner.script = [ConnectionError("no route")] * 60
    for _ in range(60):
        desk.wait(minutes=4)
        assert desk.sweep() == Swept(customers=1, runs_woken=1)
        with pytest.raises(ConnectionError):
            desk.hear()
    desk.wait(minutes=4)
    desk.sweep()
    desk.hear()
    assert [run.name for run in desk.runner.started] == [f"{job_id}-1"]
    (run,) = desk.look().running
    assert (run.until_ms, run.is_unheard) == (milliseconds(desk.now + LEASE), False)


def test_what_was_started_and_is_gone_before_anybody_heard_of_it_is_lost(desk: Desk) -> None:
    job_id = running(desk)
    desk.start(job_id)
    desk.wait(minutes=2)
    desk.sweep()
    assert desk.job(job_id).losses == 0
    desk.hear()
    assert (desk.job(job_id).status, desk.job(job_id).losses) == (Status.PENDING, 1)


def test_what_was_never_heard_of_and_is_to_stop_has_stopped(desk: Desk) -> None:
    job_id = running(desk)
    desk.cancel(job_id)
    desk.wait(seconds=90)
    desk.sweep()
    assert desk.job(job_id).status is Status.CANCELLED


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
        desk.wait(seconds=1)
        desk.beat(job_id)
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
    desk.hear()
    assert desk.runner.stopped == [f"{job_id}-1"]


def test_what_can_never_start_has_failed(desk: Desk) -> None:
    job_id = running(desk)
    desk.runner.script = [CannotStartError("no script in the repository")]
    desk.wait(seconds=30)
    assert desk.sweep().trouble == []
    desk.hear()
    job = desk.job(job_id)
    assert (job.status, job.exit_code) == (Status.FAILED, 127)
    assert job.detail == "no script in the repository"


def test_trouble_with_one_run_keeps_no_other_from_being_seen_to(desk: Desk) -> None:
    first, second = desk.push("a"), desk.push("b")
    desk.schedule()
    desk.wait(seconds=1)
    for job_id in (first, second):
        desk.beat(job_id)
    desk.wait(seconds=90)
    looks = [ConnectionError("no route"), None]
    desk.runner.before_look = lambda: _raised(looks.pop())
    swept = desk.sweep()
    assert (swept.lost, len(swept.trouble)) == (1, 1)
    assert swept.trouble[0].startswith((first, second))
    assert "no route" in swept.trouble[0]


def _raised(error: Exception | None) -> None:
    if error:
        raise error


def test_a_revoked_customers_jobs_are_seen_to_however_late(desk: Desk) -> None:
    run, waiting = running(desk), desk.push("other")
    desk.change(Change.REVOKED)
    assert desk.sweep().ended == 1
    assert desk.job(waiting).status is Status.REJECTED
    assert desk.job(run).is_stopping


def test_a_count_that_is_not_the_number_of_runs_is_told_and_left_alone(desk: Desk) -> None:
    """A scan is no snapshot, so what is odd once may be right."""
    running(desk)
    _claim(desk, Share(board_of("acme"), COUNT, 9))
    assert desk.sweep().drifted == []
    assert desk.sweep().drifted == ["acme"]
    assert desk.new_sweeper().sweep().drifted == []


# ---- debts ------------------------------------------------------------------------------------


def ended(desk: Desk) -> str:
    """Have a job ended, a minute ago."""
    job_id = running(desk)
    desk.finish(job_id)
    desk.wait(minutes=1)
    return job_id


def test_an_end_that_owes_is_published_and_its_notice_sent_again(desk: Desk) -> None:
    job_id = ended(desk)
    swept = desk.sweep()
    assert (swept.published, swept.ends_woken) == (1, 1)
    (notice,) = desk.notices.sent
    assert (notice.stream, notice.types) == (f"job#{job_id}", ("MailOwed", "StatusOwed"))
    assert desk.owed(job_id) == {"1": {Debt.STATUS, Debt.MAIL}}
    desk.hear()
    assert desk.owed(job_id) == {}
    assert len(desk.checks.shown) == 1
    assert desk.sweep() == Swept(customers=1)


def test_an_end_of_the_last_minute_is_left_to_those_whom_it_has_woken(desk: Desk) -> None:
    job_id = running(desk)
    desk.finish(job_id)
    desk.wait(seconds=59)
    assert desk.sweep() == Swept(customers=1)
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS, Debt.MAIL}}
    assert desk.sweep(grace=timedelta()).ends_woken == 1


def test_a_notice_is_sent_again_after_1_2_4_and_at_most_60_minutes(desk: Desk) -> None:
    ended(desk)
    woken_at_min = []
    for minute in range(300):
        if desk.sweep().ends_woken:
            woken_at_min.append(minute)
        desk.wait(minutes=1)
    assert woken_at_min == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]


def test_a_process_that_remembers_nothing_sends_a_notice_once_more(desk: Desk) -> None:
    ended(desk)
    assert desk.sweep().ends_woken == 1
    assert desk.sweep().ends_woken == 0
    assert desk.new_sweeper().sweep().ends_woken == 1


def test_a_new_end_waits_for_no_other(desk: Desk) -> None:
    job_id = ended(desk)
    for _ in range(20):
        desk.sweep()
        desk.wait(minutes=1)
    desk.retry(job_id)
    desk.cancel(job_id)
    desk.wait(minutes=1)
    assert desk.sweep().ends_woken == 1
    assert desk.notices.sent[-1].last == 5


def test_only_those_who_owe_are_woken_again(desk: Desk) -> None:
    job_id = ended(desk)
    assert desk.report(job_id)
    desk.sweep()
    assert [notice.types for notice in desk.notices.sent] == [("MailOwed",)]
    desk.hear()
    assert len(desk.checks.shown) == 1


def test_a_notice_that_was_not_taken_is_trouble_and_sent_by_the_next_sweep(desk: Desk) -> None:
    job_id = ended(desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.notices, "notify", lambda _: frozenset({0}))
        swept = desk.sweep()
    assert (swept.published, swept.ends_woken) == (1, 0)
    assert swept.trouble == [
        f"{job_id}: NotTakenError('the notice of job#{job_id} up to 3 was not taken')"
    ]
    desk.wait(minutes=1)
    assert desk.sweep().ends_woken == 1


def test_a_debt_that_cannot_be_paid_now_holds_up_no_other(desk: Desk) -> None:
    job_id = ended(desk)
    desk.checks.script = [ReportLaterError(60, "slow down")]
    desk.sweep()
    with pytest.raises(ReportLaterError):
        desk.hear()
    assert desk.owed(job_id) == {"1": {Debt.STATUS}}
    desk.wait(minutes=1)
    assert desk.sweep().ends_woken == 1


def test_a_bus_that_takes_nothing_now_keeps_no_notice_back(desk: Desk) -> None:
    job_id = ended(desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.bus, "publish", lambda _: frozenset({0}))
        swept = desk.sweep()
    assert (swept.published, swept.ends_woken) == (0, 1)
    desk.hear()
    assert desk.owed(job_id) == {"1": {Debt.BUS}}
    assert swept.trouble == [
        f"{job_id}: NotTakenError('the bus did not take all that the ends of {job_id} publish')"
    ]
    desk.wait(minutes=1)
    assert desk.sweep().published == 1


def test_a_commit_that_was_parked_on_its_way_to_the_bus_is_so_no_more(desk: Desk) -> None:
    job_id = ended(desk)
    desk.parking.park("ci_broadcast", f"job#{job_id}", 3, "malformed")
    desk.sweep()
    assert [*desk.parking.parked()] == []


def test_an_end_that_was_told_under_a_later_one_owes_nothing_any_more(desk: Desk) -> None:
    job_id = ended(desk)
    desk.retry(job_id)
    desk.cancel(job_id)
    desk.wait(minutes=1)
    assert set(desk.owed(job_id)) == {"1", "2"}
    assert desk.sweep().ends_woken == 1
    desk.hear()
    assert desk.owed(job_id) == {}


def test_an_end_that_a_retry_overtook_owes_until_the_next_end_is_told(desk: Desk) -> None:
    """What is shown and mailed is how the job stands: its last end is history by then."""
    job_id = ended(desk)
    desk.retry(job_id)
    desk.change(Change.SUSPENDED)
    desk.sweep()
    assert desk.notices.sent == []
    assert desk.owed(job_id) == {"1": {Debt.STATUS, Debt.MAIL}}
    desk.cancel(job_id)
    desk.wait(minutes=1)
    desk.sweep()
    desk.hear()
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


# ---- parts that are missing, and time that is short ------------------------------------------


def test_a_wrong_setting_is_trouble_with_what_needs_it_and_stops_nothing_else(desk: Desk) -> None:
    def wrong() -> Runner:
        raise LookupError("CI_RUNNER='nobody' is not known")

    lapsed = running(desk)
    desk.wait(seconds=90)
    other = desk.push("other")
    desk.lists = {"one": lambda: _raise(KeyError("no key")), "two": Deliveries}
    ports = replace(desk.sweeper.ports, runner=wrong)
    swept = CiSweeper(ports).sweep()
    assert swept.scheduled == 1
    assert desk.job(other).status is Status.ACTIVE
    assert swept.trouble == [
        f"""{lapsed}: LookupError("CI_RUNNER='nobody' is not known")""",
        "deliveries of one: KeyError('no key')",
    ]
    ports = replace(desk.sweeper.ports, deliveries=lambda: _raise(KeyError("GITHUB_HOOK")))
    assert CiSweeper(ports).sweep().trouble == ["deliveries: KeyError('GITHUB_HOOK')"]


def _raise(error: Exception) -> NoReturn:
    raise error


def test_a_sweep_without_time_begins_nothing_and_says_how_much_it_left(desk: Desk) -> None:
    ended(desk)
    desk.push("other")
    desk.lists = {"the app": Deliveries}
    assert desk.sweeper.sweep(until=desk.now) == Swept(left=3)
    assert desk.sweep() == Swept(customers=1, scheduled=1, published=1, ends_woken=1)


def test_what_one_sweep_does_not_reach_others_do(desk: Desk) -> None:
    """A hundred ends take a second each, and a sweep has five of its ten for them."""
    desk.choose(Settings(slots=100))
    for number in range(100):
        desk.push(f"b{number}")
    desk.schedule()
    for running_now in desk.look().running:
        desk.finish(running_now.job_id)
    desk.bus.sent.clear()
    desk.wait(minutes=1)

    def publish(job_id: str) -> bool:
        desk.wait(seconds=1)
        published.add(job_id)
        return True

    published: set[str] = set()
    sweeper = CiSweeper(replace(desk.sweeper.ports, publish=publish))
    sweeps = 0
    while len(published) < 100:
        began = desk.now
        swept = sweeper.sweep(until=began + timedelta(seconds=10))
        assert (swept.customers, swept.left) == (1, 95)
        desk.now = began + timedelta(minutes=1)
        sweeps += 1
    assert sweeps == 34


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
