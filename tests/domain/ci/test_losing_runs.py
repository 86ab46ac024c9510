import pytest

from domain.ci.jobs.events import JobGivenUp
from domain.ci.jobs.state import LOSSES_MAX, Status
from domain.ci.places import milliseconds
from domain.ci.refusals import JobRefusal
from domain.kernel.claims import Entry
from tests.support.builders import AT
from tests.support.ci_builders import (
    ENDED,
    SLOT_BACK,
    claimed,
    claims_of,
    debts,
    job_after,
    lane,
    later,
    lose,
    lost,
    lost_again,
    place,
    prioritised,
    queued,
    retried,
)
from tests.support.given import given


def test_the_job_of_a_lost_run_waits_again() -> None:
    given(queued(), claimed()).when(lose()).then(lost())
    job = job_after(queued(), claimed(), lost())
    assert (job.status, job.losses, job.claimed_at) == (Status.PENDING, 1, None)


@pytest.mark.parametrize("past", [(queued(),), (queued(), prioritised(9))])
def test_the_job_of_a_lost_run_stands_where_it_stood(past: tuple[object, ...]) -> None:
    before = job_after(*past)  # type: ignore[arg-type]  # Job events, as they are made above.
    retaken, *_ = claims_of(lose(), *past, claimed())  # type: ignore[arg-type]  # See above.
    assert isinstance(retaken, Entry)
    assert retaken.place == place(before).place


def test_slot_and_branch_are_taken_away_only_from_a_run_whose_lease_has_lapsed_by_then() -> None:
    now = later(3)
    after = job_after(queued(), claimed(), lost())
    assert claims_of(lose(now=now), queued(), claimed()) == [
        place(after),
        SLOT_BACK,
        lane("j1-1", lapsed_ms=milliseconds(now)),
    ]


def test_three_losses_go_back_to_the_queue_and_the_fourth_gives_up() -> None:
    for losses in range(LOSSES_MAX):
        attempt = losses + 1
        past = (queued(), lost_again(losses), claimed(attempt))
        given(*past).when(lose(attempt)).then(lost(attempt))
    past = (queued(), lost_again(3), claimed(4))
    given(*past).when(lose(4)).then(lost(4), JobGivenUp(4, AT))
    job = given(*past).when(lose(4)).state()
    assert (job.status, job.losses, job.ends) == (Status.LOST, 4, 1)


def test_a_job_that_is_given_up_waits_for_nothing_and_owes_the_news() -> None:
    past = (queued(), lost_again(3), claimed(4))
    lapsed = lane("j1-4", lapsed_ms=milliseconds(later(0)))
    assert claims_of(lose(4), *past) == [SLOT_BACK, lapsed, debts()]


def test_losses_are_counted_anew_in_the_next_round() -> None:
    past = (ENDED[Status.LOST], retried(), claimed(5))
    given(*past).when(lose(5)).then(lost(5))


def test_a_run_is_lost_once() -> None:
    refusal = JobRefusal.STALE_ATTEMPT
    given(queued(), claimed(), lost()).when(lose()).then_refused(refusal, status="pending")
    given(queued(), lost_again(1), claimed(2)).when(lose(1)).then_refused(refusal, attempt=2)


@pytest.mark.parametrize("status", ENDED)
def test_no_run_of_a_job_that_has_ended_is_lost(status: Status) -> None:
    attempt = job_after(ENDED[status]).attempt
    refusal = JobRefusal.STALE_ATTEMPT
    given(ENDED[status]).when(lose(attempt)).then_refused(refusal, "attempt", status=status.value)
