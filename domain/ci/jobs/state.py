"""The states a job can be in, and `evolve`: what each event makes of them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, assert_never

from domain.ci.hooks import Trigger, key_of_commit
from domain.ci.jobs import events as e
from domain.ci.places import PRIORITY_NORMAL, lane_of, microseconds
from domain.kernel.decider import Fold, Routing
from domain.kernel.times import When

LOSSES_MAX: Final = 3
"""Lost runs after which a job goes back to its queue; with one more it is given up."""
TWINS_MAX: Final = 32
"""Twins that a job remembers; their bodies are kept however many they are."""
VOUCHERS_MAX: Final = 3
"""Who vouched last: all of them stand in the queue's line."""


class Status(StrEnum):
    """How a job stands, in one word."""

    PENDING = "pending"
    ACTIVE = "active"
    PASSED = "passed"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NoJob:
    """Nobody has asked for anything under this id."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job, with everything that its decisions, its runner and its reports need.

    `key_us` is its place in the queue, kept while it runs: a lost run goes back there.
    `ends` counts how often it ended: a retried job ends again. `cancelled_by` is who asked to stop
    a run, or who ended the job. `vouchers` may write to the repository and asked for it too;
    `is_joined`: another branch waits for it. `again_for` waits for another run while it is stopped,
    which somebody asked for at `stopped_at`.
    """

    job_id: str
    customer_id: str
    repository_id: str
    repository: str
    ref: str
    sha: str
    trigger: Trigger
    user: str
    queued_at: When
    key_us: int
    is_trusted: bool = True
    number: int = 0
    title: str = ""
    body_sha256: str = ""
    priority: int = PRIORITY_NORMAL
    status: Status = Status.PENDING
    attempt: int = 0
    losses: int = 0
    ends: int = 0
    twins: tuple[str, ...] = ()
    vouchers: tuple[str, ...] = ()
    is_joined: bool = False
    pushed_s: int = 0
    again_for: str = ""
    is_again_unless_answered: bool = False
    cancelled_by: str = ""
    exit_code: int | None = None
    detail: str = ""
    claimed_at: When | None = None
    ended_at: When | None = None
    stopped_at: When | None = None

    @property
    def lane(self) -> str:
        """The branch's lane."""
        return lane_of(self.repository_id, self.ref)

    @property
    def commit_key(self) -> str:
        """Name what no other job may build."""
        return key_of_commit(self.repository_id, self.sha, self.ref, self.trigger)

    @property
    def run(self) -> str:
        """Name the current run: one job's one attempt, and the owner of its lane."""
        return run_name(self.job_id, self.attempt)

    @property
    def round(self) -> int:
        """Which asking for it this is, from 1: a retry begins the next; a lost run ends none."""
        return self.ends if self.has_ended else self.ends + 1

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens unless somebody asks for it."""
        return self.status not in (Status.PENDING, Status.ACTIVE)

    @property
    def was_turned_away(self) -> bool:
        """Whether its commit was not built and may be another job's."""
        return self.status in (Status.REJECTED, Status.SUPERSEDED)

    @property
    def has_no_answer(self) -> bool:
        """Whether it has its commit and ended without a word about it."""
        return self.status in (Status.CANCELLED, Status.LOST)

    @property
    def over_at(self) -> When | None:
        """When it ended, or somebody asked for its end."""
        return self.stopped_at or self.ended_at

    @property
    def pushed_us(self) -> int:
        """How new its branch's push is, in microseconds since 1970; 0 for what is not a push.

        By GitHub's clock where it said so, because hooks may come late. What somebody had run again
        is neither newer than a push nor needless for one.
        """
        if self.ends or self.trigger is Trigger.RERUN:
            return 0
        return self.pushed_s * _SECOND_US or _microseconds(self.queued_at)

    @property
    def is_stopping(self) -> bool:
        """Whether a run is to be stopped."""
        return self.status is Status.ACTIVE and self.cancelled_by != ""


JobState = NoJob | Job

_SECOND_US: Final = 1_000_000


def run_name(job_id: str, attempt: int) -> str:
    """Name one job's one attempt, the same however often it is started."""
    return f"{job_id}-{attempt}"


def evolve(state: JobState, event: e.JobEvent) -> JobState:
    """Return the state after an event; TypeError for one that cannot have happened here."""
    if isinstance(state, Job):
        return _changed(state, event)
    if isinstance(event, e.JobQueued):
        return _queued(event)
    message = f"{type(event).__name__} happened to a job that was never queued"
    raise TypeError(message)


def _queued(event: e.JobQueued) -> Job:
    return Job(
        job_id=event.job_id,
        customer_id=event.customer_id,
        repository_id=event.repository_id,
        repository=event.repository,
        ref=event.ref,
        sha=event.sha,
        trigger=event.trigger,
        user=event.user,
        queued_at=event.at,
        key_us=_microseconds(event.at),
        is_trusted=event.is_trusted,
        number=event.number,
        title=event.title,
        body_sha256=event.body_sha256,
        priority=event.priority,
        pushed_s=event.pushed_s,
    )


def _changed(job: Job, event: e.JobEvent) -> Job:
    match event:
        case e.TwinRecorded():
            return _with_twin(job, event)
        case e.PriorityChanged(priority=priority, key_us=key_us):
            return replace(job, priority=priority, key_us=key_us)
        case e.JobClaimed(attempt=attempt, at=at):
            return replace(job, status=Status.ACTIVE, attempt=attempt, claimed_at=at)
        case e.CancellationRequested(by=by, at=at):
            return replace(job, cancelled_by=by, stopped_at=at, again_for="")
        case e.RetryRequested(by=by, unless_answered=unless):
            return replace(job, again_for=by, is_again_unless_answered=unless)
        case e.RunLost():
            return replace(job, status=Status.PENDING, losses=job.losses + 1, claimed_at=None)
        case e.JobRetried(at=at):
            return _retried(job, at)
        case e.JobQueued():
            message = f"job {job.job_id} was queued twice"
            raise TypeError(message)
        case _:
            return _ended(job, event)


def _with_twin(job: Job, event: e.TwinRecorded) -> Job:
    vouchers = (*job.vouchers, event.vouched_by) if event.vouched_by else job.vouchers
    return replace(
        job,
        twins=(*job.twins, event.body_sha256)[-TWINS_MAX:],
        vouchers=vouchers[-VOUCHERS_MAX:],
        is_joined=job.is_joined or event.joined_from != "",
        pushed_s=max(job.pushed_s, event.pushed_s),
    )


End = e.JobFinished | e.JobCancelled | e.JobSuperseded | e.JobRejected | e.JobGivenUp


def _ended(job: Job, event: End) -> Job:
    ended = replace(job, ends=job.ends + 1, ended_at=event.at)
    match event:
        case e.JobFinished(conclusion=conclusion, exit_code=exit_code, detail=detail):
            status = Status(conclusion.value)
            return replace(ended, status=status, exit_code=exit_code, detail=detail)
        case e.JobCancelled(by=by):
            return replace(ended, status=Status.CANCELLED, cancelled_by=by)
        case e.JobSuperseded(by_job=by_job):
            return replace(ended, status=Status.SUPERSEDED, detail=by_job)
        case e.JobRejected(reason=reason):
            return replace(ended, status=Status.REJECTED, detail=reason.value)
        case e.JobGivenUp():
            return replace(ended, status=Status.LOST)
        case _:
            assert_never(event)


def _retried(job: Job, at: When) -> Job:
    return replace(
        job,
        status=Status.PENDING,
        queued_at=at,
        key_us=_microseconds(at),
        priority=PRIORITY_NORMAL,
        losses=0,
        cancelled_by="",
        again_for="",
        is_again_unless_answered=False,
        stopped_at=None,
        exit_code=None,
        detail="",
        claimed_at=None,
        ended_at=None,
    )


def _microseconds(at: When) -> int:
    return microseconds(at.utc or datetime.max.replace(tzinfo=UTC))


def route(state: JobState) -> Routing:
    """Return whom a job belongs to."""
    if isinstance(state, NoJob):
        message = "a job that was never queued belongs to nobody"
        raise TypeError(message)
    return Routing(state.job_id, state.customer_id)


FOLD: Final[Fold[JobState, e.JobEvent]] = Fold("job", 1, NoJob(), evolve, route)
