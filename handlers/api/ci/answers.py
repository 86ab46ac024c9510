"""From how CI stands to what is answered: pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ci.accounts import Account, Settings
from domain.ci.board import Running, Waiting
from domain.ci.jobs.events import JobEvent
from domain.ci.jobs.state import Job, Status
from domain.ci.pages import Keys, log_path, page_path, queue_page_path
from domain.ci.reporting import summary
from domain.kernel.times import When
from handlers.api.ci import models as m
from handlers.api.ci.board import QueuePage
from handlers.api.ci.looking import Seen
from handlers.api.ci.sentences import sentence
from handlers.api.responses import iso

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def job_answer(known: Seen, position: int | None = None) -> m.JobAnswer:
    """Show a job."""
    job = known.job
    is_asked_to_stop = job.is_stopping or job.status is Status.CANCELLED
    return m.JobAnswer(
        job_id=job.job_id,
        version=known.version,
        customer_id=job.customer_id,
        repository=job.repository,
        ref=job.ref,
        sha=job.sha,
        trigger=job.trigger.value,
        user=job.user,
        title=job.title,
        number=job.number,
        status=job.status,
        summary=summary(job),
        priority=job.priority,
        attempt=job.attempt,
        losses=job.losses,
        round=job.round,
        position=position,
        queued_at=iso(job.queued_at),
        claimed_at=iso(job.claimed_at),
        ended_at=iso(job.ended_at),
        exit_code=job.exit_code,
        detail=job.detail,
        cancel_requested_by=job.cancelled_by if is_asked_to_stop else None,
        twins=len(job.twins),
        timeline=timeline(known.events),
        links=job_links(job),
    )


def timeline(events: Sequence[tuple[int, JobEvent]]) -> list[m.TimelineEntry]:
    """Show what has happened, oldest first."""
    return [
        m.TimelineEntry(
            at=iso(event.at), version=version, type=type(event).__name__, text=sentence(event)
        )
        for version, event in events
    ]


def job_links(job: Job) -> m.JobLinks:
    """Say where a caller goes from a job.

    Without keys: the answer to a command is the same bytes again for ever, whatever secrets live.
    """
    return m.JobLinks(
        self=f"/ci/jobs/{job.job_id}",
        page=page_path(job.job_id),
        log=log_path(job.job_id) if job.attempt else None,
        queue=f"/ci/customers/{job.customer_id}/queue",
    )


def queue_answer(page: QueuePage, next_cursor: str | None, keys: Keys) -> m.QueueAnswer:
    """Show a queue, and the link to its page that `keys` make."""
    account, board = page.board.account, page.board
    waiting = [
        _waiting(one, position, page.blocked[one.job_id])
        for position, one in enumerate(page.waiting, start=page.position)
    ]
    return m.QueueAnswer(
        customer_id=account.customer_id,
        known=page.is_known,
        standing=account.standing,
        settings=_queue_settings(account.settings),
        slots=m.SlotsAnswer(taken=board.taken, total=account.settings.slots),
        running=[_running(one) for one in board.running],
        waiting=waiting,
        next_cursor=next_cursor,
        page=queue_page_path(account.customer_id, keys.of_customer(account.customer_id)),
    )


def settings_answer(account: Account, version: int) -> m.SettingsAnswer:
    """Show a customer's account."""
    settings = account.settings
    whole = m.SettingsOfAccount(**dict(_queue_settings(settings)), mail_to=settings.mail_to)
    return m.SettingsAnswer(
        customer_id=account.customer_id,
        version=version,
        standing=account.standing,
        settings=whole,
    )


def from_milliseconds(since_1970: int) -> datetime:
    """Return the time that a board's line tells."""
    return _EPOCH + timedelta(milliseconds=since_1970)


def from_microseconds(since_1970: int) -> datetime:
    """Return the time that a board's line tells."""
    return _EPOCH + timedelta(microseconds=since_1970)


def utc(at: datetime) -> str:
    """Write a time that is known as ISO 8601."""
    return iso(When(at)) or ""


def _queue_settings(settings: Settings) -> m.QueueSettings:
    return m.QueueSettings(
        slots=settings.slots,
        aging_s=settings.aging_s,
        supersedes=settings.supersedes,
        notify=settings.notify,
        allowed=list(settings.allowed),
        blocked=list(settings.blocked),
    )


def _running(one: Running) -> m.RunningAnswer:
    return m.RunningAnswer(
        job_id=one.job_id,
        attempt=one.attempt,
        repository=one.repository,
        ref=one.ref,
        began_at=utc(from_milliseconds(one.began_ms)),
        lease_until=utc(from_milliseconds(one.until_ms)),
    )


def _waiting(one: Waiting, position: int, blocked_by: str | None) -> m.WaitingAnswer:
    return m.WaitingAnswer(
        position=position,
        job_id=one.job_id,
        repository=one.repository,
        ref=one.ref,
        user=one.user,
        priority=one.priority,
        queued_at=utc(from_microseconds(one.queued_us)),
        blocked_by=blocked_by,
    )
