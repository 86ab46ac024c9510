from dataclasses import replace

import pytest

from domain.ci.hooks import Trigger
from domain.ci.jobs import commands as c
from domain.ci.jobs.events import Rejection, TwinRecorded
from domain.ci.jobs.state import Status
from domain.ci.places import milliseconds
from domain.ci.refusals import JobRefusal
from domain.kernel.claims import Claim
from tests.support.builders import AT, NOW
from tests.support.ci_builders import (
    ENDED,
    RELEASE,
    SLOT_BACK,
    branch,
    cancel,
    cancelled,
    claimed,
    claims_of,
    debts,
    failed,
    job_after,
    lane,
    later,
    lose,
    lost,
    passed,
    place,
    queued,
    rejected,
    result,
    stopping,
    supersede,
    superseded,
)
from tests.support.given import given


def test_a_waiting_job_ends_at_once() -> None:
    given(queued()).when(cancel()).then(cancelled())
    job = job_after(queued(), cancelled())
    assert (job.status, job.cancelled_by, job.ends) == (Status.CANCELLED, "ann", 1)


def test_a_waiting_job_that_ends_leaves_the_queue_and_owes_everybody_the_news() -> None:
    gone = [place(job_after(queued()), RELEASE), debts()]
    assert claims_of(cancel(), queued()) == gone
    given_back = [Claim(job_after(queued()).commit_key, "job#j1", RELEASE), *gone]
    assert claims_of(supersede(), queued()) == given_back
    assert claims_of(c.RejectJob(Rejection.ACCOUNT_REVOKED, NOW), queued()) == given_back


def test_a_running_job_is_asked_to_stop_once_and_keeps_slot_and_branch_until_it_has() -> None:
    given(queued(), claimed()).when(cancel()).then(stopping())
    given(queued(), claimed(), stopping()).when(cancel("bob")).then_nothing()
    assert job_after(queued(), claimed(), stopping()).is_stopping
    assert claims_of(cancel(), queued(), claimed()) == []


def test_a_run_that_stopped_as_asked_is_cancelled_by_whoever_asked() -> None:
    past = (queued(), claimed(), stopping("bob"))
    given(*past).when(result(conclusion=None)).then(cancelled("bob"))
    assert claims_of(result(conclusion=None), *past) == [SLOT_BACK, lane("j1-1"), debts()]


def test_a_run_that_stopped_unasked_was_cancelled_by_its_runner() -> None:
    given(queued(), claimed()).when(result(conclusion=None)).then(cancelled("runner"))


def test_a_run_that_ended_before_it_heard_has_ended_as_it_did() -> None:
    past = (queued(), claimed(), stopping())
    given(*past).when(result()).then(passed())
    assert job_after(*past, passed()).status is Status.PASSED


def test_a_run_that_is_lost_while_it_stops_does_not_come_back() -> None:
    past = (queued(), claimed(), stopping())
    given(*past).when(lose()).then(lost(), cancelled())
    lapsed = lane("j1-1", lapsed_ms=milliseconds(NOW))
    assert claims_of(lose(), *past) == [SLOT_BACK, lapsed, debts()]


def test_a_cancelled_job_is_not_cancelled_again() -> None:
    given(queued(), cancelled()).when(cancel("bob")).then_nothing()


@pytest.mark.parametrize("status", [one for one in ENDED if one is not Status.CANCELLED])
def test_what_has_ended_otherwise_cannot_be_cancelled_any_more(status: Status) -> None:
    given(ENDED[status]).when(cancel()).then_refused(JobRefusal.JOB_ENDED, status=status.value)


def test_superseding_is_an_end_of_its_own_that_names_the_newer_job() -> None:
    given(queued()).when(supersede()).then(superseded("j2"))
    job = job_after(queued(), superseded("j2"))
    assert (job.status, job.detail, job.cancelled_by) == (Status.SUPERSEDED, "j2", "")


@pytest.mark.parametrize("reason", Rejection)
def test_a_rejected_job_says_why(reason: Rejection) -> None:
    given(queued()).when(c.RejectJob(reason, NOW)).then(rejected(reason))
    job = job_after(queued(), rejected(reason))
    assert (job.status, job.detail) == (Status.REJECTED, reason.value)


@pytest.mark.parametrize("command", [supersede(), c.RejectJob(Rejection.USER_NOT_ALLOWED, NOW)])
def test_only_what_waits_is_superseded_or_rejected(command: c.JobCommand) -> None:
    refusal = JobRefusal.JOB_NOT_PENDING
    given(queued(), claimed()).when(command).then_refused(refusal, status="active")
    given(queued(), claimed(), failed()).when(command).then_refused(refusal, status="failed")


def test_who_has_been_vouched_for_since_is_not_turned_away_as_a_stranger() -> None:
    stranger = replace(queued(), user="eve", is_trusted=False)
    judged = c.RejectJob(Rejection.USER_NOT_ALLOWED, NOW)
    given(stranger).when(judged).then(rejected())
    vouched = TwinRecorded(Trigger.PUSH, "b2", AT, vouched_by="ann")
    given(stranger, vouched).when(judged).then_nothing()
    given(stranger, vouched).when(replace(judged, vouchers=("ann",))).then(rejected())


def test_what_was_asked_for_again_since_it_was_judged_is_not_superseded() -> None:
    joined = TwinRecorded(Trigger.PUSH, "b2", AT, joined_from=branch("dev"))
    given(queued(), joined).when(supersede()).then_nothing()
    back = TwinRecorded(Trigger.PUSH, "b2", AT, pushed_s=milliseconds(later(1)) // 1000)
    given(queued(), back).when(supersede()).then_nothing()
    given(queued(), back).when(supersede(pushed=later(1))).then(superseded("j2"))
