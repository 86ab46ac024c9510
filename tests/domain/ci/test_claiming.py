import pytest

from domain.ci.jobs.state import Status
from domain.ci.places import lane_place, milliseconds
from domain.ci.refusals import JobRefusal
from domain.kernel.claims import UNTIL_MS, Entry
from tests.support.builders import NOW
from tests.support.ci_builders import (
    BOARD,
    ENDED,
    LANE,
    RELEASE,
    claim,
    claimed,
    claims_of,
    job_after,
    later,
    lost_again,
    place,
    queued,
    retried,
    slot,
)
from tests.support.given import given


def test_a_waiting_job_begins_its_first_attempt() -> None:
    given(queued()).when(claim()).then(claimed())
    job = job_after(queued(), claimed())
    assert (job.status, job.attempt, job.run) == (Status.ACTIVE, 1, "j1-1")
    assert job.claimed_at == claimed().at


def test_attempts_are_counted_on_after_losses_and_retries() -> None:
    given(queued(), lost_again(2)).when(claim()).then(claimed(3))
    given(ENDED[Status.PASSED], retried()).when(claim()).then(claimed(2))


def test_the_slots_of_now_are_taken_down_with_the_claim_and_none_of_before() -> None:
    given(queued()).when(claim(slots=7)).then(claimed(slots=7))
    assert slot(7) in claims_of(claim(slots=7), queued())


def test_a_running_job_leaves_the_queue_for_a_slot_and_its_branchs_lane_under_a_lease() -> None:
    lease_ms = milliseconds(later(1.5))
    note = (
        ("job", "j1"),
        ("lane", LANE),
        ("repository", "acme/shop"),
        ("attempt", 1),
        ("began_ms", milliseconds(NOW)),
        (UNTIL_MS, lease_ms),
    )
    assert claims_of(claim(), queued()) == [
        place(job_after(queued()), RELEASE),
        slot(),
        Entry(BOARD, lane_place(LANE), "j1-1", note=note),
    ]


def test_the_lane_belongs_to_one_attempt_and_not_to_the_job() -> None:
    *_, entry = claims_of(claim(), queued(), lost_again(1))
    assert isinstance(entry, Entry)
    assert entry.owner == "j1-2"


def test_a_running_job_is_not_begun_again() -> None:
    refusal = JobRefusal.JOB_NOT_PENDING
    given(queued(), claimed()).when(claim()).then_refused(refusal, status="active")


@pytest.mark.parametrize("status", ENDED)
def test_a_job_that_has_ended_is_not_begun(status: Status) -> None:
    given(ENDED[status]).when(claim()).then_refused(JobRefusal.JOB_NOT_PENDING, status=status.value)
