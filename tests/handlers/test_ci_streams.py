"""CI's two readers of its stream, over memory ports."""

from collections.abc import Callable

import pytest

from domain.ci.debts import Debt
from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.running import record
from domain.kernel.boards import Lines
from domain.kernel.commits import Commit
from domain.published.events import CiJobEnded
from handlers.streams.batch import Arrived, Consumer
from handlers.streams.ci import broadcast, schedule
from tests.support.ci_memory import CiInMemory
from tests.support.ci_tables import push_body
from tests.support.world import unread


@pytest.fixture
def ci() -> CiInMemory:
    return CiInMemory()


def scheduling(ci: CiInMemory) -> Consumer:
    return schedule.consumer(ci.streams, ci.parking, unread, ci.clock)


def broadcasting(ci: CiInMemory) -> Consumer:
    return broadcast.consumer(ci.streams, ci.bus, ci.notices, ci.parking, unread)


def arrived(ci: CiInMemory) -> list[Arrived]:
    commits: list[Commit[object]] = [one for many in ci.shared.commits.values() for one in many]
    return [Arrived(str(n), commit, None) for n, commit in enumerate(commits)]


def push(ci: CiInMemory, number: int, owner: str = "octo") -> str:
    body = push_body(number, f"b{number}", f"{number:040x}", owner)
    return str(ci.post("push", body)["body"]["job_id"])


def test_a_batch_schedules_each_of_its_customers_once(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [push(ci, n, owner) for n, owner in ((1, "one"), (2, "one"), (3, "two"))]
    looks: list[str] = []
    look = ci.streams.boards.look

    def looked(board: str, most: int) -> Lines:
        looks.append(board)
        return look(board, most)

    monkeypatch.setattr(ci.streams.boards, "look", looked)
    assert scheduling(ci).handle(arrived(ci)) == frozenset()
    assert looks == ["ci#one", "ci#two"]
    assert {ci.job(job_id).status for job_id in jobs} == {Status.ACTIVE}


def test_a_customer_whose_turn_fails_keeps_no_other_from_its_turn(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = push(ci, 1, "one"), push(ci, 2, "two")
    look = ci.streams.boards.look

    def down_for_one(board: str, most: int) -> Lines:
        if board == "ci#one":
            raise TimeoutError
        return look(board, most)

    monkeypatch.setattr(ci.streams.boards, "look", down_for_one)
    assert scheduling(ci).handle(arrived(ci)) == frozenset({0})
    assert ci.job(first).status is Status.PENDING
    assert ci.job(second).status is Status.ACTIVE


def test_records_of_hooks_wake_nobody(ci: CiInMemory) -> None:
    ci.post("ping", b"{}")
    assert scheduling(ci).handle(arrived(ci)) == frozenset()


def end(ci: CiInMemory) -> str:
    job_id = push(ci, 1)
    scheduling(ci).handle(arrived(ci))
    record(ci.streams, job_id, RecordResult(1, Conclusion.PASSED, 0, ci.clock()), "test")
    return job_id


def test_every_commit_is_noticed_and_only_an_end_is_published(ci: CiInMemory) -> None:
    job_id = end(ci)
    assert broadcasting(ci).handle(arrived(ci)) == frozenset()
    assert [notice.types for notice in ci.notices.sent] == [
        ("JobQueued",),
        ("JobClaimed",),
        ("JobFinished",),
    ]
    (sent,) = ci.bus.sent
    assert isinstance(sent.event, CiJobEnded)
    assert (sent.event.job_id, sent.event.outcome, sent.sequence) == (job_id, "passed", 1)
    assert sent.event_id == f"job.{job_id}.1"


def test_an_end_that_was_published_is_no_longer_owed_to_the_bus(ci: CiInMemory) -> None:
    job_id = end(ci)
    broadcasting(ci).handle(arrived(ci))
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert Debt.BUS not in line.note


def no_route(_: object) -> frozenset[int]:
    raise ConnectionError


@pytest.mark.parametrize("publish", [lambda _: frozenset({0}), no_route])
def test_an_end_that_the_bus_did_not_take_stays_owed_and_nobody_is_woken_twice_for_it(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch, publish: Callable[[object], frozenset[int]]
) -> None:
    job_id = end(ci)
    with monkeypatch.context() as patched:
        patched.setattr(ci.bus, "publish", publish)
        assert broadcasting(ci).handle(arrived(ci)) == frozenset()
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert Debt.BUS in line.note
    assert broadcast.publish_ends(ci.streams, ci.bus, job_id)
    assert len(ci.bus.sent) == 1
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert Debt.BUS not in line.note
