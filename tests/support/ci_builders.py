"""Small builders for CI: what has happened to a job, and what may be asked of it.

The ordinary job: j1, a push of acme to the branch main of its repository acme/shop, by ann.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from domain.ci.accounts import Account, Settings, Standing
from domain.ci.board import Board, Running, Waiting
from domain.ci.hooks import Build, Hook, Push, Repository, Told, Trigger
from domain.ci.jobs import commands as c
from domain.ci.jobs import events as e
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.state import Job, Status
from domain.ci.places import (
    COUNT,
    LEASE,
    PRIORITY_NORMAL,
    board_of,
    lane_of,
    lane_place,
    microseconds,
    milliseconds,
    owed_board,
    queue_key_us,
    queue_place,
)
from domain.kernel.claims import AnyClaim, ClaimAction, Entry, Share
from domain.kernel.times import When
from tests.support.builders import AT, NOW
from tests.support.given import Past, flat

CUSTOMER: Final = "acme"
BOARD: Final = board_of(CUSTOMER)
REPOSITORY: Final = Repository("7", "acme/shop")
MAIN: Final = "refs/heads/main"
LANE: Final = lane_of("7", MAIN)
SHA: Final = "a" * 40
RELEASE: Final = ClaimAction.RELEASE


def later(minutes: float) -> datetime:
    """Return the time so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def branch(name: str) -> str:
    return f"refs/heads/{name}"


# ---- Hooks ----------------------------------------------------------------------------------


def build(
    ref: str = MAIN,
    sha: str = SHA,
    trigger: Trigger = Trigger.PUSH,
    user: str = "ann",
    is_trusted: bool = True,
) -> Build:
    return Build(CUSTOMER, REPOSITORY, ref, sha, trigger, user, is_trusted)


def push(ref: str = MAIN, sha: str = SHA, message: str = "Mend it") -> Push:
    return Push(REPOSITORY, ref, sha, message)


def hook(told: Told, user: str = "ann", event: str = "push", customer_id: str = CUSTOMER) -> Hook:
    return Hook(event, customer_id, told, getattr(told, "action", ""), user, REPOSITORY)


# ---- What has happened to a job -------------------------------------------------------------


def queued(job_id: str = "j1", ref: str = MAIN, at: When = AT) -> e.JobQueued:
    return e.JobQueued(
        job_id=job_id,
        customer_id=CUSTOMER,
        repository_id="7",
        repository="acme/shop",
        ref=ref,
        sha=SHA,
        trigger=Trigger.PUSH,
        user="ann",
        at=at,
        body_sha256=f"body-{job_id}",
    )


def claimed(attempt: int = 1, slots: int = 4, at: When = AT) -> e.JobClaimed:
    assert at.utc is not None
    return e.JobClaimed(attempt, slots, milliseconds(at.utc + LEASE), at)


def stopping(by: str = "ann") -> e.CancellationRequested:
    return e.CancellationRequested(by, AT)


def passed(attempt: int = 1) -> e.JobFinished:
    return e.JobFinished(attempt, e.Conclusion.PASSED, 0, AT)


def failed(attempt: int = 1, exit_code: int = 1) -> e.JobFinished:
    return e.JobFinished(attempt, e.Conclusion.FAILED, exit_code, AT)


def cancelled(by: str = "ann") -> e.JobCancelled:
    return e.JobCancelled(by, AT)


def superseded(by_job: str = "j2") -> e.JobSuperseded:
    return e.JobSuperseded(by_job, AT)


def rejected(reason: e.Rejection = e.Rejection.USER_NOT_ALLOWED) -> e.JobRejected:
    return e.JobRejected(reason, AT)


def lost(attempt: int = 1) -> e.RunLost:
    return e.RunLost(attempt, AT)


def lost_again(times: int, first: int = 1) -> tuple[e.JobEvent, ...]:
    """Return so many runs that were claimed and lost."""
    pairs = [(claimed(first + number), lost(first + number)) for number in range(times)]
    return tuple(event for pair in pairs for event in pair)


def given_up() -> tuple[e.JobEvent, ...]:
    return (*lost_again(3), claimed(4), lost(4), e.JobGivenUp(4, AT))


def retried(by: str = "ann", at: When = AT) -> e.JobRetried:
    return e.JobRetried(by, at)


def prioritised(priority: int, aging_s: int = 600) -> e.PriorityChanged:
    return e.PriorityChanged(priority, queue_key_us(NOW, priority, aging_s), "ann", AT)


ENDED: Final[dict[Status, tuple[e.JobEvent, ...]]] = {
    Status.PASSED: (queued(), claimed(), passed()),
    Status.FAILED: (queued(), claimed(), failed()),
    Status.LOST: (queued(), *given_up()),
    Status.CANCELLED: (queued(), cancelled()),
    Status.SUPERSEDED: (queued(), superseded()),
    Status.REJECTED: (queued(), rejected()),
}
"""A way to each end."""


def job_after(*past: Past) -> Job:
    """Fold a job's events."""
    events: list[Any] = list(flat(past))
    job = DECIDER.fold.over(events)
    assert isinstance(job, Job)
    return job


# ---- What is asked of a job -----------------------------------------------------------------


def queue(job_id: str = "j1", wanted: Build | None = None) -> c.QueueJob:
    return c.QueueJob(job_id, wanted or build(), f"body-{job_id}", NOW)


def supersede(by_job: str = "j2", pushed: datetime = NOW) -> c.SupersedeJob:
    return c.SupersedeJob(by_job, NOW, microseconds(pushed))


def claim(slots: int = 4, now: datetime = NOW) -> c.ClaimJob:
    return c.ClaimJob(now, slots, milliseconds(now + LEASE))


def cancel(by: str = "ann") -> c.CancelJob:
    return c.CancelJob(by, NOW)


def result(
    attempt: int = 1, conclusion: e.Conclusion | None = e.Conclusion.PASSED, exit_code: int = 0
) -> c.RecordResult:
    return c.RecordResult(attempt, conclusion, exit_code, NOW)


def lose(attempt: int = 1, now: datetime = NOW) -> c.LoseRun:
    return c.LoseRun(attempt, now)


def retry(by: str = "ann", now: datetime = NOW) -> c.RetryJob:
    return c.RetryJob(by, now)


def prioritise(priority: int, aging_s: int = 600) -> c.SetPriority:
    return c.SetPriority(priority, "ann", NOW, aging_s)


# ---- What it claims -------------------------------------------------------------------------


def claims_of(command: c.JobCommand, *past: Past) -> list[AnyClaim]:
    """Return what the commit that answers a command takes and releases."""
    events: list[Any] = list(flat(past))
    state = DECIDER.fold.over(events)
    return list(DECIDER.claims(state, DECIDER.decide(command, state)))


def place(job: Job, action: ClaimAction = ClaimAction.TAKE) -> Entry:
    """Return a job's place in the queue, with the note that it has while it waits."""
    note = (
        ("lane", job.lane),
        ("repository", job.repository),
        ("user", job.user),
        ("trusted", int(job.is_trusted)),
        ("vouchers", "\n".join(job.vouchers)),
        ("priority", job.priority),
        ("attempt", job.attempt),
        ("round", job.round),
        ("queued_us", microseconds(job.queued_at.utc or NOW)),
        ("pushed_us", job.pushed_us),
        ("joined", int(job.is_joined)),
    )
    where = queue_place(job.key_us, job.job_id)
    return Entry(BOARD, where, job.job_id, action, () if action is RELEASE else note)


def lane(run: str, lapsed_ms: int | None = None) -> Entry:
    """Return the release of the main branch's lane."""
    return Entry(BOARD, lane_place(LANE), run, RELEASE, lapsed_ms=lapsed_ms)


def slot(most: int = 4) -> Share:
    return Share(BOARD, COUNT, most)


SLOT_BACK: Final = Share(BOARD, COUNT, action=RELEASE)


def debts(job_id: str = "j1", end: int = 1, at: datetime = NOW) -> Entry:
    """Return what an end owes, under each debt when it was."""
    at_ms = milliseconds(at)
    note = (("bus", at_ms), ("status", at_ms), ("mail", at_ms))
    return Entry(owed_board(job_id), str(end), job_id, note=note)


# ---- How a board stands ---------------------------------------------------------------------


def waiting(
    job_id: str,
    ref: str = "",
    minutes: float = 0,
    priority: int = PRIORITY_NORMAL,
    aging_s: int = 600,
    user: str = "ann",
    is_trusted: bool = True,
) -> Waiting:
    """Return a job that came so many minutes after NOW; without a ref its branch is its own."""
    came, ref = later(minutes), branch(ref or job_id)
    return Waiting(
        job_id=job_id,
        place=queue_place(queue_key_us(came, priority, aging_s), job_id),
        lane=lane_of("7", ref),
        repository="acme/shop",
        user=user,
        is_trusted=is_trusted,
        vouchers=(),
        priority=priority,
        attempt=0,
        round=1,
        queued_us=microseconds(came),
        pushed_us=microseconds(came),
        is_joined=False,
    )


def running(job_id: str, ref: str = "", attempt: int = 1) -> Running:
    ref = branch(ref or job_id)
    began_ms = milliseconds(NOW)
    until_ms = milliseconds(NOW + LEASE)
    return Running(job_id, attempt, lane_of("7", ref), "acme/shop", began_ms, until_ms)


def board(
    *lines: Waiting | Running,
    settings: Settings | None = None,
    standing: Standing = Standing.ACTIVE,
) -> Board:
    """Return a board with these lines; what waits stands in the order of its places."""
    runs = tuple(line for line in lines if isinstance(line, Running))
    waits = [line for line in lines if isinstance(line, Waiting)]
    account = Account(CUSTOMER, standing, settings or Settings())
    return Board(account, len(runs), runs, tuple(sorted(waits, key=lambda one: one.place)))


def ids(chosen: Sequence[Waiting | Running]) -> list[str]:
    return [one.job_id for one in chosen]
