"""Mailing: whether the end of a job is worth a mail, and to whom."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.ci.accounts import Account, Notify, Settings
from domain.ci.debts import OWED_FOR, Debt, is_owed, is_past_paying, strike
from domain.ci.jobs.state import Job, Status
from domain.ci.ports import CiStreams, Mail, Mailer, MailRefusedError

_UNTOLD: Final = frozenset({Status.SUPERSEDED, Status.REJECTED})
"""Caused by pushing again; or by a stranger, who could have us write to the customer at will."""


class Mailed(StrEnum):
    """What became of the mail about an end. Whatever it was, none is owed any more."""

    NOT_OWED = "not_owed"  # It was told before, or the job goes on.
    SENT = "sent"
    UNWANTED = "unwanted"  # By the customer's settings, or an end of which nobody is mailed.
    NOBODY = "nobody"  # It was wanted, and no address is known.


Write = Callable[[Job, str, str], Mail]
"""Makes the mail about a job's end: the job, the mail's key, and the address."""


def mail_end(
    streams: CiStreams,
    mailer: Mailer,
    address_of: Callable[[str], str],
    write: Write,
    job_id: str,
    clock: Callable[[], datetime],
) -> Mailed:
    """Mail the end of a job to its user, if it is owed; return what became of it.

    `address_of` finds the address in the hook's body, by its hash: no address stands in an event.
    Sent first and struck off after: stopped in between, the same mail leaves again under its key.
    Raises MailRefusedError once it is struck off because nobody will ever take it, or it could not
    leave for three days; other trouble rises as it is, and may pass.
    """
    job = streams.jobs.load(job_id).state
    if not isinstance(job, Job) or not job.has_ended:
        return Mailed.NOT_OWED
    if not is_owed(streams.boards, job_id, job.ends, Debt.MAIL):
        return Mailed.NOT_OWED
    account = streams.accounts.load(job.customer_id).state
    settings = account.settings if isinstance(account, Account) else Settings()
    is_wanted = wants_mail(job, settings)
    try:
        address = _reader(job, address_of) or settings.mail_to if is_wanted else ""
        if address:
            mailer.send(write(job, f"{job.job_id}-{job.ends}", address))
    except MailRefusedError:
        strike(streams.boards, job_id, job.ends, Debt.MAIL)
        raise
    except Exception as error:
        if not is_past_paying(job.ended_at, clock()):
            raise
        strike(streams.boards, job_id, job.ends, Debt.MAIL)
        message = f"it could not leave for {OWED_FOR.days} days: {error!r}"
        raise MailRefusedError(message) from error
    strike(streams.boards, job_id, job.ends, Debt.MAIL)
    if address:
        return Mailed.SENT
    return Mailed.NOBODY if is_wanted else Mailed.UNWANTED


def _reader(job: Job, address_of: Callable[[str], str]) -> str:
    """Return the first address that a hook of the job names: a pull request's names none."""
    return next(filter(None, map(address_of, (job.body_sha256, *job.twins))), "")


def wants_mail(job: Job, settings: Settings) -> bool:
    """Whether a job's end is worth a mail to its customer."""
    if job.status in _UNTOLD or settings.notify is Notify.NONE:
        return False
    return settings.notify is not Notify.FAILURES or job.status is not Status.PASSED
