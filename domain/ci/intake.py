"""Intake: what becomes of a hook, in one write where it makes a job.

A job's id is derived from its repository and the hash of the hook's body, because only the body is
signed: the same body is the same job, whatever delivery id it comes under.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from domain.ci import accounts, records
from domain.ci.hooks import (
    NOBODY,
    Build,
    Hook,
    Installed,
    Nothing,
    Reason,
    Repository,
    Rerun,
    asked_of,
)
from domain.ci.jobs.commands import JobCommand, QueueJob, RecordTwin, RetryJob
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.state import Job, JobState
from domain.ci.ports import CiStreams
from domain.ci.refusals import JobRefusal
from domain.kernel.ids import derived_id
from domain.kernel.refused import ClaimTaken, KernelRefusal, Refused
from domain.kernel.transition import Outcome, Request, Transitioned, transition


@dataclass(frozen=True, slots=True)
class Arrival:
    """A hook whose signature was found good and whose body lies on its shelf.

    `body_sha256` is of its bytes, in hexadecimal.
    """

    hook: Hook
    body_sha256: str
    now: datetime
    correlation_id: str


class Became(StrEnum):
    """What a hook became."""

    QUEUED = "queued"
    KNOWN = "known"  # The same body came before: the job is on its way, or done.
    TWIN = "twin"  # Another hook for the same commit made the job.
    RETRIED = "retried"
    ACCOUNT = "account"
    RECORDED = "recorded"  # No job, for a reason.


@dataclass(frozen=True, slots=True)
class Taken:
    """What a hook became: the job that it made or joined, or why there is none."""

    became: Became
    job_id: str = ""
    reason: Reason | None = None


def take_in(streams: CiStreams, arrival: Arrival) -> Taken:
    """Do what a hook asks for, once for each body. Raises Refused(BUSY): have it sent again."""
    match asked_of(arrival.hook):
        case Build() as build:
            return _build(streams, arrival, build)
        case Rerun() as rerun:
            return _rerun(streams, arrival, rerun)
        case Installed() as installed:
            return _change(streams, arrival, installed)
        case Nothing() as nothing:
            return _record(streams, arrival, nothing)
        case _ as asked:
            assert_never(asked)


def _build(streams: CiStreams, arrival: Arrival, build: Build) -> Taken:
    try:
        return _queue(streams, arrival, build)
    except ClaimTaken as taken:
        category, _, holder = taken.holder.partition("#")
        if category != DECIDER.fold.category:
            return _record(streams, arrival, Nothing(Reason.COMMIT_SKIPPED))
        return _twin(streams, arrival, build, holder)


def _twin(streams: CiStreams, arrival: Arrival, build: Build, job_id: str) -> Taken:
    """Join a job, unless it was turned away just now: then the commit is free, and built anew."""
    try:
        done = _once(streams, arrival, job_id, RecordTwin(build, arrival.body_sha256, arrival.now))
    except Refused as refusal:
        if not _is_on_record(refusal):
            raise
        return Taken(Became.TWIN, job_id)
    # It joined what was turned away by then; it is a twin if that was retried since.
    if _was_turned_away(done.state) and _was_turned_away(streams.jobs.load(job_id).state):
        return _build(streams, arrival, build)
    return Taken(Became.TWIN, job_id)


def _was_turned_away(state: JobState) -> bool:
    return isinstance(state, Job) and state.was_turned_away


def _queue(streams: CiStreams, arrival: Arrival, build: Build) -> Taken:
    """Write job, place in the queue and hold on the commit at once. Raises ClaimTaken."""
    job_id = derived_id("job", build.repository.repository_id, arrival.body_sha256)
    command = QueueJob(job_id, build, arrival.body_sha256, arrival.now)
    try:
        done = _once(streams, arrival, job_id, command, creates=True)
    except Refused as refusal:
        if not _is_on_record(refusal):
            raise
        return Taken(Became.KNOWN, job_id)
    is_new = done.outcome is Outcome.APPLIED
    return Taken(Became.QUEUED if is_new else Became.KNOWN, job_id)


def _rerun(streams: CiStreams, arrival: Arrival, rerun: Rerun) -> Taken:
    """Run again what was named, or what holds the commit, or build what nobody has built yet."""
    if rerun.job_id:
        return _again(streams, arrival, rerun.build, DECIDER.fold.stream(rerun.job_id))
    try:
        return _queue(streams, arrival, rerun.build)
    except ClaimTaken as taken:
        return _again(streams, arrival, rerun.build, taken.holder)


def _again(streams: CiStreams, arrival: Arrival, build: Build, holder: str) -> Taken:
    """Run a job again; where it was turned away and another has its commit now, that one."""
    category, _, job_id = holder.partition("#")
    if category != DECIDER.fold.category:
        return _record(streams, arrival, Nothing(Reason.COMMIT_SKIPPED))
    if not _belongs(streams, job_id, build.repository):
        return _record(streams, arrival, Nothing(Reason.UNKNOWN_JOB))
    try:
        done = _once(streams, arrival, job_id, RetryJob(build.user, arrival.now))
    except ClaimTaken as taken:
        return _again(streams, arrival, build, taken.holder)
    except Refused as refusal:
        if refusal.reason is not JobRefusal.JOB_NOT_ENDED and not _is_on_record(refusal):
            raise
        return Taken(Became.KNOWN, job_id)
    is_new = done.outcome is Outcome.APPLIED
    return Taken(Became.RETRIED if is_new else Became.KNOWN, job_id)


def _is_on_record(refusal: Refused) -> bool:
    """Whether this body did it before: only that an older release read it a little differently."""
    return refusal.reason is KernelRefusal.COMMAND_ID_REUSED


def _belongs(streams: CiStreams, job_id: str, repository: Repository) -> bool:
    """Whether a job is the repository's: an id that a check bears was written by who made it."""
    job = streams.jobs.load(job_id).state
    return isinstance(job, Job) and job.repository_id == repository.repository_id


def _once(
    streams: CiStreams,
    arrival: Arrival,
    job_id: str,
    command: JobCommand,
    *,
    creates: bool = False,
) -> Transitioned[JobState]:
    """Carry a command out once for each body and job."""
    command_id = derived_id("hook", job_id, arrival.body_sha256)
    correlation_id = arrival.correlation_id
    request = Request(job_id, command, command_id, correlation_id, command_id, creates=creates)
    return transition(streams.jobs, DECIDER, request)


def _change(streams: CiStreams, arrival: Arrival, installed: Installed) -> Taken:
    customer_id = arrival.hook.customer_id
    if customer_id == NOBODY:
        return _record(streams, arrival, Nothing(Reason.INCOMPLETE))
    command = accounts.ChangeAccount(customer_id, installed, arrival.now)
    command_id = derived_id("hook", customer_id, arrival.body_sha256)
    request = Request(customer_id, command, command_id, arrival.correlation_id, command_id)
    try:
        transition(streams.accounts, accounts.DECIDER, request)
    except Refused as refusal:
        if not _is_on_record(refusal):
            raise
    return Taken(Became.ACCOUNT)


def _record(streams: CiStreams, arrival: Arrival, nothing: Nothing) -> Taken:
    hook, repository = arrival.hook, arrival.hook.repository
    where = repository.repository_id if repository else hook.customer_id
    # Not by its event: that is not signed, and one body would make a record of each word for it.
    # But by what it skips: no other reading of the body, come first, may keep that from being held.
    record_id = derived_id("record", where, arrival.body_sha256, nothing.skipped)
    command = records.RecordHook(
        record_id=record_id,
        customer_id=hook.customer_id,
        event=hook.event,
        action=hook.action,
        reason=nothing.reason,
        repository=repository.name if repository else "",
        user=hook.user,
        body_sha256=arrival.body_sha256,
        now=arrival.now,
        commit_key=nothing.skipped,
    )
    request = Request(
        record_id, command, record_id, arrival.correlation_id, record_id, creates=True
    )
    try:
        transition(streams.records, records.DECIDER, request)
    except ClaimTaken:  # The commit is being built already: too late to skip it.
        return _record(streams, arrival, Nothing(nothing.reason))
    except Refused as refusal:
        if not _is_on_record(refusal):
            raise
    return Taken(Became.RECORDED, reason=nothing.reason)
