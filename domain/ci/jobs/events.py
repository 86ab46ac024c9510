"""What has happened to a job. Stored for ever, so changed only by adding fields with defaults.

`at` is when it happened, UTC. An attempt is one run of a job, counted from 1; everything that a
runner says bears the attempt that it speaks of.
"""

from dataclasses import dataclass
from enum import StrEnum

from domain.ci.hooks import Trigger
from domain.ci.places import PRIORITY_NORMAL
from domain.kernel.times import When


class Conclusion(StrEnum):
    """How a run ended by itself."""

    PASSED = "passed"
    FAILED = "failed"


class Rejection(StrEnum):
    """Why a waiting job may not run."""

    USER_NOT_ALLOWED = "user_not_allowed"
    ACCOUNT_REVOKED = "account_revoked"


@dataclass(frozen=True, slots=True)
class JobQueued:
    """A hook asks for a build; its body is kept under the SHA-256 of its bytes.

    `pushed_s` is when it was pushed by GitHub's clock, in seconds since 1970; 0 if it did not say.
    """

    job_id: str
    customer_id: str
    repository_id: str
    repository: str
    ref: str
    sha: str
    trigger: Trigger
    user: str
    at: When
    is_trusted: bool = True
    number: int = 0
    title: str = ""
    body_sha256: str = ""
    priority: int = PRIORITY_NORMAL
    pushed_s: int = 0


@dataclass(frozen=True, slots=True)
class TwinRecorded:
    """Another hook asked for the same commit; it gets this job's answer.

    `vouched_by` is its user where that one may write to the repository and was not known to ask.
    `joined_from` is its branch where that is another one; `pushed_s` is when it was pushed, where
    that makes the job newer in its own branch, and 0 otherwise.
    """

    trigger: Trigger
    body_sha256: str
    at: When
    vouched_by: str = ""
    joined_from: str = ""
    pushed_s: int = 0


@dataclass(frozen=True, slots=True)
class PriorityChanged:
    """The job stands elsewhere in the queue now; `key_us` is its new key."""

    priority: int
    key_us: int
    by: str
    at: When


@dataclass(frozen=True, slots=True)
class JobClaimed:
    """A slot and the branch are the job's: run it. `slots` is how many the customer had then."""

    attempt: int
    slots: int
    lease_until_ms: int
    at: When


@dataclass(frozen=True, slots=True)
class CancellationRequested:
    """The runner hears of it with its next heartbeat."""

    by: str
    at: When


@dataclass(frozen=True, slots=True)
class JobFinished:
    """The run ended by itself; `detail` says why, where the exit code does not."""

    attempt: int
    conclusion: Conclusion
    exit_code: int
    at: When
    detail: str = ""


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """Somebody asked for the end, and it has ended."""

    by: str
    at: When


@dataclass(frozen=True, slots=True)
class JobSuperseded:
    """A newer job of the same branch made it needless while it waited."""

    by_job: str
    at: When


@dataclass(frozen=True, slots=True)
class JobRejected:
    """The job is not allowed to run."""

    reason: Rejection
    at: When


@dataclass(frozen=True, slots=True)
class RunLost:
    """The runner's lease lapsed; unless this commit ends it, the job waits where it stood."""

    attempt: int
    at: When


@dataclass(frozen=True, slots=True)
class JobGivenUp:
    """Its runs were lost too often."""

    losses: int
    at: When


@dataclass(frozen=True, slots=True)
class JobRetried:
    """Somebody asked for another run of a job that had ended."""

    by: str
    at: When


@dataclass(frozen=True, slots=True)
class RetryRequested:
    """Somebody asked for another run while this one was being stopped: it follows that.

    `unless_answered`: should this one end by itself all the same, its answer will do.
    """

    by: str
    at: When
    unless_answered: bool = False


JobEvent = (
    JobQueued
    | TwinRecorded
    | PriorityChanged
    | JobClaimed
    | CancellationRequested
    | JobFinished
    | JobCancelled
    | JobSuperseded
    | JobRejected
    | RunLost
    | JobGivenUp
    | JobRetried
    | RetryRequested
)
