"""A customer's board, read: the account, how many slots are taken, what runs, and what waits.

`jobs/claiming.py` writes these lines, and `accounts.py` the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from domain.ci.accounts import Account, account_on
from domain.ci.places import ACCOUNT, COUNT, LANE, LEASE, QUEUE, ref_of
from domain.kernel.boards import Line
from domain.kernel.claims import UNTIL_MS


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in the queue. `place` is where it stands: the smaller starts first.

    `vouchers` may write to the repository and asked for it too. `pushed_us` is how new it is among
    the pushes of its branch, 0 for none of them; `is_joined`: another branch waits for it as well.
    """

    job_id: str
    place: str
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
    def is_unheard(self) -> bool:
        """Whether nobody has heard of it since it was claimed: it may never have been started."""
        return self.until_ms == self.began_ms + LEASE // timedelta(milliseconds=1)

    @property
    def ref(self) -> str:
        """The branch that it holds."""
        return ref_of(self.lane)


@dataclass(frozen=True, slots=True)
class Board:
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


def board_from(customer_id: str, lines: Iterable[Line], seen_up_to: str = "") -> Board:
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
    return Board(known, taken, tuple(running), tuple(waiting), seen_up_to)


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
        place=line.place,
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
