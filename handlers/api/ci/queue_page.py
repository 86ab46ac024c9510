"""What a queue's page says: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.ci.accounts import Notify, Settings, Standing
from domain.ci.choosing import Running, Waiting
from domain.ci.places import AGING_S_MAX, branch_of
from handlers.api.ci.answers import from_microseconds, from_milliseconds
from handlers.api.ci.board import BlockedBy
from handlers.api.ci.board import QueuePage as QueueRead
from handlers.api.ci.text import between, counted
from handlers.durations import lasting

_WHY: Final = {
    BlockedBy.BRANCH: "its branch",
    BlockedBy.SLOTS: "a free slot",
    BlockedBy.SUSPENDED: "the app, which is suspended",
    None: "its turn, which is now",
}
_MAILS: Final = {
    Notify.ALL: "of every end",
    Notify.FAILURES: "of failures only",
    Notify.NONE: "of nothing",
}
_STANDINGS: Final = {
    Standing.ACTIVE: "",
    Standing.SUSPENDED: "The app is suspended at GitHub: what waits goes on waiting.",
    Standing.REVOKED: "The app is no longer installed: nothing runs until it is.",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A row of what runs."""

    job_id: str
    repository: str
    branch: str
    attempt: int
    began: datetime
    lasts: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A row of what waits."""

    position: str
    job_id: str
    repository: str
    branch: str
    user: str
    priority: int
    queued: datetime
    lasts: str
    why: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A queue, in the words and the order of its page."""

    customer_id: str
    trouble: str
    taken: int
    total: int
    running: Sequence[Run]
    waiting: Sequence[Wait]
    is_first: bool
    next_cursor: str | None
    rules: Sequence[str]


def queue_page(page: QueueRead, next_cursor: str | None, now: datetime) -> QueuePage:
    """Say what a queue's page shows, at a time."""
    account, board = page.board.account, page.board
    return QueuePage(
        customer_id=account.customer_id,
        trouble=_STANDINGS[account.standing],
        taken=board.taken,
        total=account.settings.slots,
        running=[_run(one, now) for one in sorted(board.running, key=_began)],
        waiting=[
            _wait(one, position, page.blocked[one.job_id], now)
            for position, one in enumerate(page.waiting, start=page.position)
        ],
        is_first=page.position == 1,
        next_cursor=next_cursor,
        rules=_rules(account.settings),
    )


def _began(one: Running) -> tuple[int, str]:
    return one.began_ms, one.job_id


def _run(one: Running, now: datetime) -> Run:
    began = from_milliseconds(one.began_ms)
    return Run(
        one.job_id, one.repository, branch_of(one.ref), one.attempt, began, between(began, now)
    )


def _wait(one: Waiting, position: int, blocked_by: BlockedBy | None, now: datetime) -> Wait:
    queued = from_microseconds(one.queued_us)
    return Wait(
        position=f"{position:,}",
        job_id=one.job_id,
        repository=one.repository,
        branch=branch_of(one.ref),
        user=one.user,
        priority=one.priority,
        queued=queued,
        lasts=between(queued, now),
        why=_WHY[blocked_by],
    )


def _rules(settings: Settings) -> list[str]:
    """Say how the queue is worked through."""
    rules = [
        f"Up to {counted(settings.slots, 'job')} at once, one for each branch.",
        "A higher priority always goes first."
        if settings.aging_s == AGING_S_MAX
        else f"A level of priority is worth {lasting(settings.aging_s)} of waiting.",
    ]
    if settings.supersedes:
        rules.append("A newer push ends older waiting jobs of its branch.")
    return [*rules, f"Users get mail {_MAILS[settings.notify]}."]
