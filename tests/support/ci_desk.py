"""CI over any stores, driven step by step: its clock stands still until it is told to move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from adapters.codec.ci_events import ACCOUNTS, JOBS, RECORDS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.memory.consumers import MemoryParking
from adapters.memory.event_store import MemoryEventStore, Shared
from adapters.memory.published import MemoryBus, MemoryNotices
from domain.ci import accounts, intake, records, running, scheduling
from domain.ci.accounts import Settings
from domain.ci.board import Board as CiBoard
from domain.ci.hooks import Change, Installation, Told
from domain.ci.jobs import commands as c
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import FOLD, Job
from domain.ci.mailing import Mailed, mail_end
from domain.ci.places import owed_board, ref_of
from domain.ci.ports import CiStreams, Mail
from domain.ci.reporting import report
from domain.ci.sweeping.sweeper import GRACE, CiSweeper, Ports
from domain.ci.sweeping.swept import Swept
from domain.kernel.ids import derived_id
from domain.kernel.transition import Request, transition
from domain.published.ci import count
from handlers.streams.ci.broadcast import publish_ends
from handlers.timers.ci.news import publish, wake
from tests.support.builders import NOW
from tests.support.ci_builders import branch, hook, push
from tests.support.ci_outside import Checks, Deliveries, Mailer, Runner
from tests.support.ci_subscriptions import told_by
from tests.support.stores import MemoryWorld, World

EVERYTHING = 10_000
ENDS = {"JobFinished", "JobCancelled", "JobSuperseded", "JobRejected", "JobGivenUp"}


def ci_streams(world: World) -> CiStreams:
    """Return the stores and boards of CI on an engine."""
    if isinstance(world, MemoryWorld):
        made = partial(MemoryEventStore, world.shared)
        return CiStreams(
            made(FOLD, count),
            made(accounts.FOLD, count),
            made(records.FOLD, count),
            world.boards(),
        )
    tables = StoreTables(world.tables.events, world.tables.claims, world.tables.boards)
    stored = partial(DynamoDBEventStore, world.client, tables, sleep=world.slept_s.append)
    return CiStreams(
        stored(FOLD, JOBS, count),
        stored(accounts.FOLD, ACCOUNTS, count),
        stored(records.FOLD, RECORDS, count),
        world.boards(),
    )


def memory_streams() -> CiStreams:
    """Return empty stores and boards in memory."""
    return ci_streams(MemoryWorld(Shared()))


@dataclass(frozen=True)
class Board:
    """What a customer's board says, in short: queued jobs in order, runs by lane, slots taken."""

    queue: tuple[str, ...] = ()
    runs: Mapping[str, str] = field(default_factory=dict)
    taken: int = 0


def write(job: Job, key: str, to: str) -> Mail:
    """Write a short mail."""
    return Mail(key, to, job.status.value, job.job_id, "")


@dataclass
class Desk:
    """One customer's CI. A hook's body is named by what it says, unless another name is given."""

    streams: CiStreams = field(default_factory=memory_streams)
    customer_id: str = "acme"
    now: datetime = NOW
    runner: Runner = field(default_factory=Runner)
    checks: Checks = field(default_factory=Checks)
    mailer: Mailer = field(default_factory=Mailer)
    lists: dict[str, Callable[[], Deliveries]] = field(default_factory=dict)
    bus: MemoryBus = field(default_factory=MemoryBus)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    parking: MemoryParking = field(default_factory=MemoryParking)
    addresses: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        """Have one sweeper, as a process has."""
        self.sweeper = self.new_sweeper()

    def new_sweeper(self) -> CiSweeper:
        """Return a sweeper that remembers nothing yet, as in a new process."""
        return CiSweeper(
            Ports(
                streams=self.streams,
                runner=lambda: self.runner,
                wake=lambda commit, debts: wake(self.notices, commit, debts),
                publish=lambda job_id: publish(self.streams, self.bus, self.parking, job_id),
                deliveries=lambda: self.lists,
                clock=self.clock,
            )
        )

    def clock(self) -> datetime:
        return self.now

    def wait(self, **how_long: float) -> datetime:
        """Let time pass, as `timedelta` words it."""
        self.now += timedelta(**how_long)
        return self.now

    # ---- what comes in ------------------------------------------------------------------------

    def take_in(
        self, told: Told, body: str = "", user: str = "ann", event: str = "push"
    ) -> intake.Taken:
        """Take a hook in; the repository's id is the customer's, as bodies are told apart by it."""
        came = hook(told, user, event, self.customer_id)
        arrival = intake.Arrival(came, body or f"body of {told}", self.now, "test")
        return intake.take_in(self.streams, arrival)

    def push(self, name: str, message: str = "", user: str = "ann", body: str = "") -> str:
        """Push a commit of its own to a branch; return its job."""
        sha = derived_id("sha", name, message, self.customer_id)
        taken = self.take_in(push(branch(name), sha, message), body, user)
        assert taken.job_id, taken
        return taken.job_id

    def change(self, change: Change) -> None:
        actions = {"granted": "created", "suspended": "suspend", "resumed": "unsuspend"}
        action = actions.get(change.value, "deleted")
        self.take_in(Installation(action), f"{action} at {self.now}", event="installation")

    def choose(self, settings: Settings) -> None:
        command = accounts.ChangeSettings(self.customer_id, settings, "ann", self.now)
        command_id = derived_id("settings", str(self.now), repr(settings))
        request = Request(self.customer_id, command, command_id, "test", command_id)
        transition(self.streams.accounts, accounts.DECIDER, request)

    # ---- what is asked of jobs ----------------------------------------------------------------

    def ask(self, job_id: str, command: c.JobCommand) -> None:
        """Ask something of a job, each time anew."""
        self.asked += 1
        command_id = derived_id(job_id, str(self.asked))
        transition(
            self.streams.jobs, DECIDER, Request(job_id, command, command_id, "test", command_id)
        )

    def prioritise(self, job_id: str, priority: int, aging_s: int = 600) -> None:
        self.ask(job_id, c.SetPriority(priority, "ann", self.now, aging_s))

    def cancel(self, job_id: str) -> None:
        self.ask(job_id, c.CancelJob("ann", self.now))

    def retry(self, job_id: str) -> None:
        self.ask(job_id, c.RetryJob("ann", self.now))

    # ---- what follows -------------------------------------------------------------------------

    def schedule(self) -> scheduling.Scheduled:
        return scheduling.schedule(self.streams, self.customer_id, self.clock, "test")

    def look(self) -> CiBoard:
        return scheduling.look_at(self.streams.boards, self.customer_id)

    def start(self, job_id: str) -> bool:
        return running.start(self.streams, self.runner, job_id, self.clock, "test")

    def beat(self, job_id: str) -> running.Beat:
        return running.beat(self.streams, job_id, self.job(job_id).attempt, self.now)

    def finish(
        self, job_id: str, conclusion: Conclusion | None = Conclusion.PASSED, exit_code: int = 0
    ) -> None:
        attempt = self.job(job_id).attempt
        said = c.RecordResult(attempt, conclusion, exit_code, self.now)
        running.record(self.streams, job_id, said, "test")

    def report(self, job_id: str) -> bool:
        return report(self.streams, self.checks, job_id, self.clock)

    def mail(self, job_id: str) -> bool:
        address_of = partial(_address, self.addresses)
        mailed = mail_end(self.streams, self.mailer, address_of, write, job_id, self.clock)
        return mailed is not Mailed.NOT_OWED

    def tell_bus(self, job_id: str) -> bool:
        """Publish what a job's ends have published."""
        return publish_ends(self.streams, self.bus, job_id)

    def sweep(self, grace: timedelta = GRACE) -> Swept:
        """Sweep once, without a deadline."""
        return self.sweeper.sweep(grace=grace)

    def hear(self) -> None:
        """Do what the queues do of the notices that were sent; see the template's subscriptions."""
        heard, self.notices.sent = self.notices.sent, []
        for notice in heard:
            for queue, job_id in told_by(notice):
                getattr(self, queue)(job_id)

    # ---- how things stand ---------------------------------------------------------------------

    def job(self, job_id: str) -> Job:
        state = self.streams.jobs.load(job_id).state
        assert isinstance(state, Job)
        return state

    def events(self, job_id: str) -> list[str]:
        """Name a job's events."""
        commits: Any = self.streams.jobs.read(job_id)
        return [type(event).__name__ for commit in commits for event in commit.events]

    @property
    def board(self) -> Board:
        """Read the customer's whole board."""
        lines = self.streams.boards.look(f"ci#{self.customer_id}", EVERYTHING).lines
        short = Board(
            tuple(line.owner for line in lines if line.place.startswith("queue#")),
            {
                ref_of(line.text("lane")): line.owner
                for line in lines
                if line.place.startswith("lane#")
            },
            sum(line.count for line in lines if line.place == "count"),
        )
        assert short.taken == len(short.runs)
        return short

    def owed(self, job_id: str) -> dict[str, set[str]]:
        """Return what each end of a job still owes."""
        lines = self.streams.boards.look(owed_board(job_id), EVERYTHING).lines
        return {line.place: set(line.note) for line in lines}


def _address(addresses: Mapping[str, str], body: str) -> str:
    return addresses.get(body, "")
