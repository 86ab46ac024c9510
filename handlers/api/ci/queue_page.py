"""What a queue's page says: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.ci.accounts import Notify, Settings, Standing
from domain.ci.board import Running, Waiting
from domain.ci.pages import Keys, page_path
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

    path: str
    repository: str
    branch: str
    attempt: int
    began: datetime
    lasts: str


@dataclass(frozen=True, slots=True)
class Wait:
    """A row of what waits."""

    position: str
    path: str
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
    is_known: bool
    trouble: str
    taken: int
    total: int
    running: Sequence[Run]
    waiting: Sequence[Wait]
    is_first: bool
    next_cursor: str | None
    rules: Sequence[str]


def queue_page(page: QueueRead, next_cursor: str | None, keys: Keys, now: datetime) -> QueuePage:
    """Say what a queue's page shows, at a time; `keys` open the jobs that it links to."""
    account, board = page.board.account, page.board
    return QueuePage(
        customer_id=account.customer_id,
        is_known=page.is_known,
        trouble=_STANDINGS[account.standing],
        taken=board.taken,
        total=account.settings.slots,
        running=[_run(one, keys, now) for one in sorted(board.running, key=_began)],
        waiting=[
            _wait(one, position, page.blocked[one.job_id], keys, now)
            for position, one in enumerate(page.waiting, start=page.position)
        ],
        is_first=page.position == 1,
        next_cursor=next_cursor,
        rules=_rules(account.settings),
    )


def _began(one: Running) -> tuple[int, str]:
    return one.began_ms, one.job_id


def _run(one: Running, keys: Keys, now: datetime) -> Run:
    began = from_milliseconds(one.began_ms)
    return Run(
        path=_path(one.job_id, keys),
        repository=one.repository,
        branch=branch_of(one.ref),
        attempt=one.attempt,
        began=began,
        lasts=between(began, now),
    )


def _path(job_id: str, keys: Keys) -> str:
    return page_path(job_id, keys.of_job(job_id))


def _wait(
    one: Waiting, position: int, blocked_by: BlockedBy | None, keys: Keys, now: datetime
) -> Wait:
    queued = from_microseconds(one.queued_us)
    return Wait(
        position=f"{position:,}",
        path=_path(one.job_id, keys),
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
