"""What is due on a board: a pure function, and what must hold of it on any board."""

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.ci.accounts import Settings, Standing
from domain.ci.board import Board, Running, Waiting, board_from
from domain.ci.choosing import Plan, choose, is_allowed
from domain.ci.jobs.events import Rejection
from domain.ci.places import COUNT, lane_place, microseconds
from domain.kernel.boards import Line
from tests.support.builders import NOW
from tests.support.ci_builders import (
    board,
    ids,
    job_after,
    later,
    place,
    queued,
    running,
    waiting,
)


def starts(*lines: Waiting | Running, slots: int = 4) -> list[str]:
    return ids(choose(board(*lines, settings=Settings(slots=slots))).starts)


def test_what_waits_starts_in_the_order_of_its_places() -> None:
    late, early, urgent = waiting("late", minutes=9), waiting("early"), waiting("urgent", "", 9, 7)
    assert starts(late, early, urgent) == ["urgent", "early", "late"]


def test_of_one_branch_only_the_first_is_tried() -> None:
    jobs = [waiting(f"j{n}", ref="main", minutes=n) for n in range(3)]
    assert starts(*jobs) == ["j0"]


def test_what_waits_for_a_busy_branch_is_passed_over_and_keeps_its_place() -> None:
    first, other = waiting("first", ref="main"), waiting("other", minutes=1)
    assert starts(running("r", ref="main"), first, other) == ["other"]
    assert starts(first, other) == ["first", "other"]


@pytest.mark.parametrize("backlog", [30, 400, 3000])
def test_the_waiting_jobs_of_a_busy_branch_never_hide_another_branchs(backlog: int) -> None:
    busy = [waiting(f"j{n:04}", ref="main", minutes=n) for n in range(backlog)]
    assert starts(running("r", ref="main"), *busy, waiting("other", minutes=backlog)) == ["other"]


def test_nothing_starts_where_no_slot_is_free_and_everything_is_a_candidate_where_one_is() -> None:
    lines = (running("a"), running("b"), waiting("c"), waiting("d", minutes=1))
    assert starts(*lines, slots=2) == []
    assert starts(*lines, slots=1) == []
    assert starts(*lines, slots=3) == ["c", "d"]  # d in case that c is gone, or its branch taken.


def test_a_suspended_customers_jobs_wait_and_what_runs_goes_on() -> None:
    lines = (running("a"), waiting("b"), waiting("c", ref="b"))
    settings = Settings(supersedes=True, blocked=("ann",))
    assert choose(board(*lines, settings=settings, standing=Standing.SUSPENDED)) == Plan()


def test_a_revoked_customers_jobs_are_ended_and_what_runs_is_stopped() -> None:
    plan = choose(board(running("a"), waiting("b"), standing=Standing.REVOKED))
    assert (ids(plan.stops), plan.starts) == (["a"], ())
    assert [(job.job_id, why) for job, why in plan.rejects] == [("b", Rejection.ACCOUNT_REVOKED)]


def test_a_job_whose_user_is_not_allowed_is_turned_away_and_holds_nobody_up() -> None:
    fork = waiting("fork", ref="main", user="eve", is_trusted=False)
    own = waiting("own", ref="main", minutes=1)
    plan = choose(board(fork, own))
    assert [(job.job_id, why) for job, why in plan.rejects] == [
        ("fork", Rejection.USER_NOT_ALLOWED)
    ]
    assert ids(plan.starts) == ["own"]


@pytest.mark.parametrize(
    ("settings", "is_trusted", "allowed"),
    [
        (Settings(), True, True),
        (Settings(), False, False),
        (Settings(allowed=("ANN",)), False, True),
        (Settings(allowed=("bob",)), False, False),
        (Settings(blocked=("Ann",)), True, False),
        (Settings(allowed=("ann",), blocked=("ann",)), True, False),
    ],
)
def test_a_user_is_known_to_the_repository_or_to_the_customer_and_blocked_by_either_case(
    settings: Settings, is_trusted: bool, allowed: bool
) -> None:
    job = waiting("j", user="aNN", is_trusted=is_trusted)
    assert is_allowed(board(settings=settings).account, job) is allowed


def test_a_newer_job_supersedes_older_ones_of_its_branch_only_where_that_was_chosen() -> None:
    old, mid, new = (waiting(f"j{n}", ref="main", minutes=n) for n in range(3))
    other = waiting("other")
    assert choose(board(old, mid, new, other)).supersedes == ()
    plan = choose(board(old, mid, new, other, settings=Settings(supersedes=True)))
    assert [(job.job_id, by) for job, by in plan.supersedes] == [("j0", "j2"), ("j1", "j2")]
    assert ids(plan.starts) == ["other", "j2"]


def test_the_newest_is_the_one_pushed_last_whatever_its_priority() -> None:
    urgent, new = waiting("urgent", ref="main", priority=9), waiting("new", ref="main", minutes=1)
    plan = choose(board(urgent, new, settings=Settings(supersedes=True)))
    assert [(job.job_id, by) for job, by in plan.supersedes] == [("urgent", "new")]


def test_a_job_that_is_run_again_makes_no_newer_push_needless_and_is_not_made_so() -> None:
    pushed = waiting("pushed", ref="main", minutes=1)
    again = replace(waiting("again", ref="main", minutes=5), pushed_us=0)
    newer = waiting("newer", ref="main", minutes=9)
    plan = choose(board(pushed, again, newer, settings=Settings(supersedes=True)))
    assert [(job.job_id, by) for job, by in plan.supersedes] == [("pushed", "newer")]


def test_a_push_that_comes_late_is_not_newer_than_what_was_pushed_after_it() -> None:
    first = replace(waiting("first", ref="main", minutes=5), pushed_us=microseconds(later(0)))
    second = replace(waiting("second", ref="main", minutes=3), pushed_us=microseconds(later(1)))
    plan = choose(board(first, second, settings=Settings(supersedes=True)))
    assert [(job.job_id, by) for job, by in plan.supersedes] == [("first", "second")]


def test_of_two_pushes_in_one_second_the_later_to_come_is_the_newer() -> None:
    first = replace(waiting("first", ref="main"), pushed_us=microseconds(NOW))
    second = replace(waiting("second", ref="main", minutes=1), pushed_us=microseconds(NOW))
    plan = choose(board(first, second, settings=Settings(supersedes=True)))
    assert [(job.job_id, by) for job, by in plan.supersedes] == [("first", "second")]


def test_what_another_branch_waits_for_is_not_superseded_in_its_own() -> None:
    joined = replace(waiting("joined", ref="main"), is_joined=True)
    plan = choose(board(joined, waiting("new", "main", 1), settings=Settings(supersedes=True)))
    assert plan.supersedes == ()
    assert ids(plan.starts) == ["joined"]
    newest = replace(waiting("newest", "main", 2), is_joined=True)
    plan = choose(board(joined, newest, settings=Settings(supersedes=True)))
    assert plan.supersedes == ()


def test_who_is_blocked_may_have_built_what_somebody_else_asks_for_too() -> None:
    settings = Settings(blocked=("eve",))
    vouched = replace(waiting("vouched", user="eve"), vouchers=("ann",))
    assert choose(board(vouched, settings=settings)).rejects == ()
    among_themselves = choose(board(replace(vouched, vouchers=("Eve",)), settings=settings))
    assert ids([one for one, _ in among_themselves.rejects]) == ["vouched"]
    stranger = replace(waiting("stranger", user="bob", is_trusted=False), vouchers=("ann",))
    assert choose(board(stranger, settings=settings)).rejects == ()


def test_what_runs_is_never_superseded_and_what_is_turned_away_supersedes_nothing() -> None:
    old = waiting("old", ref="main")
    fork = waiting("fork", ref="main", minutes=1, user="eve", is_trusted=False)
    plan = choose(board(running("r", ref="main"), old, fork, settings=Settings(supersedes=True)))
    assert (plan.supersedes, plan.stops) == ((), ())


def test_superseding_does_not_wait_for_a_free_slot() -> None:
    old, new = waiting("old", ref="main"), waiting("new", ref="main", minutes=1)
    plan = choose(board(running("r"), old, new, settings=Settings(slots=1, supersedes=True)))
    assert (len(plan.supersedes), plan.starts) == (1, ())


def test_a_board_is_read_from_its_lines() -> None:
    job = job_after(queued())
    entry = place(job)
    note: dict[str, str | int] = {
        "job": "r",
        "attempt": 2,
        "lane": "7#x",
        "began_ms": 5,
        "until_ms": 9,
    }
    lines = [
        Line(entry.board, COUNT, count=1),
        Line(entry.board, lane_place("7#x"), "r-2", note),
        Line(entry.board, entry.place, entry.owner, dict(entry.note)),
    ]
    known = board_from("acme", lines, "more")
    assert (known.account.settings, known.taken, known.free) == (Settings(), 1, 3)
    assert (ids(known.running), ids(known.waiting)) == (["r"], ["j1"])
    assert known.waiting[0].place == entry.place
    assert (set(known.busy), known.seen_up_to) == ({"7#x"}, "more")


# ---- whatever the board -----------------------------------------------------------------------

refs = st.sampled_from(["main", "dev", "x", "y"])
jobs = st.lists(
    st.builds(
        waiting,
        st.uuids().map(str),
        refs,
        st.integers(0, 600),
        st.integers(1, 9),
        user=st.sampled_from(["ann", "eve"]),
        is_trusted=st.booleans(),
    ),
    max_size=12,
)
runs = st.lists(
    st.builds(running, st.uuids().map(str), refs), max_size=3, unique_by=lambda r: r.ref
)
choices = st.builds(
    Settings,
    slots=st.integers(1, 4),
    supersedes=st.booleans(),
    allowed=st.sampled_from([(), ("eve",)]),
)
boards = st.builds(
    lambda waits, busy, settings: board(*waits, *busy, settings=settings), jobs, runs, choices
)


@for_all(boards)
def test_of_each_branch_at_most_one_job_is_tried_and_none_of_a_busy_one(found: Board) -> None:
    lanes = [one.lane for one in choose(found).starts]
    assert len(lanes) == len(set(lanes))
    assert not found.busy & set(lanes)


@for_all(boards)
def test_no_job_is_both_started_and_ended(found: Board) -> None:
    plan = choose(found)
    ended = [job.job_id for job, _ in (*plan.rejects, *plan.supersedes)]
    assert len(set(ended) | set(ids(plan.starts))) == len(ended) + len(plan.starts)


@for_all(boards)
def test_a_passed_over_job_waits_for_its_branch_and_for_nothing_else(found: Board) -> None:
    """While a slot is free, each job that may run is tried, or something of its branch is."""
    plan = choose(found)
    ended = {job.job_id for job, _ in (*plan.rejects, *plan.supersedes)}
    taken = found.busy | {one.lane for one in plan.starts}
    left = [one for one in found.waiting if one.job_id not in ended]
    assert not found.free or all(one.lane in taken for one in left)


@for_all(boards)
def test_every_superseded_branch_keeps_its_newest_job(found: Board) -> None:
    plan = choose(found)
    ended = {job.job_id for job, _ in plan.supersedes}
    assert not ended & {by for _, by in plan.supersedes}
    for job, by in plan.supersedes:
        newer = next(one for one in found.waiting if one.job_id == by)
        assert newer.lane == job.lane
        assert newer.queued_us >= job.queued_us
