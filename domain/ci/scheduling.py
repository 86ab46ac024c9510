"""Scheduling: one look at a customer's board, and what is due of it.

One pass is enough: each commit that it makes, and each that it loses against, wakes the next one.
Every decision made on a look that has grown old fails in its own transaction: on the job's stream,
on the slots, or on the lane.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ci.accounts import SLOTS_MAX, Standing
from domain.ci.board import Board, Waiting, board_from
from domain.ci.choosing import Plan, choose
from domain.ci.jobs.commands import (
    CancelJob,
    ClaimJob,
    JobCommand,
    RejectJob,
    SupersedeJob,
)
from domain.ci.jobs.decide import DECIDER
from domain.ci.places import LEASE, board_of, milliseconds
from domain.ci.ports import CiStreams
from domain.ci.refusals import JobRefusal
from domain.kernel.boards import Boards
from domain.kernel.claims import Share
from domain.kernel.ids import derived_id
from domain.kernel.refused import ClaimTaken, KernelRefusal, Refused
from domain.kernel.transition import Outcome, Request, transition

FIRST_LOOK: Final = SLOTS_MAX + 50
"""Lines of a first look: whatever can run, and some fifty that wait."""
SYSTEM: Final = "waybill"
"""Who asks, where no person does."""

VOID: Final = frozenset[StrEnum](
    {JobRefusal.JOB_NOT_PENDING, JobRefusal.JOB_ENDED, KernelRefusal.COMMAND_ID_REUSED}
)
"""What a job answers to a decision made on an older look at it."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What a pass has done, by job ids."""

    started: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


def schedule(
    streams: CiStreams, customer_id: str, clock: Callable[[], datetime], correlation_id: str
) -> Scheduled:
    """Do what is due on a customer's board. Raises Refused(BUSY), and what the store raises."""
    board = look_at(streams.boards, customer_id)
    plan = choose(board)
    each = _Pass(streams, clock, correlation_id)
    # Ends first: stopped after starting the newest of a branch, the next pass would find no newer
    # one waiting, and would run an older one after it.
    ended = each.end(plan)
    return Scheduled(started=each.start(plan, board), ended=ended, stopped=each.stop(plan))


def look_at(boards: Boards, customer_id: str) -> Board:
    """Read a board: one request, and one more a megabyte where the first shows nothing to start.

    The second look leaves out what waits for a busy branch: thirty jobs of it, or three thousand,
    hide no other branch's. Where newer pushes end older jobs all is read, as any line may be one.
    """
    board = board_of(customer_id)
    first = boards.look(board, FIRST_LOOK)
    lines = list(first.lines)
    seen = board_from(customer_id, lines, first.next_place)
    without = frozenset[str]() if seen.account.settings.supersedes else seen.busy
    while seen.seen_up_to and _more_may_matter(seen):
        beyond = boards.look_beyond(board, seen.seen_up_to, "lane", without)
        lines += beyond.lines
        seen = board_from(customer_id, lines, beyond.next_place)
    return seen


def _more_may_matter(seen: Board) -> bool:
    """Whether what was not seen yet could change what is due."""
    if seen.account.standing is not Standing.ACTIVE:
        return False
    return seen.account.settings.supersedes or (seen.free > 0 and not choose(seen).starts)


@dataclass(frozen=True, slots=True)
class _Pass:
    """Carries a plan out, job by job; what a look was too old for is left to the next pass."""

    streams: CiStreams
    clock: Callable[[], datetime]
    correlation_id: str

    def start(self, plan: Plan, board: Board) -> tuple[str, ...]:
        """Claim jobs in turn until the slots are taken; one whose lane is busy is passed over."""
        started: list[str] = []
        for waiting in plan.starts:
            if len(started) == board.free:
                break
            now = self.clock()
            command = ClaimJob(now, board.account.settings.slots, milliseconds(now + LEASE))
            try:
                if self._done(waiting.job_id, command, f"{waiting.round}.{waiting.attempt + 1}"):
                    started.append(waiting.job_id)
            except ClaimTaken as taken:
                if isinstance(taken.claim, Share):
                    break
        return tuple(started)

    def end(self, plan: Plan) -> tuple[str, ...]:
        """End what may not run, and what a newer job makes needless."""
        now = self.clock()
        due: list[tuple[Waiting, JobCommand]] = [
            *((one, RejectJob(why, now, one.vouchers)) for one, why in plan.rejects),
            *((one, SupersedeJob(newer, now, one.pushed_us)) for one, newer in plan.supersedes),
        ]
        return tuple(
            waiting.job_id
            for waiting, command in due
            if self._done(waiting.job_id, command, f"{waiting.round}")
        )

    def stop(self, plan: Plan) -> tuple[str, ...]:
        """Ask for the end of what runs and no longer may."""
        return tuple(
            run.job_id
            for run in plan.stops
            if self._done(run.job_id, CancelJob(SYSTEM, self.clock()), f"{run.attempt}")
        )

    def _done(self, job_id: str, command: JobCommand, turn: str) -> bool:
        """Carry a command out, once for each turn of a job; False where it was done or is void."""
        command_id = derived_id(type(command).__name__, job_id, turn)
        request = Request(job_id, command, command_id, self.correlation_id, command_id)
        try:
            return transition(self.streams.jobs, DECIDER, request).outcome is Outcome.APPLIED
        except Refused as refusal:
            if refusal.reason in VOID:
                return False
            raise
