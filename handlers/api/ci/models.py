"""What CI's part of the API takes and answers."""

from typing import Annotated, Final

from pydantic import Field

from domain.ci.accounts import SLOTS_MAX, USERS_MAX, Notify, Standing
from domain.ci.jobs.state import Status
from domain.ci.places import AGING_S_MAX, PRIORITIES
from handlers.api.models import Answer, Asked

NAME_LENGTH_MAX: Final = 64
_ADDRESS_LENGTH_MAX: Final = 254
_EXIT_CODE_LEAST: Final = -(2**31)
_EXIT_CODE_MOST: Final = 2**32 - 1

Name = Annotated[
    str,
    Field(
        max_length=NAME_LENGTH_MAX,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$",
    ),
]
Priority = Annotated[int, Field(strict=True, ge=PRIORITIES[0], le=PRIORITIES[-1])]
# Letters, digits, hyphens; an underscore where a company manages its users; an app's `[bot]`.
Login = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?$")]
Logins = Annotated[list[Login], Field(max_length=USERS_MAX)]
Address = Annotated[
    str,
    Field(
        max_length=_ADDRESS_LENGTH_MAX,
        pattern=r"^$|^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$",
        description="Hears of ends where a hook names no address; empty for nobody.",
    ),
]
ExitCode = Annotated[int, Field(strict=True, ge=_EXIT_CODE_LEAST, le=_EXIT_CODE_MOST)]


# ---- what is asked ---------------------------------------------------------------------------


class CancelBody(Asked):
    """Who wants the end; left out, whoever asks."""

    by: Name | None = None


class RetryBody(Asked):
    """Who wants another run; left out, whoever asks."""

    by: Name | None = None


class PriorityBody(Asked):
    """Where the job is to stand: 1 is lowest, 5 normal, 9 highest."""

    priority: Priority
    by: Name | None = None


class SettingsBody(Asked):
    """All settings: one that is left out would silently be another one."""

    slots: Annotated[int, Field(strict=True, ge=1, le=SLOTS_MAX)] = Field(
        description="How many jobs run at once."
    )
    aging_s: Annotated[int, Field(strict=True, ge=0, le=AGING_S_MAX)] = Field(
        description="Seconds of waiting that a level of priority is worth; the largest is strict."
    )
    supersedes: Annotated[bool, Field(strict=True)] = Field(
        description="Whether a newer job ends older waiting ones of its branch."
    )
    notify: Notify = Field(description="Of which ends a job's user hears by mail.")
    allowed: Logins = Field(description="Users who may have forks built.")
    blocked: Logins = Field(description="Users for whom nothing is built.")
    mail_to: Address


class ResultBody(Asked):
    """How a run ended. Without an exit code it was stopped, as asked."""

    exit_code: ExitCode | None
    detail: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    cancelled: Annotated[bool, Field(strict=True)] = False


CANCEL: Final = CancelBody()
RETRY: Final = RetryBody()


# ---- what is answered ------------------------------------------------------------------------


class TimelineEntry(Answer):
    """One event of a job, with a sentence that says it."""

    at: str | None
    version: int
    type: str = Field(examples=["JobClaimed"])
    text: str = Field(examples=["Attempt 1 began, in one of 4 slots."])


class JobLinks(Answer):
    """Where to go from here; `log` is None before the first attempt."""

    self: str
    page: str
    log: str | None
    queue: str


class JobAnswer(Answer):
    """A job, at one version of its stream.

    `position` is its place in its queue now, from 1; None where it does not wait, and in the
    answers to commands, which are the same whenever they are asked for again.
    """

    job_id: str
    version: int
    customer_id: str
    repository: str = Field(examples=["acme/shop"])
    ref: str = Field(examples=["refs/heads/main"])
    sha: str
    trigger: str = Field(examples=["push"])
    user: str
    title: str
    number: int = Field(description="Of the pull request; 0 for none.")
    status: Status
    summary: str = Field(examples=["Running, attempt 1."])
    priority: int
    attempt: int
    losses: int
    round: int = Field(description="Counts from 1 how often it was queued.")
    position: int | None
    queued_at: str | None
    claimed_at: str | None
    ended_at: str | None
    exit_code: int | None
    detail: str
    cancel_requested_by: str | None
    twins: int = Field(description="How many other hooks asked for the same commit.")
    timeline: list[TimelineEntry]
    links: JobLinks


class BeatAnswer(Answer):
    """What a runner hears: whether to stop, and until when it is believed to go on."""

    stop: bool
    lease_until: str


class QueueSettings(Answer):
    """How a customer's queue is worked through."""

    slots: int
    aging_s: int
    supersedes: bool
    notify: Notify
    allowed: list[str]
    blocked: list[str]


class SettingsOfAccount(QueueSettings):
    """All settings of a customer."""

    mail_to: str


class SettingsAnswer(Answer):
    """A customer's account: its settings, and whether its jobs start."""

    customer_id: str
    version: int
    standing: Standing
    settings: SettingsOfAccount


class SlotsAnswer(Answer):
    """How many slots are taken, of how many."""

    taken: int
    total: int


class RunningAnswer(Answer):
    """A job that runs."""

    job_id: str
    attempt: int
    repository: str
    ref: str
    began_at: str
    lease_until: str


class WaitingAnswer(Answer):
    """A job that waits. `blocked_by` is what it waits for; None where its turn has come."""

    position: int
    job_id: str
    repository: str
    ref: str
    user: str
    priority: int
    queued_at: str
    blocked_by: str | None = Field(examples=["branch", "slots", "suspended"])


class QueueAnswer(Answer):
    """A customer's queue as it stands now; positions count from 1 over all pages.

    `known` is false where no job of the customer runs, waits or has run, and no installation or
    setting was ever heard of: its name may be misspelt. `page` shows the queue to people; where
    links have keys, whoever is given it sees the queue and every job in it.
    """

    customer_id: str
    known: bool
    standing: Standing
    settings: QueueSettings
    slots: SlotsAnswer
    running: list[RunningAnswer]
    waiting: list[WaitingAnswer]
    next_cursor: str | None
    page: str
