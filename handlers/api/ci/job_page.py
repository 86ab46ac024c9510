"""What a job's page says: pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.ci.hooks import Trigger
from domain.ci.jobs import events as e
from domain.ci.jobs.state import Job, Status
from domain.ci.pages import log_path, queue_page_path
from domain.ci.places import PRIORITY_NORMAL, branch_of
from domain.ci.reporting import summary
from domain.kernel.times import When
from handlers.api.ci.looking import Seen
from handlers.api.ci.sentences import SHA_SHOWN, sentence
from handlers.api.ci.text import Tail, between, counted, tail

_CAUSES = {
    Trigger.PUSH: "Push",
    Trigger.TAG: "Tag",
    Trigger.PULL_REQUEST: "Pull request",
    Trigger.MERGE_GROUP: "Merge queue",
    Trigger.RERUN: "Check asked for again",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is known under it: a text, a time, or a time and a word on it."""

    name: str
    text: str = ""
    at: datetime | None = None
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the timeline; `mood` is the status whose colour it has."""

    text: str
    at: datetime | None
    mood: str


@dataclass(frozen=True, slots=True)
class JobPage:
    """A job, in the words and the order of its page; an empty `queue_path` leads to no queue."""

    job_id: str
    customer_id: str
    repository: str
    branch: str
    title: str
    status: str
    summary: str
    took: str
    facts: Sequence[Fact]
    timeline: Sequence[Entry]
    attempt: int
    log: Tail
    log_path: str
    queue_path: str


def job_page(
    known: Seen, position: int | None, said: bytes | None, key: str, now: datetime
) -> JobPage:
    """Say what a job's page shows, at a time; `key` is what it was opened with, if anything."""
    job = known.job
    branch = branch_of(job.ref)
    return JobPage(
        job_id=job.job_id,
        customer_id=job.customer_id,
        repository=job.repository,
        branch=branch,
        title=job.title or f"{branch} at {job.sha[:SHA_SHOWN]}",
        status=job.status.value,
        summary=summary(job),
        took=between(_utc(job.claimed_at), _utc(job.ended_at)),
        facts=tuple(_facts(job, position, now)),
        timeline=tuple(_entry(event) for _, event in known.events),
        attempt=job.attempt,
        log=tail(said or b""),
        log_path=log_path(job.job_id, key),
        # A job's link stands beside the commit, for everybody who may see this one repository; its
        # customer's queue names the others too, and who works on them.
        queue_path="" if key else queue_page_path(job.customer_id),
    )


def _facts(job: Job, position: int | None, now: datetime) -> Iterator[Fact]:
    yield Fact("Commit", job.sha[:SHA_SHOWN], is_code=True)
    yield Fact("Cause", _cause(job))
    if position is not None:
        yield Fact("Place in the queue", f"{position:,}")
    if job.status is Status.PENDING or job.priority != PRIORITY_NORMAL:
        yield Fact("Priority", f"{job.priority} of 9")
    if job.attempt:
        lost = f", {counted(job.losses, 'run')} lost" if job.losses else ""
        yield Fact("Attempt", f"{job.attempt}{lost}")
    yield from _times(job, now)
    if job.exit_code is not None:
        yield Fact("Exit code", str(job.exit_code), is_code=True)
    if job.is_stopping:
        yield Fact("Asked to end by", job.cancelled_by)
    if job.twins:
        yield Fact("Also asked for by", counted(len(job.twins), "other hook"))


def _times(job: Job, now: datetime) -> Iterator[Fact]:
    queued, began, ended = _utc(job.queued_at), _utc(job.claimed_at), _utc(job.ended_at)
    yield Fact("Queued", at=queued)
    yield Fact(
        "Waited" if began or ended else "Waiting for", between(queued, began or ended or now)
    )
    if began:
        yield Fact("Began", at=began)
        yield Fact("Took" if ended else "Running for", between(began, ended or now))
    if ended:
        yield Fact("Ended", at=ended)


def _cause(job: Job) -> str:
    number = f" #{job.number}" if job.number else ""
    user = f" by {job.user}" if job.user else ""
    return f"{_CAUSES[job.trigger]}{number}{user}"


def _entry(event: e.JobEvent) -> Entry:
    return Entry(sentence(event), _utc(event.at), _mood(event))


def _mood(event: e.JobEvent) -> str:
    match event:
        case e.JobQueued() | e.JobRetried():
            return Status.PENDING.value
        case e.JobClaimed():
            return Status.ACTIVE.value
        case e.JobFinished(conclusion=conclusion):
            return conclusion.value
        case e.RunLost() | e.JobGivenUp():
            return Status.LOST.value
        case e.JobRejected():
            return Status.REJECTED.value
        case _:
            return Status.CANCELLED.value


def _utc(when: When | None) -> datetime | None:
    return when.utc if when else None
