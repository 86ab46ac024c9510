"""The service, wired as the composition root does it, but over memory and trouble."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from adapters.memory.consumers import MemoryParking
from adapters.memory.event_store import MemoryEventStore, Shared
from adapters.memory.published import MemoryNotices
from domain.ci import accounts, records
from domain.ci.jobs.state import FOLD, Job
from domain.ci.ports import CiStreams, Mail
from domain.ci.sweeping.sweeper import CiSweeper, Ports
from domain.kernel.commits import Commit
from domain.kernel.decider import Fold
from domain.published.ci import count
from handlers.streams.ci.broadcast import consumer
from handlers.timers.ci.news import publish, wake
from tests.simulation.ci.customer import Known
from tests.simulation.ci.github import Github
from tests.simulation.ci.outside import (
    CountingBus,
    CountingMailer,
    ScriptedRunner,
    Topic,
    UnconditionalChecks,
)
from tests.simulation.ci.ports import TroubledBoards, TroubledStore
from tests.simulation.ci.trouble import Trouble
from tests.simulation.ci.witness import Act, Witness
from tests.support.world import unread

S = TypeVar("S")
UNTOLD: Final = ("JobSuperseded", "JobRejected")


def address_of(body: str) -> str:
    """Return whom a body names: one in three names nobody, and one in three a blocked address."""
    return ("", "ann@x", "nobody@x")[int(body[-1], 16) % 3]


def write(job: Job, key: str, to: str) -> Mail:
    """Write a mail that says little."""
    return Mail(key, to, job.status.value, "", "")


def addresses(job: Known) -> set[str]:
    """Return whom the hooks name that a job has answered with its last end."""
    return {*map(address_of, job.heard_at_end)} - {""}


class Service:
    """Stores, boards and what stands outside. `acts` are who is at work, the innermost last."""

    def __init__(self, github: Github, trouble: Trouble, clock: Callable[[], datetime]) -> None:
        self.github = github
        self.trouble = trouble
        self.clock = clock
        self.shared = Shared()
        self.witness = Witness(self.shared)
        self.acts: list[Act] = [Act(("nobody",))]
        self.wake: Callable[[Commit[Any]], None] = lambda _: None
        self.runner = ScriptedRunner(trouble, self.witness)
        self.checks = UnconditionalChecks(trouble)
        self.mailer = CountingMailer(trouble)
        self.bus = CountingBus(trouble)
        boards = TroubledBoards(self.shared, trouble, self.witness, self._act, self._is_paid)
        self.jobs, self.accounts = self._store(FOLD), self._store(accounts.FOLD)
        self.streams = CiStreams(self.jobs, self.accounts, self._store(records.FOLD), boards)
        self.notices, self.parking = Topic(trouble), MemoryParking()
        ports = (self.streams, self.bus, MemoryNotices(), self.parking)
        self.broadcaster = consumer(*ports, unread)
        self.sweeper = self.new_sweeper()

    def new_sweeper(self) -> CiSweeper:
        """Return a sweeper that remembers nothing yet."""
        return CiSweeper(
            Ports(
                streams=self.streams,
                runner=lambda: self.runner,
                wake=partial(wake, self.notices),
                publish=partial(publish, self.streams, self.bus, self.parking),
                deliveries=lambda: {"the app": lambda: self.github},
                clock=self.clock,
            )
        )

    def _store(self, fold: Fold[S, Any]) -> TroubledStore[S, Any]:
        store = MemoryEventStore(self.shared, fold, count)
        return TroubledStore(store, self.shared, self.trouble, self._wrote)

    def _act(self) -> Act:
        return self.acts[-1]

    def _wrote(self, commit: Commit[Any]) -> None:
        self.witness.wrote(commit, self.acts[-1])
        self.wake(commit)

    def _is_paid(self, job_id: str, place: str, name: str) -> bool:
        """Say whether an end's debt was paid, as those outside know it."""
        job = self.witness.jobs[job_id]
        if name == "bus":
            return f"job.{job_id}.{place}" in self.bus.sent
        if name == "status":
            highest = self.checks.highest.get(job_id, (0, 0))
            return highest >= (int(place), 3) or job_id in self.checks.given_up
        key = f"{job_id}-{place}"
        is_mailed = key in self.mailer.sent or key in self.mailer.refused
        return is_mailed or job.how in UNTOLD or not addresses(job)
