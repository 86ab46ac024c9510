"""A customer's board, read in order and as far as somebody wants to see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from domain.ci.accounts import SLOTS_MAX, Standing
from domain.ci.board import Board, Waiting, board_from
from domain.ci.choosing import choose
from domain.ci.places import QUEUE, board_of
from domain.kernel.boards import Boards, Line

BEFORE_QUEUE: Final = SLOTS_MAX + 2
"""Lines that can stand before the first job that waits: the account, the count, and what runs."""
_FIRST_LOOK: Final = BEFORE_QUEUE + 50


class BlockedBy(StrEnum):
    """What a job waits for, where it is not about to start or to be turned away."""

    BRANCH = "branch"
    SLOTS = "slots"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class After:
    """Where the page before ended: its last job's place, and that job's position at the time."""

    place: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A board, and some of what waits on it; the first of `waiting` stands at `position`.

    `is_known`: something stands on the board, as it does for ever once a job has run.
    """

    board: Board
    waiting: Sequence[Waiting]
    position: int
    blocked: Mapping[str, BlockedBy | None]
    has_more: bool
    is_known: bool

    @property
    def end(self) -> After:
        """Where this page ends."""
        return After(self.waiting[-1].place, self.position + len(self.waiting) - 1)


def queue_page(boards: Boards, customer_id: str, limit: int, after: After) -> QueuePage:
    """Read a board from its front to the end of a page, strongly consistent.

    From the front, however far the page is down: so positions are those of now, and why a job waits
    is known. One request in the ordinary case.
    """
    lines: list[Line] = []
    before, shown, has_more = 0, 0, False
    most = BEFORE_QUEUE + after.position + limit + 1
    for line in lines_of(boards, board_of(customer_id), most):
        if line.place.startswith(QUEUE):
            is_before = line.place <= after.place
            if shown == limit and not is_before:
                has_more = True
                break
            before += is_before
            shown += not is_before
        lines.append(line)
    board = board_from(customer_id, lines)
    waiting = board.waiting[before:]
    return QueuePage(board, waiting, before + 1, blocked(board), has_more, bool(lines))


def blocked(board: Board) -> dict[str, BlockedBy | None]:
    """Say what each waiting job waits for, by what would be started were all slots free."""
    if board.account.standing is Standing.SUSPENDED:
        return dict.fromkeys((one.job_id for one in board.waiting), BlockedBy.SUSPENDED)
    plan = choose(replace(board, taken=0))
    turned_away = {one.job_id for one, _ in (*plan.rejects, *plan.supersedes)}
    turns = {one.job_id: turn for turn, one in enumerate(plan.starts, start=1)}

    def reason(job_id: str) -> BlockedBy | None:
        if job_id in turned_away:
            return None
        if job_id not in turns:
            return BlockedBy.BRANCH
        return None if turns[job_id] <= board.free else BlockedBy.SLOTS

    return {one.job_id: reason(one.job_id) for one in board.waiting}


def lines_of(boards: Boards, board: str, most: int = _FIRST_LOOK) -> Iterator[Line]:
    """Yield a board's lines in order: at most `most` from the first request, then a megabyte each.

    Each request is strongly consistent; a job that moves between two of them may be missed.
    """
    page = boards.look(board, most)
    yield from page.lines
    while page.next_place:
        page = boards.look_beyond(board, page.next_place, "lane", ())
        yield from page.lines


def waiting_lines(boards: Boards, board: str) -> Iterator[Line]:
    """Yield the lines of what waits, first in line first."""
    return (line for line in lines_of(boards, board) if line.place.startswith(QUEUE))
