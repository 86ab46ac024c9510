"""Places in the queue: what a priority is worth, and what it is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.ci.jobs.events import PriorityChanged
from domain.ci.places import AGING_S_MAX, PRIORITIES, queue_key_us, queue_place
from domain.ci.refusals import JobRefusal
from domain.kernel.claims import Entry
from tests.support.builders import AT, NOW
from tests.support.ci_builders import (
    ENDED,
    RELEASE,
    claimed,
    claims_of,
    job_after,
    place,
    prioritise,
    prioritised,
    queued,
)
from tests.support.given import given

MINUTE_US = 60_000_000
times = st.datetimes(datetime(2020, 1, 1), datetime(2120, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants the bounds without a zone.
priorities = st.sampled_from(PRIORITIES)
agings_s = st.integers(0, 7200) | st.just(AGING_S_MAX)


def test_a_level_of_priority_moves_a_waiting_job_by_what_it_is_worth() -> None:
    normal = job_after(queued()).key_us
    given(queued()).when(prioritise(7)).then(PriorityChanged(7, normal - 20 * MINUTE_US, "ann", AT))
    given(queued()).when(prioritise(4)).then(PriorityChanged(4, normal + 10 * MINUTE_US, "ann", AT))


def test_a_move_counts_from_when_the_job_came_and_not_from_where_it_stands() -> None:
    once = job_after(queued(), prioritised(7), prioritised(9))
    assert once.key_us == job_after(queued(), prioritised(9)).key_us
    back = job_after(queued(), prioritised(7), prioritised(5))
    assert back.key_us == job_after(queued()).key_us


def test_the_priority_that_a_job_has_is_nothing_new_unless_its_worth_has_changed() -> None:
    given(queued()).when(prioritise(5)).then_nothing()
    given(queued(), prioritised(7)).when(prioritise(7)).then_nothing()
    given(queued(), prioritised(7)).when(prioritise(7, aging_s=60)).then(prioritised(7, 60))


@pytest.mark.parametrize("priority", [-1, 0, 10])
def test_there_are_nine_priorities(priority: int) -> None:
    refusal = JobRefusal.INVALID_PRIORITY
    given(queued()).when(prioritise(priority)).then_refused(refusal, "priority", least=1, most=9)


def test_only_what_waits_can_be_moved() -> None:
    refusal = JobRefusal.JOB_NOT_PENDING
    given(queued(), claimed()).when(prioritise(9)).then_refused(refusal, status="active")
    for status, past in ENDED.items():
        given(past).when(prioritise(9)).then_refused(refusal, status=status.value)


def test_a_job_that_moves_leaves_its_old_place_for_the_new_one() -> None:
    before, after = job_after(queued()), job_after(queued(), prioritised(9))
    assert claims_of(prioritise(9), queued()) == [place(before, RELEASE), place(after)]


def test_a_new_priority_at_the_same_place_is_written_there_and_releases_nothing() -> None:
    given(queued()).when(prioritise(9, aging_s=0)).then(prioritised(9, 0))
    after = job_after(queued(), prioritised(9, 0))
    assert place(after).place == place(job_after(queued())).place
    assert claims_of(prioritise(9, aging_s=0), queued()) == [place(after)]


@for_all(times, times, priorities, priorities, agings_s)
def test_a_job_overtakes_a_lower_one_unless_that_came_earlier_by_more_than_the_levels_are_worth(
    low_came: datetime, high_came: datetime, one: int, other: int, aging_s: int
) -> None:
    low, high = sorted((one, other))
    worth = timedelta(seconds=(high - low) * aging_s)
    is_first = _place(high_came, high, aging_s, "h") < _place(low_came, low, aging_s, "l")
    assert is_first == (high_came - low_came <= worth)


@for_all(times, times, priorities, agings_s)
def test_of_equal_priority_the_first_comes_first(
    one: datetime, other: datetime, priority: int, aging_s: int
) -> None:
    first, last = sorted((one, other))
    places = _place(first, priority, aging_s, "a"), _place(last, priority, aging_s, "b")
    assert places[0] < places[1]


@for_all(times, priorities, priorities)
def test_the_largest_setting_is_strict_priority(came: datetime, one: int, other: int) -> None:
    low, high = sorted((one, other))
    if low != high:
        later = came + timedelta(days=100)
        assert _place(later, high, AGING_S_MAX, "h") < _place(came, low, AGING_S_MAX, "l")


def test_places_are_read_as_text_in_the_order_of_their_keys() -> None:
    keys = [queue_key_us(NOW, priority, AGING_S_MAX) for priority in PRIORITIES]
    texts = [queue_place(key_us, "j") for key_us in keys]
    assert sorted(texts) == [queue_place(key_us, "j") for key_us in sorted(keys)]
    assert {len(text) for text in texts} == {len(texts[0])}


def _place(came: datetime, priority: int, aging_s: int, job_id: str) -> str:
    return queue_place(queue_key_us(came, priority, aging_s), job_id)


def test_a_place_is_the_jobs_own() -> None:
    (taken,) = [one for one in claims_of(prioritise(9), queued()) if one.action is not RELEASE]
    assert isinstance(taken, Entry)
    assert (taken.owner, taken.place.endswith("#j1")) == ("j1", True)
