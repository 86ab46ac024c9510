from datetime import timedelta

import pytest

from adapters.memory.boards import MemoryBoards
from adapters.memory.event_store import Shared
from domain.ci.debts import Debt, is_owed, owe, strike, strike_one
from domain.kernel.boards import Line
from domain.kernel.times import UNKNOWN_TIME, When
from tests.support.builders import NOW

ALL = set(Debt)


@pytest.fixture
def boards() -> MemoryBoards:
    """Boards on which three ends of j1 and one of another job owe everything."""
    shared = Shared()
    for job_id, end in (("j1", 1), ("j1", 2), ("j1", 3), ("j10", 1)):
        entry = owe(job_id, end, When(NOW))
        line = Line(entry.board, entry.place, entry.owner, dict(entry.note))
        shared.lines[entry.board, entry.place] = line
    return MemoryBoards(shared)


def owed(boards: MemoryBoards, job_id: str) -> list[set[Debt]]:
    return [
        {debt for debt in Debt if is_owed(boards, job_id, end, debt)}
        for end in range(1, 4 if job_id == "j1" else 2)
    ]


def test_an_end_owes_three_things_and_says_under_each_when_it_was() -> None:
    note = dict(owe("j1", 1, When(NOW + timedelta(milliseconds=7))).note)
    at_ms = int(NOW.timestamp()) * 1000 + 7
    assert note == {"bus": at_ms, "status": at_ms, "mail": at_ms}


def test_an_end_of_an_unknown_time_was_long_ago() -> None:
    assert set(dict(owe("j1", 1, UNKNOWN_TIME).note).values()) == {0}


def test_a_debt_is_struck_of_an_end_and_of_those_before_it(boards: MemoryBoards) -> None:
    strike(boards, "j1", 2, Debt.MAIL)
    assert owed(boards, "j1") == [ALL - {Debt.MAIL}, ALL - {Debt.MAIL}, ALL]
    assert owed(boards, "j10") == [ALL]


def test_one_ends_debt_is_struck_alone(boards: MemoryBoards) -> None:
    strike_one(boards, "j1", 2, Debt.BUS)
    assert owed(boards, "j1") == [ALL, ALL - {Debt.BUS}, ALL]


def test_what_is_struck_twice_or_was_never_owed_changes_nothing(boards: MemoryBoards) -> None:
    for _ in range(2):
        strike(boards, "j1", 9, Debt.STATUS)
        strike(boards, "j2", 1, Debt.STATUS)
    assert owed(boards, "j1") == [ALL - {Debt.STATUS}] * 3


def test_an_end_whose_debts_are_all_struck_leaves_no_line(boards: MemoryBoards) -> None:
    for debt in Debt:
        strike(boards, "j1", 3, debt)
    assert boards.look("owed#j1", 9).lines == ()
