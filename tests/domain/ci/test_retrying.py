import pytest

from domain.ci.jobs.state import Status
from domain.ci.places import microseconds
from domain.ci.refusals import JobRefusal
from tests.support.builders import minute
from tests.support.ci_builders import (
    ENDED,
    cancel,
    cancelled,
    claimed,
    claims_of,
    debts,
    failed,
    job_after,
    later,
    place,
    prioritised,
    queued,
    result,
    retried,
    retry,
)
from tests.support.given import given


@pytest.mark.parametrize("status", ENDED)
def test_whatever_has_ended_is_queued_again_when_somebody_asks(status: Status) -> None:
    given(ENDED[status]).when(retry()).then(retried())


def test_what_has_not_ended_is_not_queued_again() -> None:
    refusal = JobRefusal.JOB_NOT_ENDED
    given(queued()).when(retry()).then_refused(refusal, status="pending")
    given(queued(), claimed()).when(retry()).then_refused(refusal, status="active")
    given(ENDED[Status.LOST], retried()).when(retry()).then_refused(refusal, status="pending")


def test_a_retried_job_stands_at_the_end_of_the_queue_at_normal_priority() -> None:
    past = (queued(), prioritised(9), claimed(), failed())
    job = job_after(*past, retried(at=minute(60)))
    assert (job.status, job.priority) == (Status.PENDING, 5)
    assert job.key_us == microseconds(later(60))
    assert claims_of(retry(now=later(60)), *past) == [place(job)]


@pytest.mark.parametrize("status", ENDED)
def test_a_new_round_knows_nothing_of_how_the_last_one_ended(status: Status) -> None:
    ended, job = job_after(ENDED[status]), job_after(ENDED[status], retried())
    assert (job.losses, job.cancelled_by, job.exit_code, job.detail) == (0, "", None, "")
    assert (job.claimed_at, job.ended_at) == (None, None)
    assert (job.attempt, job.ends) == (ended.attempt, 1)


def test_a_retried_job_keeps_its_commit_and_takes_it_no_second_time() -> None:
    assert claims_of(retry(), ENDED[Status.PASSED]) == [
        place(job_after(ENDED[Status.PASSED], retried()))
    ]


def test_each_round_owes_the_news_of_its_own_end() -> None:
    past = (ENDED[Status.PASSED], retried(), claimed(2))
    assert debts(end=2) in claims_of(result(2), *past)
    given(ENDED[Status.CANCELLED], retried()).when(cancel()).then(cancelled())
    assert debts(end=2) in claims_of(cancel(), ENDED[Status.CANCELLED], retried())
