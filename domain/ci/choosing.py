"""Choosing: what is to be done about a customer's board, as one pure function of how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.ci.accounts import Account, Standing
from domain.ci.board import Board, Running, Waiting
from domain.ci.jobs.events import Rejection


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due. `starts` are tried in order until the slots are taken."""

    stops: tuple[Running, ...] = ()
    rejects: tuple[tuple[Waiting, Rejection], ...] = ()
    supersedes: tuple[tuple[Waiting, str], ...] = ()
    starts: tuple[Waiting, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due."""
        return self == Plan()


def choose(board: Board) -> Plan:
    """Say what is due: the first in line whose branch is free, and what may not or need not run."""
    match board.account.standing:
        case Standing.REVOKED:
            rejects = tuple((one, Rejection.ACCOUNT_REVOKED) for one in board.waiting)
            return Plan(stops=board.running, rejects=rejects)
        case Standing.SUSPENDED:
            return Plan()
        case Standing.ACTIVE:
            return _active(board)


def _active(board: Board) -> Plan:
    refused = tuple(
        (one, Rejection.USER_NOT_ALLOWED)
        for one in board.waiting
        if not is_allowed(board.account, one)
    )
    turned_away = {one.job_id for one, _ in refused}
    allowed = [one for one in board.waiting if one.job_id not in turned_away]
    older = _superseded(allowed) if board.account.settings.supersedes else ()
    needless = {one.job_id for one, _ in older}
    ready = [one for one in allowed if one.job_id not in needless]
    return Plan((), refused, older, _first_in_each_lane(ready, board.busy) if board.free else ())


def is_allowed(account: Account, job: Waiting) -> bool:
    """Whether one of those who ask may have it run: known to the repository, or the customer."""
    user = job.user.lower()
    is_known = job.is_trusted or user in map(str.lower, account.settings.allowed)
    asking = {*map(str.lower, job.vouchers), *([user] if is_known else [])}
    return not asking.issubset(map(str.lower, account.settings.blocked))


def _superseded(waiting: Sequence[Waiting]) -> tuple[tuple[Waiting, str], ...]:
    """Pair each job with the newest of its lane, where that is another one.

    The newest is the one that was pushed last, wherever it stands: a priority makes nothing newer.
    A job that somebody had run again is neither newer than a push nor needless for one; and what
    another branch waits for is not needless, however many follow in its own.
    """
    newest: dict[str, Waiting] = {}
    pushed = [one for one in waiting if one.pushed_us]
    for one in pushed:
        newest[one.lane] = max(newest.get(one.lane, one), one, key=_newness)
    return tuple(
        (one, newest[one.lane].job_id)
        for one in pushed
        if not one.is_joined and newest[one.lane] is not one
    )


def _newness(one: Waiting) -> tuple[int, int, str]:
    """GitHub's clock counts seconds, so of two pushes in one the later to come is the newer."""
    return one.pushed_us, one.queued_us, one.job_id


def _first_in_each_lane(ready: Sequence[Waiting], busy: frozenset[str]) -> tuple[Waiting, ...]:
    """Pass over what waits for its branch: it keeps its place and is first when that is free."""
    first: dict[str, Waiting] = {}
    for one in ready:
        if one.lane not in busy:
            first.setdefault(one.lane, one)
    return tuple(first.values())
