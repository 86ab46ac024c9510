"""One pass over a board, on the stores in memory, and passes that look at what is no longer so."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import pytest

from domain.ci.accounts import Settings
from domain.ci.hooks import Change
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.places import LEASE, milliseconds
from domain.ci.ports import CiStreams
from domain.ci.scheduling import FIRST_LOOK, Scheduled
from domain.kernel.boards import Boards, Line, Lines
from tests.support.ci_builders import branch
from tests.support.ci_desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def pushes(desk: Desk, name: str, count: int) -> list[str]:
    """Push commits to one branch, a second apart."""
    made = []
    for number in range(count):
        desk.wait(seconds=1)
        made.append(desk.push(name, f"commit {number}"))
    return made


def test_what_waits_is_started_up_to_the_customers_slots_first_come_first(desk: Desk) -> None:
    jobs = [pushes(desk, f"b{number}", 1)[0] for number in range(6)]
    assert desk.schedule() == Scheduled(started=tuple(jobs[:4]))
    assert (desk.board.queue, desk.board.taken) == (tuple(jobs[4:]), 4)


def test_a_pass_with_nothing_due_does_nothing(desk: Desk) -> None:
    assert desk.schedule() == Scheduled()
    desk.push("main")
    desk.schedule()
    assert desk.schedule() == Scheduled()


def test_a_branch_has_one_run_at_a_time_and_its_next_job_starts_when_that_ends(desk: Desk) -> None:
    first, second = pushes(desk, "main", 2)
    assert desk.schedule().started == (first,)
    assert desk.schedule().started == ()
    desk.finish(first)
    assert desk.schedule().started == (second,)


@pytest.mark.parametrize("backlog", [30, 400])
def test_the_waiting_jobs_of_a_busy_branch_never_hide_another_branchs(
    desk: Desk, backlog: int
) -> None:
    first, *rest = pushes(desk, "main", backlog + 1)
    desk.schedule()
    (other,) = pushes(desk, "other", 1)
    assert desk.schedule().started == (other,)
    desk.finish(first)
    assert desk.schedule().started == (rest[0],)


def test_a_second_look_is_taken_only_when_the_first_shows_nothing_to_start(desk: Desk) -> None:
    pushes(desk, "main", FIRST_LOOK + 10)
    desk.push("other")
    looks = Looks(desk.streams.boards)
    desk.streams = looks.beside(desk)
    desk.schedule()
    assert (looks.first, looks.beyond) == (1, 0)
    desk.schedule()
    assert (looks.first, looks.beyond) == (2, 1)


def test_a_raised_limit_starts_at_once_what_waits(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    jobs = [pushes(desk, f"b{number}", 1)[0] for number in range(4)]
    assert desk.schedule().started == (jobs[0],)
    desk.choose(Settings(slots=3))
    assert desk.schedule().started == (jobs[1], jobs[2])


def test_a_lowered_limit_stops_nothing_and_starts_nothing_until_it_is_kept(desk: Desk) -> None:
    jobs = [pushes(desk, f"b{number}", 1)[0] for number in range(4)]
    desk.choose(Settings(slots=3))
    desk.schedule()
    desk.choose(Settings(slots=1))
    for job_id in jobs[:2]:
        assert desk.schedule() == Scheduled()
        desk.finish(job_id)
    assert desk.schedule() == Scheduled()
    desk.finish(jobs[2])
    assert desk.schedule().started == (jobs[3],)


def test_a_priority_decides_who_is_next_and_moves_nobody_who_runs(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    runs, first, urgent = (pushes(desk, name, 1)[0] for name in ("a", "b", "c"))
    desk.schedule()
    desk.prioritise(urgent, 9)
    assert desk.board.queue == (urgent, first)
    desk.finish(runs)
    assert desk.schedule().started == (urgent,)


def test_the_job_of_a_lost_run_is_first_again(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    jobs = pushes(desk, "main", 3)
    desk.schedule()
    desk.wait(seconds=1)
    desk.beat(jobs[0])
    desk.wait(seconds=91)
    assert desk.sweep().lost == 1
    assert desk.board.queue == tuple(jobs)
    assert desk.schedule().started == (jobs[0],)


def test_a_job_whose_user_is_not_allowed_ends_unstarted_and_starts_once_it_is(desk: Desk) -> None:
    desk.choose(Settings(blocked=("eve",)))
    job_id = desk.push("main", user="Eve")
    assert desk.schedule() == Scheduled(ended=(job_id,))
    assert desk.job(job_id).detail == "user_not_allowed"
    desk.choose(Settings())
    desk.retry(job_id)
    assert desk.schedule().started == (job_id,)


def test_a_suspended_customers_jobs_wait_until_it_is_resumed(desk: Desk) -> None:
    running = desk.push("a")
    desk.schedule()
    desk.change(Change.SUSPENDED)
    waiting = desk.push("b")
    assert desk.schedule() == Scheduled()
    desk.finish(running)
    desk.wait(hours=1)
    desk.change(Change.RESUMED)
    assert desk.schedule().started == (waiting,)


def test_a_revoked_customers_waiting_jobs_end_and_its_runs_are_stopped(desk: Desk) -> None:
    running = desk.push("a")
    desk.schedule()
    waiting = desk.push("b")
    desk.change(Change.REVOKED)
    assert desk.schedule() == Scheduled(ended=(waiting,), stopped=(running,))
    assert desk.schedule() == Scheduled()
    assert desk.beat(running).is_to_stop
    desk.finish(running, conclusion=None)
    assert desk.job(running).cancelled_by == "waybill"


def test_older_waiting_jobs_are_superseded_only_where_that_was_chosen(desk: Desk) -> None:
    jobs = pushes(desk, "main", 4)
    desk.schedule()
    assert desk.board.queue == tuple(jobs[1:])
    desk.choose(Settings(supersedes=True))
    assert desk.schedule() == Scheduled(ended=(jobs[1], jobs[2]))
    assert [desk.job(one).status for one in jobs] == [
        Status.ACTIVE,
        Status.SUPERSEDED,
        Status.SUPERSEDED,
        Status.PENDING,
    ]
    assert desk.job(jobs[1]).detail == jobs[3]


def test_a_newer_job_is_seen_and_supersedes_however_many_wait_before_it(desk: Desk) -> None:
    desk.choose(Settings(supersedes=True))
    jobs = pushes(desk, "main", FIRST_LOOK + 50)
    done = desk.schedule()
    assert set(done.ended) == set(jobs[:-1])
    assert done.started == (jobs[-1],)


# ---- what another pass has done meanwhile ------------------------------------------------------


def test_two_passes_on_one_look_start_each_job_once_and_keep_the_limit(desk: Desk) -> None:
    jobs = [pushes(desk, f"b{number}", 1)[0] for number in range(6)]
    desk.streams = Looks(desk.streams.boards, then=desk.schedule).beside(desk)
    assert desk.schedule().started == ()
    assert desk.board.queue == tuple(jobs[4:])
    assert all(desk.job(one).attempt == 1 for one in jobs[:4])


def test_a_limit_that_is_lowered_during_a_pass_holds_from_the_next_one_on(desk: Desk) -> None:
    jobs = [pushes(desk, f"b{number}", 1)[0] for number in range(4)]
    lower = Looks(desk.streams.boards, then=lambda: desk.choose(Settings(slots=1)))
    desk.streams = lower.beside(desk)
    assert desk.schedule().started == tuple(jobs)
    desk.finish(jobs[0])
    assert desk.schedule() == Scheduled()


def test_a_branch_that_was_taken_after_the_look_is_passed_over_for_the_next(desk: Desk) -> None:
    first, second = pushes(desk, "main", 2)
    (other,) = pushes(desk, "other", 1)

    def meanwhile() -> None:
        desk.cancel(first)
        desk.schedule()  # Starts second on the same branch, and other.
        desk.finish(other)
        desk.retry(other)

    desk.streams = Looks(desk.streams.boards, then=meanwhile).beside(desk)
    assert desk.schedule().started == ()
    assert (desk.board.queue, list(desk.board.runs)) == ((other,), [branch("main")])
    assert desk.job(second).status is Status.ACTIVE
    assert desk.schedule().started == (other,)


def test_a_branch_may_be_called_as_the_counter_of_slots_is(desk: Desk) -> None:
    (busy,) = pushes(desk, "x/count", 1)
    (other,) = pushes(desk, "other", 1)

    def meanwhile() -> None:
        desk.choose(Settings(slots=1))
        urgent = desk.push("x/count", "urgent")
        desk.prioritise(urgent, 9)
        assert desk.schedule().started == (urgent,)
        desk.choose(Settings(slots=4))

    desk.streams = Looks(desk.streams.boards, then=meanwhile).beside(desk)
    assert desk.schedule().started == (other,)
    assert desk.job(busy).status is Status.PENDING


@pytest.mark.parametrize("way", ["cancelled", "ended", "claimed"])
def test_a_job_that_has_moved_on_since_the_look_is_left_alone(desk: Desk, way: str) -> None:
    job_id = desk.push("main")

    def meanwhile() -> None:
        if way == "cancelled":
            desk.cancel(job_id)
            return
        desk.schedule()
        if way == "ended":
            desk.finish(job_id, Conclusion.FAILED, 1)

    before = Looks(desk.streams.boards, then=meanwhile)
    desk.streams = before.beside(desk)
    assert desk.schedule() == Scheduled()
    assert desk.job(job_id).attempt == (way != "cancelled")


def test_a_lease_begins_with_the_claim(desk: Desk) -> None:
    desk.push("main")
    desk.schedule()
    (run,) = desk.look().running
    assert (run.began_ms, run.until_ms) == (
        milliseconds(desk.now),
        milliseconds(desk.now + LEASE),
    )


@dataclass
class Looks:
    """Counts looks at boards; `then` happens once, right after the first one."""

    boards: Boards
    then: Callable[[], object] | None = None
    first: int = 0
    beyond: int = 0

    def beside(self, desk: Desk) -> CiStreams:
        """Return the desk's streams, their boards looked at through this."""
        return replace(desk.streams, boards=self)

    def look(self, board: str, most: int) -> Lines:
        self.first += 1
        lines = self.boards.look(board, most)
        then, self.then = self.then, None
        if then:
            then()
        return lines

    def look_beyond(self, board: str, place: str, name: str, without: Collection[str]) -> Lines:
        self.beyond += 1
        return self.boards.look_beyond(board, place, name, without)

    def extend(self, board: str, place: str, owner: str, until_ms: int) -> bool:
        return self.boards.extend(board, place, owner, until_ms)

    def strike(self, board: str, place: str, name: str) -> None:
        self.boards.strike(board, place, name)

    def scan(self) -> Iterator[Line]:
        return self.boards.scan()
