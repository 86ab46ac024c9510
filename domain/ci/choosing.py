"""Choosing: what is to be done about a customer's board, as one pure function of how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.ci.accounts import Account, Standing, account_on
from domain.ci.jobs.events import Rejection
from domain.ci.places import ACCOUNT, COUNT, LANE, QUEUE, ref_of
from domain.kernel.boards import Line
from domain.kernel.claims import UNTIL_MS


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in the queue. `rank` is its place's text: smaller starts first.

    `vouchers` may write to the repository and asked for it too. `pushed_us` is how new it is among
    the pushes of its branch, 0 for none of them; `is_joined`: another branch waits for it as well.
    """

    job_id: str
    rank: str
    lane: str
    repository: str
    user: str
    is_trusted: bool
    vouchers: tuple[str, ...]
    priority: int
    attempt: int
    round: int
    queued_us: int
    pushed_us: int
    is_joined: bool

    @property
    def ref(self) -> str:
        """The branch that it waits for."""
        return ref_of(self.lane)


@dataclass(frozen=True, slots=True)
class Running:
    """A run that holds a lane until `until_ms`, unless its runner says that it goes on."""

    job_id: str
    attempt: int
    lane: str
    repository: str
    began_ms: int
    until_ms: int

    @property
    def ref(self) -> str:
        """The branch that it holds."""
        return ref_of(self.lane)


@dataclass(frozen=True, slots=True)
class Standings:
    """A customer's board: the account, slots taken, what runs, and what waits, first in line first.

    `seen_up_to` is where looking stopped; empty when all was seen.
    """

    account: Account
    taken: int
    running: tuple[Running, ...]
    waiting: tuple[Waiting, ...]
    seen_up_to: str = ""

    @property
    def busy(self) -> frozenset[str]:
        """Lanes in which something runs."""
        return frozenset(run.lane for run in self.running)

    @property
    def free(self) -> int:
        """Slots that nobody has."""
        return max(0, self.account.settings.slots - self.taken)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due. `starts` are tried in order until the slots are taken."""

    stops: tuple[Running, ...] = ()
    rejects: tuple[tuple[Waiting, Rejection], ...] = ()
    supersedes: tuple[tuple[Waiting, str], ...] = ()
    starts: tuple[Waiting, ...] = ()


def standings(customer_id: str, lines: Iterable[Line], seen_up_to: str = "") -> Standings:
    """Read a board's lines."""
    account: Line | None = None
    taken = 0
    running: list[Running] = []
    waiting: list[Waiting] = []
    for line in lines:
        if line.place == ACCOUNT:
            account = line
        elif line.place == COUNT:
            taken = line.count
        elif line.place.startswith(LANE):
            running.append(_running(line))
        elif line.place.startswith(QUEUE):
            waiting.append(_waiting(line))
    known = account_on(customer_id, account)
    return Standings(known, taken, tuple(running), tuple(waiting), seen_up_to)


def choose(board: Standings) -> Plan:
    """Say what is due: the first in line whose branch is free, and what may not or need not run."""
    match board.account.standing:
        case Standing.REVOKED:
            rejects = tuple((one, Rejection.ACCOUNT_REVOKED) for one in board.waiting)
            return Plan(stops=board.running, rejects=rejects)
        case Standing.SUSPENDED:
            return Plan()
        case Standing.ACTIVE:
            return _active(board)


def _active(board: Standings) -> Plan:
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
    allowed = {login.lower() for login in account.settings.allowed}
    blocked = {login.lower() for login in account.settings.blocked}
    is_known = job.is_trusted or job.user.lower() in allowed
    asking = (job.user, *job.vouchers) if is_known else job.vouchers
    return any(login.lower() not in blocked for login in asking)


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


def _running(line: Line) -> Running:
    return Running(
        line.text("job"),
        line.number("attempt"),
        line.text("lane"),
        line.text("repository"),
        line.number("began_ms"),
        line.number(UNTIL_MS),
    )


def _waiting(line: Line) -> Waiting:
    return Waiting(
        job_id=line.owner,
        rank=line.place,
        lane=line.text("lane"),
        repository=line.text("repository"),
        user=line.text("user"),
        is_trusted=bool(line.number("trusted")),
        vouchers=tuple(filter(None, line.text("vouchers").split("\n"))),
        priority=line.number("priority"),
        attempt=line.number("attempt"),
        round=line.number("round"),
        queued_us=line.number("queued_us"),
        pushed_us=line.number("pushed_us"),
        is_joined=bool(line.number("joined")),
    )
