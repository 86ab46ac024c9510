"""What CI asks of the world: its streams and boards, runners, GitHub, mail, and two shelves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol

from domain.ci.accounts import AccountEvent, AccountState
from domain.ci.jobs.events import Conclusion, JobEvent
from domain.ci.jobs.state import JobState
from domain.ci.records import HookRecorded, RecordState
from domain.kernel.boards import Boards
from domain.kernel.ports import EventStore


@dataclass(frozen=True, slots=True)
class CiStreams:
    """The stores of this context, and its boards."""

    jobs: EventStore[JobState, JobEvent]
    accounts: EventStore[AccountState, AccountEvent]
    records: EventStore[RecordState, HookRecorded]
    boards: Boards


# ---- runners ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a job, as a runner gets it; `name` makes starting it twice the same as once.

    Names are up to 80 small letters, digits and hyphens.
    """

    name: str
    job_id: str
    attempt: int
    repository: str
    ref: str
    sha: str
    trigger: str


class RunStatus(StrEnum):
    """What a runner knows of a run."""

    RUNNING = "running"
    ENDED = "ended"
    ABSENT = "absent"  # Never started, or forgotten.


@dataclass(frozen=True, slots=True)
class RunLook:
    """How a run stands; `conclusion` is None for a run that ended because it was stopped.

    `ended_at` is when it ended, as far as its runner knows.
    """

    status: RunStatus
    conclusion: Conclusion | None = None
    exit_code: int = 0
    detail: str = ""
    ended_at: datetime | None = None


class CannotStartError(Exception):
    """This run can never be started as it is; the text says why. Other trouble may pass."""


class Runner(Protocol):
    """Whoever runs scripts. What raises anything but CannotStartError may be asked again."""

    def start(self, run: Run) -> bool:
        """Start a run; False when one of this name has begun before: that one is it.

        True also where an earlier start was stopped before anything had begun. Raises
        CannotStartError.
        """

    def look(self, name: str) -> RunLook:
        """Say how a run stands."""

    def stop(self, name: str) -> None:
        """Ask a run to end; one that is not there has ended."""


# ---- reports ---------------------------------------------------------------------------------


class Phase(IntEnum):
    """How far a job has come, as GitHub is told; it only rises within a round."""

    QUEUED = 1
    RUNNING = 2
    ENDED = 3


class Verdict(StrEnum):
    """What GitHub is told of an end."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"  # Lost or rejected: it says nothing about the commit.
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Report:
    """What GitHub is to show of a job. `round` counts from 1 how often it was asked for.

    (`round`, `phase`) is the report's rank: a lower one never follows a higher one. `tag` is the
    tag that was built: its answer is not the commit's, whose branch is built for itself.
    """

    job_id: str
    repository: str
    sha: str
    round: int
    phase: Phase
    summary: str
    verdict: Verdict | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    tag: str = ""

    @property
    def rank(self) -> tuple[int, int]:
        """Order the reports of one job."""
        return self.round, int(self.phase)


class ReportRefusedError(Exception):
    """GitHub will never take this report: the commit is gone, the limit of 1,000 is reached."""


class ReportDeniedError(Exception):
    """GitHub does not take this report as things are, and may once somebody has changed them.

    An installation is suspended, a permission is missing, a setting of ours is wrong.
    """


class ReportLaterError(Exception):
    """GitHub wants to be left alone for `retry_after_s`."""

    def __init__(self, retry_after_s: int, why: str) -> None:
        """Keep how long."""
        super().__init__(f"{why}; again after {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Checks(Protocol):
    """Where a commit's checks are shown."""

    def show(self, report: Report) -> None:
        """Show a report, unless one of its rank or a higher one is shown already.

        What is shown is looked up first, so an answer that was lost is no second check. Raises
        ReportRefusedError, ReportDeniedError, ReportLaterError; other trouble may pass.
        """


# ---- mail ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail about a job; `key` is the same for the same end."""

    key: str
    to: str
    subject: str
    text: str
    html: str


class MailRefusedError(Exception):
    """This mail will never be taken: the address is none, or is blocked."""


class Mailer(Protocol):
    """Where mail leaves. There is no looking up: stopped after sending, it may be sent again."""

    def send(self, mail: Mail) -> None:
        """Send. Raises MailRefusedError; other trouble may pass."""


# ---- GitHub's own memory of what it sent -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook that GitHub has sent; `guid` is the same for its redeliveries."""

    delivery_id: int
    guid: str
    delivered_at: datetime
    succeeded: bool


class Deliveries(Protocol):
    """GitHub's list of what it sent us in the last days, and its way to send it again.

    Both raise ReportLaterError, and ReportDeniedError where we may not ask; `redeliver` raises
    ReportRefusedError for one that cannot be sent again.
    """

    def since(self, earliest: datetime) -> Iterator[Delivery]:
        """Yield deliveries, newest first."""

    def redeliver(self, delivery_id: int) -> None:
        """Have one sent again."""


# ---- shelves ---------------------------------------------------------------------------------


class Bodies(Protocol):
    """Raw bodies of hooks by their SHA-256 in hexadecimal."""

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep a body; again, it is the same bytes."""

    def read(self, sha256: str) -> bytes | None:
        """Return a body; None when it was never kept, or was forgotten."""


class Logs(Protocol):
    """What runs said, by their names."""

    def keep(self, run: str, text: bytes) -> None:
        """Keep all that a run has said so far, in place of what was kept before."""

    def read(self, run: str) -> bytes | None:
        """Return what a run said; None when nothing was kept."""
