"""Mailing: whether the end of a job is worth a mail, and to whom."""

from collections.abc import Callable
from typing import Final

from domain.ci.accounts import Account, Notify, Settings
from domain.ci.jobs.claiming import MAIL
from domain.ci.jobs.state import Job, Status
from domain.ci.places import owed_board
from domain.ci.ports import CiStreams, Mail, Mailer, MailRefusedError

_LINES: Final = 10
_UNTOLD: Final = frozenset({Status.SUPERSEDED})
"""Ends that a user has caused by pushing again."""

Write = Callable[[Job, str, str], Mail]
"""Makes the mail about a job's end: the job, the mail's key, and the address."""


def mail_end(
    streams: CiStreams,
    mailer: Mailer,
    address_of: Callable[[str], str],
    write: Write,
    job_id: str,
) -> bool:
    """Mail the end of a job to its user, if it is owed; return whether that debt is paid now.

    `address_of` finds the address in the hook's body, by its hash: no address stands in an event.
    Sent first and struck off after: stopped in between, the same mail leaves again under its key.
    """
    job = streams.jobs.load(job_id).state
    if not isinstance(job, Job) or not job.has_ended or not _is_owed(streams, job):
        return False
    account = streams.accounts.load(job.customer_id).state
    settings = account.settings if isinstance(account, Account) else Settings()
    address = recipient(job, settings, address_of)
    try:
        if address:
            mailer.send(write(job, f"{job.job_id}-{job.ends}", address))
    except MailRefusedError:
        _settled(streams, job)
        raise
    _settled(streams, job)
    return True


def _settled(streams: CiStreams, job: Job) -> None:
    """Strike the debt of an end, last, and of those before it: they are old news by now."""
    for end in range(1, job.ends + 1):
        streams.boards.strike(owed_board(job.job_id), str(end), MAIL)


def _is_owed(streams: CiStreams, job: Job) -> bool:
    lines = streams.boards.look(owed_board(job.job_id), _LINES).lines
    return any(line.place == str(job.ends) and MAIL in line.note for line in lines)


def recipient(job: Job, settings: Settings, address_of: Callable[[str], str]) -> str:
    """Return who is to hear of a job's end; empty for nobody."""
    if job.status in _UNTOLD or settings.notify is Notify.NONE:
        return ""
    if settings.notify is Notify.FAILURES and job.status is Status.PASSED:
        return ""
    return address_of(job.body) or settings.mail_to
