"""CI in memory: the streams, what stands around them, and the intake of webhooks."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.github.hooks import read
from adapters.github.signatures import is_signed
from adapters.memory.boards import MemoryBoards
from adapters.memory.checks import MemoryChecks
from adapters.memory.consumers import MemoryParking
from adapters.memory.event_store import MemoryEventStore, Shared
from adapters.memory.mail import MemoryMailer
from adapters.memory.published import MemoryBus, MemoryNotices
from adapters.memory.runners import MemoryRunner
from adapters.memory.shelves import MemoryBodies, MemoryLogs
from domain.ci.accounts import FOLD as ACCOUNT_FOLD
from domain.ci.jobs.state import FOLD as JOB_FOLD
from domain.ci.jobs.state import Job
from domain.ci.ports import CiStreams
from domain.ci.records import FOLD as RECORD_FOLD
from domain.published.ci import count
from handlers.webhooks.github import Intake, take
from tests.support.ci_tables import SECRET, posted

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class CiInMemory:
    """Everything that CI is made of, and its clock, which moves a second at each look."""

    shared: Shared = field(default_factory=Shared)
    bodies: MemoryBodies = field(default_factory=MemoryBodies)
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    runner: MemoryRunner = field(default_factory=MemoryRunner)
    checks: MemoryChecks = field(default_factory=MemoryChecks)
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    bus: MemoryBus = field(default_factory=MemoryBus)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    parking: MemoryParking = field(default_factory=MemoryParking)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.streams = CiStreams(
            MemoryEventStore(self.shared, JOB_FOLD, count),
            MemoryEventStore(self.shared, ACCOUNT_FOLD, count),
            MemoryEventStore(self.shared, RECORD_FOLD, count),
            MemoryBoards(self.shared),
        )
        signed: Callable[[str | None, bytes], bool] = lambda header, body: is_signed(  # noqa: E731  # Bound to this secret.
            header, body, [SECRET]
        )
        self.intake = Intake(self.streams, self.bodies, signed, read, self.clock)

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def post(self, event: str, body: bytes, delivery: str = "d-1") -> dict[str, Any]:
        """Post a signed webhook; return the answer with its body read."""
        return self.answered(posted(event, body, delivery))

    def answered(self, event: dict[str, Any]) -> dict[str, Any]:
        """Hand an event of API Gateway's to the handler."""
        answer = take(self.intake, event)
        return {**answer, "body": json.loads(answer["body"])}

    def job(self, job_id: str) -> Job:
        job = self.streams.jobs.load(job_id).state
        assert isinstance(job, Job)
        return job

    def streams_of(self, category: str) -> list[str]:
        return [name for name in self.shared.commits if name.startswith(f"{category}#")]
