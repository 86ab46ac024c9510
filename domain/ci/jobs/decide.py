"""What a job decides: one function a command; the last one dispatches."""

from collections.abc import Sequence
from typing import Final, assert_never

from domain.ci.jobs import commands as c
from domain.ci.jobs import events as e
from domain.ci.jobs.claiming import claims
from domain.ci.jobs.state import FOLD, LOSSES_MAX, TWINS_MAX, Job, JobState, NoJob, Status
from domain.ci.places import PRIORITIES, queue_key_us
from domain.ci.refusals import JobRefusal
from domain.kernel.decider import Decider
from domain.kernel.ids import checked_id
from domain.kernel.refused import Refused
from domain.kernel.times import When

JobEvents = Sequence[e.JobEvent]
SOMEBODY: Final = "somebody"
"""Who asks, where a hook does not say."""
RUNNER: Final = "runner"
"""Who ended a run that stopped unasked."""


def queue(command: c.QueueJob, state: JobState) -> JobEvents:
    """Queue a build; its id comes from the hook's body, so the same body again is nothing new."""
    if isinstance(state, Job):
        return []
    build = command.build
    return [
        e.JobQueued(
            job_id=checked_id(command.job_id, "job_id"),
            customer_id=checked_id(build.customer_id, "customer_id"),
            repository_id=checked_id(build.repository.repository_id, "repository_id"),
            repository=build.repository.name,
            ref=build.ref,
            sha=build.sha,
            trigger=build.trigger,
            user=build.user,
            at=When(command.now),
            is_trusted=build.is_trusted,
            number=build.number,
            title=build.title,
            body_sha256=command.body_sha256,
            pushed_s=build.pushed_s,
        )
    ]


def record_twin(command: c.RecordTwin, job: Job) -> JobEvents:
    """Remember another hook for the same commit, each body once.

    Whoever may write to the repository vouches for a commit by pushing it: a stranger's may be
    built then, and that of somebody who is blocked. Another branch that joins keeps the job from
    being superseded in its own; the same branch, pushed back to this commit, makes it newer. A job
    that was cancelled or lost has no answer for whoever pushes after that, so it runs again; one
    that is being stopped will have none, and runs again once it has stopped.
    """
    if command.body_sha256 in (job.body_sha256, *job.twins):
        return []
    twin = _twin(command, job)
    asks_anew = _asks_anew(command, job)
    again = _again(command.build.user, job, twin.at, unless_answered=True) if asks_anew else []
    matters = job.status is Status.PENDING and (
        twin.vouched_by or twin.pushed_s or (twin.joined_from and not job.is_joined)
    )
    if len(job.twins) >= TWINS_MAX and not (matters or again):
        return []
    return [twin, *again]


def _twin(command: c.RecordTwin, job: Job) -> e.TwinRecorded:
    build = command.build
    is_known = build.user in job.vouchers or (job.is_trusted and build.user == job.user)
    is_of_its_branch = build.ref == job.ref
    is_newer = is_of_its_branch and build.pushed_s > job.pushed_s
    return e.TwinRecorded(
        trigger=build.trigger,
        body_sha256=command.body_sha256,
        at=When(command.now),
        vouched_by=build.user if build.is_trusted and not is_known else "",
        joined_from="" if is_of_its_branch else build.ref,
        pushed_s=build.pushed_s if is_newer else 0,
    )


def _asks_anew(command: c.RecordTwin, job: Job) -> bool:
    """Whether a hook was sent after somebody ended the job, or it was lost; no stranger's counts.

    One that was sent before, and came late, would have ended with the job had it come in time.
    """
    build, over = command.build, job.over_at.utc if job.over_at else None
    is_late = build.pushed_s > 0 and over is not None and build.pushed_s < over.timestamp() // 1
    return not is_late and (build.is_trusted or build.user == job.user)


def _again(by: str, job: Job, at: When, *, unless_answered: bool = False) -> JobEvents:
    """Have a job run again that has ended without an answer, or will have when it has stopped."""
    by = by or SOMEBODY
    if job.has_no_answer:
        return [e.JobRetried(by, at)]
    is_known = job.again_for and (unless_answered or not job.is_again_unless_answered)
    if not job.is_stopping or is_known:
        return []
    return [e.RetryRequested(by, at, unless_answered)]


def set_priority(command: c.SetPriority, job: Job) -> JobEvents:
    """Move a waiting job to where it would stand had it come with this priority."""
    if command.priority not in PRIORITIES:
        least, most = PRIORITIES[0], PRIORITIES[-1]
        raise Refused(JobRefusal.INVALID_PRIORITY, "priority", least=least, most=most)
    _pending(job)
    queued = job.queued_at.utc or command.now
    key_us = queue_key_us(queued, command.priority, command.aging_s)
    if (command.priority, key_us) == (job.priority, job.key_us):
        return []
    return [e.PriorityChanged(command.priority, key_us, command.by, When(command.now))]


def claim(command: c.ClaimJob, job: Job) -> JobEvents:
    """Begin the next attempt; slot and lane are taken with it, or nothing happens."""
    _pending(job)
    attempt = job.attempt + 1
    return [e.JobClaimed(attempt, command.slots, command.lease_until_ms, When(command.now))]


def cancel(command: c.CancelJob, job: Job) -> JobEvents:
    """End a waiting job; ask the runner of a running one. What has ended stays as it is."""
    if job.status is Status.CANCELLED:
        return []
    if job.has_ended:
        raise Refused(JobRefusal.JOB_ENDED, status=job.status.value)
    if job.status is Status.PENDING:
        return [e.JobCancelled(command.by, When(command.now))]
    if job.is_stopping and not job.again_for:
        return []
    return [e.CancellationRequested(command.by, When(command.now))]


def supersede(command: c.SupersedeJob, job: Job) -> JobEvents:
    """End a waiting job for a newer one of its branch."""
    _pending(job)
    if job.is_joined or job.pushed_us != command.pushed_us:
        return []  # Somebody has asked for it again since it was judged.
    return [e.JobSuperseded(command.by_job, When(command.now))]


def reject(command: c.RejectJob, job: Job) -> JobEvents:
    """End a waiting job that may not run."""
    _pending(job)
    if job.vouchers != command.vouchers:
        return []  # Somebody has vouched for it since it was judged.
    return [e.JobRejected(command.reason, When(command.now))]


def record_result(command: c.RecordResult, job: Job) -> JobEvents:
    """End the run that the result speaks of; what a lost run still says changes nothing."""
    if command.attempt == job.attempt and job.has_ended:
        return []  # The same result again, or a late one: the first stands.
    _current(job, command.attempt)
    at = When(command.now)
    if command.conclusion is None:
        return [e.JobCancelled(job.cancelled_by or RUNNER, at), *_asked_meanwhile(job, at)]
    finished = e.JobFinished(
        attempt=command.attempt,
        conclusion=command.conclusion,
        exit_code=command.exit_code,
        at=at,
        detail=command.detail,
    )
    return [finished, *([] if job.is_again_unless_answered else _asked_meanwhile(job, at))]


def lose_run(command: c.LoseRun, job: Job) -> JobEvents:
    """Take a run for lost: back to its place in the queue, at most three times.

    Its lane is released only if the lease in it has lapsed, so a heartbeat in between refuses this.
    """
    _current(job, command.attempt)
    at = When(command.now)
    lost = e.RunLost(command.attempt, at)
    if job.is_stopping:
        return [lost, e.JobCancelled(job.cancelled_by, at), *_asked_meanwhile(job, at)]
    if job.losses >= LOSSES_MAX:
        return [lost, e.JobGivenUp(job.losses + 1, at)]
    return [lost]


def _asked_meanwhile(job: Job, at: When) -> JobEvents:
    """Run again, now that it has stopped, what somebody asked for meanwhile."""
    return [e.JobRetried(job.again_for, at)] if job.again_for else []


def retry(command: c.RetryJob, job: Job) -> JobEvents:
    """Queue a job again that has ended, at the end of the queue and at normal priority.

    One that is being stopped is queued again once it has stopped.
    """
    if job.is_stopping:
        return _again(command.by, job, When(command.now))
    if not job.has_ended:
        raise Refused(JobRefusal.JOB_NOT_ENDED, status=job.status.value)
    return [e.JobRetried(command.by, When(command.now))]


def _pending(job: Job) -> None:
    if job.status is not Status.PENDING:
        raise Refused(JobRefusal.JOB_NOT_PENDING, status=job.status.value)


def _current(job: Job, attempt: int) -> None:
    if job.status is not Status.ACTIVE or attempt != job.attempt:
        raise Refused(
            JobRefusal.STALE_ATTEMPT, "attempt", attempt=job.attempt, status=job.status.value
        )


def decide(command: c.JobCommand, state: JobState) -> JobEvents:
    """Answer one command; raises Refused with a reason of JobRefusal or KernelRefusal."""
    if isinstance(command, c.QueueJob):
        return queue(command, state)
    if isinstance(state, NoJob):
        raise Refused(JobRefusal.JOB_NOT_FOUND, "job_id")
    return _decide(command, state)


def _decide(command: c.LaterCommand, job: Job) -> JobEvents:
    match command:
        case c.RecordTwin():
            return record_twin(command, job)
        case c.SetPriority():
            return set_priority(command, job)
        case c.ClaimJob():
            return claim(command, job)
        case c.CancelJob():
            return cancel(command, job)
        case c.SupersedeJob():
            return supersede(command, job)
        case c.RejectJob():
            return reject(command, job)
        case c.RecordResult():
            return record_result(command, job)
        case c.LoseRun():
            return lose_run(command, job)
        case c.RetryJob():
            return retry(command, job)
        case _:
            assert_never(command)


DECIDER: Final[Decider[c.JobCommand, JobState, e.JobEvent]] = Decider(FOLD, decide, claims)
