"""Reporting: what GitHub is to show of a job follows from how the job stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from domain.ci.debts import OWED_FOR, Debt, is_owed, is_past_paying, strike
from domain.ci.hooks import Trigger
from domain.ci.jobs.events import Rejection
from domain.ci.jobs.state import Job, Status
from domain.ci.places import branch_of
from domain.ci.ports import (
    Checks,
    CiStreams,
    Phase,
    Report,
    ReportDeniedError,
    ReportRefusedError,
    Verdict,
)

LOOKS_MAX: Final = 4


class UnmendedError(Exception):
    """GitHub may show older news of an end than it did, and denies us to mend it: ask again."""


_VERDICTS: Final = {
    Status.PASSED: Verdict.SUCCESS,
    Status.FAILED: Verdict.FAILURE,
    Status.LOST: Verdict.ERROR,
    Status.REJECTED: Verdict.ERROR,
    Status.CANCELLED: Verdict.CANCELLED,
    Status.SUPERSEDED: Verdict.CANCELLED,
}
_PHASES: Final = {Status.PENDING: Phase.QUEUED, Status.ACTIVE: Phase.RUNNING}


def report(streams: CiStreams, checks: Checks, job_id: str, clock: Callable[[], datetime]) -> bool:
    """Show how a job stands, until what is shown is how it stands; True when that is so.

    GitHub has no conditional write: the last one wins, whoever sent it. So the job is read again
    after sending, and whoever finds that it has moved on sends once more; stopped in between, the
    same notice comes again. What GitHub will never take is given up, and blocks nothing else.

    Raises ReportDeniedError for what may be taken later: the debt of an end stands until then, and
    of what goes on there will be other news. Raises ReportRefusedError once an end is given up:
    it will never be taken, or it was denied for three days. ReportLaterError rises as it is, and
    UnmendedError where nothing but this notice would see to it.
    """
    for look in range(LOOKS_MAX):
        job = streams.jobs.load(job_id).state
        if not isinstance(job, Job):
            return True
        wanted = report_of(job)
        try:
            checks.show(wanted)
        except ReportRefusedError:
            _strike(streams, job)
            raise
        except ReportDeniedError as error:
            _raise_if_worse(streams, job, error, clock(), has_shown=look > 0)
            raise
        after = streams.jobs.load(job_id).state
        if isinstance(after, Job) and report_of(after).rank == wanted.rank:
            _strike(streams, job)
            return True
    return False


def _strike(streams: CiStreams, job: Job) -> None:
    """Strike the debt of an end that is shown, or never will be, and of those before it."""
    if job.has_ended:
        strike(streams.boards, job.job_id, job.ends, Debt.STATUS)


def _raise_if_worse(
    streams: CiStreams, job: Job, denial: ReportDeniedError, now: datetime, *, has_shown: bool
) -> None:
    """Raise what is worse than a denial: an end that is given up, or that nobody else will show.

    `has_shown`: we have shown something older in this very call.
    """
    if not job.has_ended:
        return
    if is_past_paying(job.ended_at, now):
        _strike(streams, job)
        message = f"{denial}; it ended more than {OWED_FOR.days} days ago, and is given up"
        raise ReportRefusedError(message) from denial
    if has_shown or not is_owed(streams.boards, job.job_id, job.ends, Debt.STATUS):
        # Somebody has shown the end, or is about to strike it off; what we, who had read the job
        # before, have shown after them, now or when this notice came before, stands over it.
        raise UnmendedError(str(denial)) from denial


def report_of(job: Job) -> Report:
    """Say what is to be shown of a job."""
    return Report(
        job_id=job.job_id,
        repository=job.repository,
        sha=job.sha,
        round=job.round,
        phase=_PHASES.get(job.status, Phase.ENDED),
        summary=summary(job),
        verdict=_VERDICTS.get(job.status),
        started_at=job.claimed_at.utc if job.claimed_at else None,
        ended_at=job.ended_at.utc if job.ended_at else None,
        tag=branch_of(job.ref) if job.trigger is Trigger.TAG else "",
    )


def summary(job: Job) -> str:
    """Say in one sentence how a job stands."""
    match job.status:
        case Status.PENDING:
            runs = "run" if job.losses == 1 else "runs"
            again = f" again after {job.losses} lost {runs}" if job.losses else ""
            return f"Waiting in the queue{again}."
        case Status.ACTIVE:
            return "Being stopped." if job.is_stopping else f"Running, attempt {job.attempt}."
        case Status.PASSED:
            return "Passed."
        case Status.FAILED:
            return f"Failed with exit code {job.exit_code}. {job.detail}".strip()
        case Status.LOST:
            return f"Given up: {job.losses} runs were lost."
        case Status.CANCELLED:
            return f"Cancelled by {job.cancelled_by}."
        case Status.SUPERSEDED:
            return "Superseded by a newer push of its branch."
        case Status.REJECTED:
            return REJECTIONS[Rejection(job.detail)]


REJECTIONS: Final = {
    Rejection.USER_NOT_ALLOWED: (
        "Not run: its user is not allowed here; change that in the settings, then retry."
    ),
    Rejection.ACCOUNT_REVOKED: "Not run: the app is no longer installed.",
}
