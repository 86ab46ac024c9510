"""Where a customer's work stands: the names of boards and of the places on them.

A customer's board is read in the order of its places: the account, how many slots are taken, what
runs in each lane, and what waits, first the job that is to start first.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

ACCOUNT: Final = "account"
COUNT: Final = "count"
LANE: Final = "lane#"
QUEUE: Final = "queue#"
OWED: Final = "owed#"
_BOARD: Final = "ci#"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_US: Final = 1_000_000

PRIORITY_NORMAL: Final = 5
PRIORITIES: Final = range(1, 10)
"""1 is lowest, 9 highest. Hooks make jobs of normal priority; people change it."""
LEASE: Final = timedelta(seconds=90)
"""How long a run is believed to go on without a word; its runner speaks three times as often."""
AGING_S_MAX: Final = 10_000_000
"""115 days a level: nothing waits that long, so this is strict priority."""


def board_of(customer_id: str) -> str:
    """Name a customer's board."""
    return f"{_BOARD}{customer_id}"


def customer_of(board: str) -> str:
    """Return whose board it is; empty for any other board."""
    return board.removeprefix(_BOARD) if board.startswith(_BOARD) else ""


def lane_of(repository_id: str, ref: str) -> str:
    """Name the lane that one branch's builds take, one at a time."""
    return f"{repository_id}#{ref}"


def ref_of(lane: str) -> str:
    """Return the branch whose lane it is."""
    return lane.partition("#")[2]


def branch_of(ref: str) -> str:
    """Return a branch's or a tag's name as people say it."""
    return ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


def lane_place(lane: str) -> str:
    """Name the place of what runs in a lane."""
    return f"{LANE}{lane}"


def queue_place(key_us: int, job_id: str) -> str:
    """Name a place in the queue: earlier keys stand first, and of equal ones any."""
    return f"{QUEUE}{key_us:017d}#{job_id}"


def owed_board(job_id: str) -> str:
    """Name the board of what a job's ends still owe."""
    return f"{OWED}{job_id}"


def queue_key_us(queued: datetime, priority: int, aging_s: int) -> int:
    """Return when a job would have had to come, at normal priority, to stand where it stands.

    A level of priority is worth `aging_s` of waiting: a job is overtaken only by jobs of a higher
    priority that came less than that much later, so by finitely many, and it never starves. Of
    equal priority the first comes first. Normal priority needs no setting to know its place.
    """
    return microseconds(queued) - (priority - PRIORITY_NORMAL) * aging_s * _SECOND_US


def microseconds(at: datetime) -> int:
    """Count from 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def milliseconds(at: datetime) -> int:
    """Count from 1970."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
