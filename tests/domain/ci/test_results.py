import pytest

from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion, JobFinished
from domain.ci.jobs.state import Status
from domain.ci.refusals import JobRefusal
from tests.support.builders import AT, NOW
from tests.support.ci_builders import (
    ENDED,
    SLOT_BACK,
    cancelled,
    claimed,
    claims_of,
    debts,
    failed,
    job_after,
    lane,
    lost,
    passed,
    queued,
    rejected,
    result,
    retried,
    superseded,
)
from tests.support.given import given

FAILED = Conclusion.FAILED


def test_a_run_that_passed_ends_its_job() -> None:
    given(queued(), claimed()).when(result()).then(passed())
    job = job_after(queued(), claimed(), passed())
    assert (job.status, job.exit_code, job.ends) == (Status.PASSED, 0, 1)


def test_a_run_that_failed_says_with_which_code_and_why() -> None:
    said = RecordResult(1, FAILED, 137, NOW, "out of memory")
    given(queued(), claimed()).when(said).then(JobFinished(1, FAILED, 137, AT, "out of memory"))
    job = given(queued(), claimed()).when(said).state()
    assert (job.status, job.exit_code, job.detail) == (Status.FAILED, 137, "out of memory")


def test_an_end_gives_slot_and_branch_back_and_owes_everybody_the_news() -> None:
    assert claims_of(result(), queued(), claimed()) == [SLOT_BACK, lane("j1-1"), debts()]


@pytest.mark.parametrize("conclusion", [Conclusion.PASSED, Conclusion.FAILED, None])
def test_a_result_after_the_end_changes_nothing_whatever_it_says(
    conclusion: Conclusion | None,
) -> None:
    for end in (passed(), failed(exit_code=2), cancelled()):
        late = result(conclusion=conclusion, exit_code=9)
        given(queued(), claimed(), end).when(late).then_nothing()


def test_a_result_of_an_attempt_that_is_not_the_current_one_is_refused() -> None:
    again = (queued(), claimed(1), lost(1), claimed(2))
    given(*again).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, "attempt", attempt=2)
    given(*again, passed(2)).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, status="passed")
    given(queued(), claimed(1)).when(result(2)).then_refused(JobRefusal.STALE_ATTEMPT, attempt=1)


def test_a_lost_run_that_speaks_after_all_is_not_believed_while_its_job_waits() -> None:
    past = (queued(), claimed(), lost())
    given(*past).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, status="pending")


def test_a_result_of_the_round_before_is_refused_in_the_next() -> None:
    past = (ENDED[Status.FAILED], retried())
    given(*past).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, status="pending")
    given(*past, claimed(2)).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, attempt=2)


def test_nothing_can_be_said_of_a_run_that_never_began() -> None:
    given(queued()).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, status="pending")
    for end in (superseded(), rejected(), cancelled()):
        given(queued(), end).when(result(1)).then_refused(JobRefusal.STALE_ATTEMPT, attempt=0)
