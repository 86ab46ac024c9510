"""A customer and its jobs as one plain aggregate: what has happened to them, and nothing else."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.kernel.times import When

WAITS: Final = "waits"
RUNS: Final = "runs"
ENDED: Final = "ended"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def count_us(at: When) -> int:
    """Count microseconds from 1970."""
    assert at.utc
    return (at.utc - _EPOCH) // timedelta(microseconds=1)


@dataclass(slots=True)
class Known:
    """A job. `twins` are bodies that share its answer; `void_twins` came after its end, and
    `late_twins` while it was being stopped; `over_s` is when it ended, or somebody asked for that.

    `how` names the event of its last end, `why` says why it was turned away, and `heard_at_end` are
    the bodies that it answered then; `lost` are the attempts whose runs were lost. `vouchers` may
    write to the repository and asked for it too; `pushed_us` is 0 for what is not a push.
    """

    job_id: str
    lane: str
    user: str
    is_trusted: bool
    body: str
    commit: str
    queued_us: int
    key_us: int
    pushed_us: int
    vouchers: tuple[str, ...] = ()
    is_joined: bool = False
    stands: str = WAITS
    attempt: int = 0
    ends: int = 0
    losses: int = 0
    until_ms: int = 0
    how: str = ""
    why: str = ""
    lost: set[int] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)
    heard_at_end: set[str] = field(default_factory=set)
    void_twins: set[str] = field(default_factory=set)
    late_twins: set[str] = field(default_factory=set)
    is_stopping: bool = False
    is_wanted_again: bool = False
    is_answer_enough: bool = False
    over_s: int = 0

    @property
    def is_turned_away(self) -> bool:
        return self.stands == ENDED and self.how in ("JobRejected", "JobSuperseded")

    @property
    def has_no_answer(self) -> bool:
        return self.stands == ENDED and self.how in ("JobCancelled", "JobGivenUp")

    @property
    def trusted(self) -> tuple[str, ...]:
        """Who may write to the repository, and asks for it."""
        return (self.user, *self.vouchers) if self.is_trusted else self.vouchers

    def ends_with(self, pushed_s: int) -> bool:
        """Whether what was pushed then would have ended with it, had its hook come in time."""
        return 0 < pushed_s < self.over_s

    @property
    def run(self) -> str:
        return f"{self.job_id}-{self.attempt}"

    @property
    def place(self) -> str:
        return f"queue#{self.key_us:017d}#{self.job_id}"


@dataclass(slots=True)
class Customer:
    """A customer. `commits` counts all that has happened; `..._ever` are what once was chosen."""

    customer_id: str
    has_account: bool = False
    standing: str = "active"
    slots: int = 4
    supersedes: bool = False
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    commits: int = 0
    jobs: dict[str, Known] = field(default_factory=dict)
    waiting: dict[str, Known] = field(default_factory=dict)
    running: dict[str, Known] = field(default_factory=dict)
    slots_ever: set[int] = field(default_factory=lambda: {4})
    aging_ever: set[int] = field(default_factory=lambda: {600})
    blocked_ever: set[str] = field(default_factory=set)
