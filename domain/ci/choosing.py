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
    """A job in the queue. `rank` is its place's text: smaller starts first."""

    job_id: str
    rank: str
    lane: str
    repository: str
    user: str
    is_trusted: bool
    priority: int
    attempt: int
    round: int
    queued_us: int

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
    """Whether a job's user may have it run: known to the repository, or to the customer."""
    user = job.user.lower()
    if user in map(str.lower, account.settings.blocked):
        return False
    return job.is_trusted or user in map(str.lower, account.settings.allowed)


def _superseded(waiting: Sequence[Waiting]) -> tuple[tuple[Waiting, str], ...]:
    """Pair each job with the newest of its lane, where that is another one.

    The newest is the one that was queued last, wherever it stands: a priority makes nothing newer.
    A job that somebody had run again is neither newer than a push nor needless for one.
    """
    newest: dict[str, Waiting] = {}
    pushed = [one for one in waiting if one.round == 0]
    for one in pushed:
        known = newest.setdefault(one.lane, one)
        if (one.queued_us, one.job_id) > (known.queued_us, known.job_id):
            newest[one.lane] = one
    return tuple((one, newest[one.lane].job_id) for one in pushed if newest[one.lane] is not one)


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
        priority=line.number("priority"),
        attempt=line.number("attempt"),
        round=line.number("round"),
        queued_us=line.number("queued_us"),
    )
