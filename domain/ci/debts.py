"""Debts: what the ends of a job still owe, a line an end on a board of the job's own.

An end puts its line there in one write with itself, and whoever has paid a debt strikes it off: a
line that stands says what to do again, however we stopped. The line says under each debt when the
end was, in milliseconds since 1970, so its age is known without its job.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.ci.places import milliseconds, owed_board
from domain.kernel.boards import Boards
from domain.kernel.claims import Entry
from domain.kernel.times import When

_ENDS_LOOKED_AT: Final = 1_000
"""More than anybody retries a job while nothing can be told; they are one request all the same."""


OWED_FOR: Final = timedelta(days=3)
"""How old an end is when trouble with its debts is believed: a weekend, or anybody's outage."""


class Debt(StrEnum):
    """What an end owes, by the name under which its line says so."""

    BUS = "bus"  # An event to other teams.
    STATUS = "status"  # How it ended, to GitHub.
    MAIL = "mail"  # The same, to its user.


def owe(job_id: str, end: int, at: When) -> Entry:
    """Return the line of an end, counted from 1, that was `at`; an unknown time is long ago."""
    at_ms = milliseconds(at.utc) if at.utc else 0
    note = tuple((debt.value, at_ms) for debt in Debt)
    return Entry(owed_board(job_id), str(end), job_id, note=note)


def is_past_paying(ended: When | None, now: datetime) -> bool:
    """Whether an end is so old that what still cannot be paid of it is given up."""
    return ended is not None and ended.utc is not None and now - ended.utc > OWED_FOR


def is_owed(boards: Boards, job_id: str, end: int, debt: Debt) -> bool:
    """Whether an end still owes this."""
    lines = boards.look(owed_board(job_id), _ENDS_LOOKED_AT).lines
    return any(line.place == str(end) and debt in line.note for line in lines)


def strike(boards: Boards, job_id: str, end: int, debt: Debt) -> None:
    """Strike the debt of an end and of those before it, which are old news by now."""
    if end == 1:  # Nearly always: then there is no other line to look for.
        strike_one(boards, job_id, end, debt)
        return
    for line in boards.look(owed_board(job_id), _ENDS_LOOKED_AT).lines:
        if debt in line.note and int(line.place) <= end:
            strike_one(boards, job_id, int(line.place), debt)


def strike_one(boards: Boards, job_id: str, end: int, debt: Debt) -> None:
    """Strike the debt of one end alone: no later event speaks for an earlier one."""
    boards.strike(owed_board(job_id), str(end), debt.value)
