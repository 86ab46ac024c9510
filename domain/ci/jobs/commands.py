"""What can be asked of a job. `now` is our clock, UTC."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.ci.hooks import Build
from domain.ci.jobs.events import Conclusion, Rejection
from domain.kernel.decider import EVIDENCE


@dataclass(frozen=True, slots=True)
class QueueJob:
    """Queue a build, once for each hook's body."""

    job_id: str
    build: Build
    body_sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordTwin:
    """Remember that another hook asked for the same commit."""

    build: Build
    body_sha256: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SetPriority:
    """Move a waiting job; `aging_s` is what a level is worth to its customer."""

    priority: int
    by: str
    now: datetime
    aging_s: int = field(default=0, metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """Take slot and branch for a waiting job."""

    now: datetime
    slots: int = field(default=0, metadata=EVIDENCE)
    lease_until_ms: int = field(default=0, metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class CancelJob:
    """End a job: at once while it waits, by its runner while it runs."""

    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SupersedeJob:
    """End a waiting job for a newer one; `pushed_us` is how new it was when it was judged."""

    by_job: str
    now: datetime
    pushed_us: int = field(default=0, metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class RejectJob:
    """End a waiting job that may not run.

    `vouchers` are who had vouched for it when it was judged.
    """

    reason: Rejection
    now: datetime
    vouchers: tuple[str, ...] = field(default=(), metadata=EVIDENCE)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A runner says how its run ended; `conclusion` is None when it was stopped as asked."""

    attempt: int
    conclusion: Conclusion | None
    exit_code: int
    now: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LoseRun:
    """Take a run whose lease has lapsed by `now` for lost."""

    attempt: int
    now: datetime


@dataclass(frozen=True, slots=True)
class RetryJob:
    """Run a job again that has ended."""

    by: str
    now: datetime


LaterCommand = (
    RecordTwin
    | SetPriority
    | ClaimJob
    | CancelJob
    | SupersedeJob
    | RejectJob
    | RecordResult
    | LoseRun
    | RetryJob
)
"""What is asked of a job that there is."""
JobCommand = QueueJob | LaterCommand
