"""Running: starting what was claimed, hearing of it, and ending it; fenced by the attempt."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.ci.board import Running
from domain.ci.jobs.commands import LoseRun, RecordResult
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Job, Status, run_name
from domain.ci.places import LEASE, board_of, lane_place, milliseconds
from domain.ci.ports import CannotStartError, CiStreams, Run, RunLook, Runner, RunStatus
from domain.ci.refusals import JobRefusal
from domain.kernel.ids import derived_id
from domain.kernel.refused import ClaimTaken, Refused
from domain.kernel.transition import Request, fingerprint_of, transition

EXIT_NOT_STARTED: Final = 127
"""As a shell says it of a command that it cannot find."""


@dataclass(frozen=True, slots=True)
class Beat:
    """The answer to a heartbeat."""

    is_to_stop: bool
    until_ms: int


def start(
    streams: CiStreams,
    runner: Runner,
    job_id: str,
    clock: Callable[[], datetime],
    correlation_id: str,
) -> bool:
    """Start the run that a job has claimed; started again, the first is adopted.

    What an attempt before has left is stopped first: it would run beside this one. A run
    that is to be stopped is started all the same, since only a run can say that it has ended. Where
    its lease has lapsed by now, a new one begins: nobody took it for lost before it was started.
    What was lost while its start was on its way is stopped, or it would run beside the next one.

    Return whether the job was active; where it was not, there is nothing to start. What can never
    start ends as a failure; other trouble rises, and the same start is tried again.
    """
    job = streams.jobs.load(job_id).state
    if not isinstance(job, Job):
        return False
    if job.status is not Status.ACTIVE:
        if job.attempt:  # We may have started it too late, and have been stopped just then.
            runner.stop(job.run)
        return False
    if job.attempt > 1:
        runner.stop(run_name(job_id, job.attempt - 1))
    try:
        is_new = runner.start(run_of(job))
        if job.is_stopping or not _is_current(streams, job):
            runner.stop(job.run)
    except CannotStartError as error:
        result = RecordResult(
            job.attempt, Conclusion.FAILED, EXIT_NOT_STARTED, clock(), str(error)[:200]
        )
        record(streams, job_id, result, correlation_id)
    else:
        if _is_late(job, clock()):
            _begin_late(streams, runner, job, clock(), correlation_id, is_new=is_new)
    return True


def _is_current(streams: CiStreams, job: Job) -> bool:
    now = streams.jobs.load(job.job_id).state
    return isinstance(now, Job) and (now.status, now.attempt) == (job.status, job.attempt)


def _is_late(job: Job, now: datetime) -> bool:
    claimed = job.claimed_at.utc if job.claimed_at else None
    return claimed is not None and claimed + LEASE <= now


def _begin_late(
    streams: CiStreams,
    runner: Runner,
    job: Job,
    now: datetime,
    correlation_id: str,
    *,
    is_new: bool,
) -> None:
    """Give what was just started a lease; what was started before and is gone is lost."""
    if is_new:
        until_ms = milliseconds(now + LEASE)
        board, place = board_of(job.customer_id), lane_place(job.lane)
        streams.boards.extend(board, place, job.run, until_ms)
        return
    is_gone = runner.look(job.run).status is RunStatus.ABSENT
    lost = LoseRun(job.attempt, now)
    if is_gone and _unless_over(streams, job.job_id, lost, correlation_id):
        runner.stop(job.run)


def run_of(job: Job) -> Run:
    """Return a job's current run, as a runner gets it."""
    return Run(
        name=job.run,
        job_id=job.job_id,
        attempt=job.attempt,
        repository=job.repository,
        ref=job.ref,
        sha=job.sha,
        trigger=job.trigger.value,
    )


def beat(streams: CiStreams, job_id: str, attempt: int, now: datetime) -> Beat:
    """Let a run's lease last longer, and tell its runner whether to stop.

    Raises Refused: JOB_NOT_FOUND; STALE_ATTEMPT when the run is no longer the job's.
    """
    job = streams.jobs.load(job_id).state
    if not isinstance(job, Job):
        raise Refused(JobRefusal.JOB_NOT_FOUND, "job_id")
    until_ms = milliseconds(now + LEASE)
    place = lane_place(job.lane)
    is_current = job.status is Status.ACTIVE and job.attempt == attempt
    if not is_current or not streams.boards.extend(
        board_of(job.customer_id), place, job.run, until_ms
    ):
        raise Refused(
            JobRefusal.STALE_ATTEMPT, "attempt", attempt=job.attempt, status=job.status.value
        )
    return Beat(job.is_stopping, until_ms)


def record(
    streams: CiStreams, job_id: str, command: RecordResult | LoseRun, correlation_id: str
) -> None:
    """Write down what a runner said, or that it fell silent; once for each content.

    Raises Refused: STALE_ATTEMPT for a run that is no longer the job's.
    """
    command_id = derived_id(type(command).__name__, job_id, fingerprint_of(command))
    request = Request(job_id, command, command_id, correlation_id, command_id)
    transition(streams.jobs, DECIDER, request)


def result_of(look: RunLook, attempt: int, now: datetime) -> RecordResult:
    """Say what a runner knows of a run that has ended: when it did, too, if that is known."""
    ended_at = min(look.ended_at or now, now)
    return RecordResult(attempt, look.conclusion, look.exit_code, ended_at, look.detail)


def settle(
    streams: CiStreams,
    runner: Runner,
    customer_id: str,
    running: Running,
    clock: Callable[[], datetime],
    correlation_id: str,
) -> RunStatus:
    """Find out about a run whose lease has lapsed: it goes on, or has ended, or is lost.

    Age alone takes nothing for lost: only a lapsed lease does, and its lapse is a condition of the
    write, so that a heartbeat in between wins. What nobody has heard of may never have been
    started, however long that takes: it is absent, and as it was.

    Return what the runner knew when it was asked, whatever was recorded then.
    """
    name = run_name(running.job_id, running.attempt)
    look = runner.look(name)
    now = clock()
    job = streams.jobs.load(running.job_id).state
    is_stopping = isinstance(job, Job) and job.is_stopping and job.run == name
    match look.status:
        case RunStatus.RUNNING:
            if is_stopping:
                runner.stop(name)  # Whoever should have heard of it may never have.
            until_ms = milliseconds(now + LEASE)
            streams.boards.extend(board_of(customer_id), lane_place(running.lane), name, until_ms)
        case RunStatus.ENDED:
            result = result_of(look, running.attempt, now)
            _unless_over(streams, running.job_id, result, correlation_id)
        case RunStatus.ABSENT if running.is_unheard and not is_stopping:
            pass
        case RunStatus.ABSENT:
            lost = LoseRun(running.attempt, now)
            if _unless_over(streams, running.job_id, lost, correlation_id):
                runner.stop(name)  # Only now: somebody may have heard of it after we looked.
    return look.status


def _unless_over(
    streams: CiStreams, job_id: str, command: RecordResult | LoseRun, correlation_id: str
) -> bool:
    """Record it, and return whether it was: not where the run was heard of, or ended, meanwhile."""
    try:
        record(streams, job_id, command, correlation_id)
    except ClaimTaken:
        return False
    except Refused as refusal:
        if refusal.reason is not JobRefusal.STALE_ATTEMPT:
            raise
        return False
    return True
