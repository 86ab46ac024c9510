"""What a CI job costs on DynamoDB, step by step, by our own calculator, on each engine.

A write unit is a KB and a transaction doubles it. A line of a board that a transaction removes or
counts is billed for what it was, which no answer tells: so the boards are looked through as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha1, sha256
from typing import Any, Final
from uuid import uuid4

import pytest

from adapters.dynamodb.capacity import item_bytes, query_units
from adapters.dynamodb.claiming import StoreTables
from adapters.github.hooks import read
from domain.ci import running
from domain.ci.hooks import Build, Hook, Push, Repository, asked_of
from domain.ci.intake import Arrival, Became, Taken, take_in
from domain.ci.jobs.commands import LoseRun, QueueJob, RecordResult
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import NoJob
from domain.ci.places import board_of
from domain.ci.scheduling import FIRST_LOOK
from domain.kernel.claims import Entry
from domain.kernel.ids import derived_id
from tests.support.ci_builders import branch
from tests.support.ci_desk import Desk, ci_streams
from tests.support.meter import Meter
from tests.support.shared import shared_data
from tests.support.stores import DynamoWorld

KB: Final = 1024
PUSH: Final = ("github", "payloads", "api.github.com", "push", "with-new-branch.payload.json")
UNSEEN: Final = ("TransactWriteItems", "UpdateItem", "DeleteItem", "Query")
WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


@dataclass(frozen=True)
class Cost:
    """What one step has cost: requests, reads among them, and units."""

    requests: int
    reads: int
    read_units: float
    write_units: float


@dataclass
class Ledger:
    """One customer's CI on an engine, each step with its cost."""

    world: DynamoWorld
    named: Callable[[Hook], Hook]
    rows: dict[str, Cost] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hook = self.named(self._typical())
        streams = ci_streams(self.world)
        self.desk = Desk(streams, customer_id=self.hook.customer_id)

    def _typical(self) -> Hook:
        """Read GitHub's example of a push, as a commit and a customer that no other test has."""
        hook = read("push", shared_data(*PUSH).read_bytes())
        customer_id = f"co{uuid4().hex[: len(hook.customer_id) - 2]}"
        return _pushed(replace(hook, customer_id=customer_id), ref=branch("simple-tag"))

    def keep_busy(self, backlog: int) -> None:
        """Have so many jobs wait for a branch where one runs."""
        if not backlog:
            return
        busy = _pushed(self.hook, ref=branch("busy"))
        self.arrive("busy", busy)
        assert len(self.desk.schedule().started) == 1
        self.fill(backlog, busy)
        assert len(self.desk.board.queue) == backlog

    def fill(self, count: int, hook: Hook) -> None:
        """Put so many lines on the board as pushes like this one would: moto is slow at pushes."""
        table = self.world.tables.boards
        requests: list[Any] = []
        for number in range(count):
            job_id, now = derived_id(str(number), hook.customer_id), self.desk.wait(seconds=1)
            build = asked_of(hook)
            assert isinstance(build, Build)
            queued = DECIDER.decide(QueueJob(job_id, build, "", now), NoJob())
            (entry,) = (one for one in DECIDER.claims(NoJob(), queued) if isinstance(one, Entry))
            put = StoreTables("", "", table).action(entry)["Put"]
            requests.append({"PutRequest": {"Item": put["Item"]}})
        for at in range(0, count, 25):
            self.world.client.batch_write_item(RequestItems={table: requests[at : at + 25]})
        self.desk.wait(seconds=1)

    def arrive(self, body: str, hook: Hook | None = None) -> Taken:
        """Take the measured push in, or another one, under a body of this name."""
        sha = sha256(f"{body} {self.hook}".encode()).hexdigest()
        return take_in(self.desk.streams, Arrival(hook or self.hook, sha, self.desk.now, "0" * 36))

    def measure(self, step: str, act: Callable[[], object]) -> Cost:
        """Do a step and note its cost."""
        with Meter().attached(self.world.client) as meter:
            act()
        reads = sum(call.requests for call in meter.calls if call.operation not in WRITES)
        cost = Cost(meter.requests, reads, meter.read_units, meter.write_units)
        self.rows[step] = cost
        for call in meter.calls:
            assert call.exact or call.operation in UNSEEN
        assert self.largest_line() <= KB, "a line is billed for more than the KB that is counted"
        return cost

    def lines(self) -> list[dict[str, Any]]:
        """Return the customer's board as it is stored."""
        found: list[dict[str, Any]] = []
        pages = self.world.client.get_paginator("query").paginate(
            TableName=self.world.tables.boards,
            KeyConditionExpression="pk = :board",
            ExpressionAttributeValues={":board": {"S": board_of(self.desk.customer_id)}},
        )
        for page in pages:
            found += page["Items"]
        return found

    def largest_line(self) -> int:
        return max((item_bytes(item) for item in self.lines()), default=0)

    def live(self) -> str:
        """Live a job's whole life, each step measured; return the job."""
        desk, made = self.desk, list[Taken]()
        self.measure("intake", lambda: made.append(self.arrive("body")))
        job_id = made[0].job_id
        behind = query_units(self.lines()[FIRST_LOOK:])
        seen = query_units(self.lines()[:FIRST_LOOK])
        cost = self.measure("schedule and claim", desk.schedule)
        if cost.reads == 3:
            # A filtered query is billed for what it went through, and tells what it found.
            cost = replace(cost, read_units=seen + behind + query_units([]))
            self.rows["schedule and claim"] = cost
        assert desk.job(job_id).attempt == 1, "the job's branch is free, so it was to start"
        self.measure("start", lambda: desk.start(job_id))
        self.measure("heartbeat", lambda: running.beat(desk.streams, job_id, 1, desk.now))
        ended = RecordResult(1, Conclusion.FAILED, 1, desk.now)
        self.measure("finish", lambda: running.record(desk.streams, job_id, ended, "0" * 36))
        self.measure("status told", lambda: desk.report(job_id))
        self.measure("bus told", lambda: desk.tell_bus(job_id))
        self.measure("mail told", lambda: desk.mail(job_id))
        assert desk.owed(job_id) == {}
        return job_id

    @property
    def write_units(self) -> float:
        """Sum up a job's life, heartbeats aside."""
        return sum(cost.write_units for step, cost in self.rows.items() if step != "heartbeat")

    def table(self, title: str) -> str:
        """Show every step with its cost."""
        return "\n".join([f"{title:34} requests   reads     RCU     WCU", *self._lines()])

    def _lines(self) -> Iterator[str]:
        for step, cost in self.rows.items():
            yield (
                f"  {step:32} {cost.requests:8} {cost.reads:7} {cost.read_units:7} "
                f"{cost.write_units:7}"
            )
        if "finish" in self.rows:
            yield f"  {'without heartbeats':32} {'':24} {self.write_units:7}"


def _pushed(hook: Hook, **changes: Any) -> Hook:  # noqa: ANN401  # A push's own fields.
    """Return another push: a commit of its own, and whatever else is to be different."""
    assert isinstance(hook.told, Push)
    sha = sha1(uuid4().bytes, usedforsecurity=False).hexdigest()
    return replace(hook, told=replace(hook.told, sha=sha, **changes))


def typical(hook: Hook) -> Hook:
    return hook


def long_ref(hook: Hook) -> Hook:
    """Push a branch whose ref has 200 characters."""
    return _pushed(hook, ref=branch("b" * 189))


def at_every_limit(hook: Hook) -> Hook:
    """Give everything the longest name that GitHub allows, beside a ref of 200 characters."""
    customer_id = hook.customer_id.ljust(39, "c")
    hook = replace(hook, customer_id=customer_id, user="u" * 39)
    repository = Repository("1" * 10, f"{customer_id}/{'r' * 100}")
    return _pushed(long_ref(hook), repository=repository, message="t" * 72)


def show(table: str) -> None:
    """Print a table, for whoever runs pytest with -s or meets a failure."""
    print(table)  # noqa: T201  # See above.


USUAL: Final = {
    "intake": (1, 0, 6),
    "schedule and claim": (3, 2, 8),
    "start": (2, 2, 0),
    "heartbeat": (2, 1, 1),
    "finish": (2, 1, 8),
    "status told": (4, 3, 1),
    "bus told": (3, 2, 1),
    "mail told": (5, 4, 1),
}
"""Requests, reads among them, and write units."""


def written(ledger: Ledger) -> dict[str, tuple[int, int, float]]:
    return {
        step: (cost.requests, cost.reads, cost.write_units) for step, cost in ledger.rows.items()
    }


@pytest.mark.parametrize(
    ("backlog", "named"),
    [
        (0, typical),
        (30, typical),
        (50, typical),
        (500, typical),
        (50, long_ref),
        (500, long_ref),
        (50, at_every_limit),
    ],
)
def test_a_job_costs_25_write_units_whatever_waits_before_it(
    dynamo_store: DynamoWorld, backlog: int, named: Callable[[Hook], Hook]
) -> None:
    ledger = Ledger(dynamo_store, named)
    ledger.keep_busy(backlog)
    ledger.live()
    table = ledger.table(f"{named.__name__}, {backlog} waiting, {dynamo_store.name}")
    show(table)
    # Where all that a first look shows waits for a busy branch, a second one goes behind it.
    looks = 1 if backlog < FIRST_LOOK else 2
    expected = USUAL | {"schedule and claim": (2 + looks, 1 + looks, 8)}
    assert written(ledger) == expected, table
    assert ledger.write_units == 25, table


@pytest.mark.parametrize("named", [typical, long_ref, at_every_limit])
def test_a_look_reads_some_hundred_and_fifty_lines(
    dynamo_store: DynamoWorld, named: Callable[[Hook], Hook]
) -> None:
    """Of the measured push's size each: what a customer's busiest hour would look like."""
    ledger = Ledger(dynamo_store, named)
    ledger.fill(FIRST_LOOK + 10, ledger.hook)
    streams = ledger.desk.streams
    board = board_of(ledger.desk.customer_id)
    look = ledger.measure("look", lambda: streams.boards.look(board, FIRST_LOOK))
    show(f"{named.__name__}: {FIRST_LOOK} lines are {look.read_units} RCU, {dynamo_store.name}")
    assert look.read_units == query_units(ledger.lines()[:FIRST_LOOK])
    assert look.requests == 1
    assert look.read_units <= FIRST_LOOK * KB / 4096 + 1


@pytest.mark.parametrize("named", [typical, long_ref])
def test_what_comes_again_costs_what_a_refused_write_costs(
    dynamo_store: DynamoWorld, named: Callable[[Hook], Hook]
) -> None:
    """A refused condition is billed like the write that it prevented."""
    ledger = Ledger(dynamo_store, named)
    became: list[Became] = []
    for step, body in (
        ("intake", "body"),
        ("the same body again", "body"),
        ("a twin", "twin"),
        ("the twin again", "twin"),
    ):
        ledger.measure(step, lambda body=body: became.append(ledger.arrive(body).became))  # type: ignore[misc]  # mypy does not see the default.
    table = ledger.table(f"{named.__name__}, {dynamo_store.name}")
    show(table)
    assert became == [Became.QUEUED, Became.KNOWN, Became.TWIN, Became.TWIN]
    assert written(ledger) == {
        "intake": (1, 0, 6),
        "the same body again": (1, 0, 6),
        "a twin": (3, 1, 7),
        "the twin again": (3, 2, 6),
    }, table


def test_what_else_may_happen_to_a_job_costs_no_more_than_a_claim(
    dynamo_store: DynamoWorld,
) -> None:
    ledger = Ledger(dynamo_store, typical)
    desk = ledger.desk
    job_id = ledger.arrive("body").job_id
    ledger.measure("priority", lambda: desk.prioritise(job_id, 7))
    ledger.measure("claim", desk.schedule)
    desk.wait(seconds=91)
    lost = LoseRun(1, desk.now)
    ledger.measure("a lost run", lambda: running.record(desk.streams, job_id, lost, "0" * 36))
    ledger.measure("claim again", desk.schedule)
    ledger.measure("cancel what runs", lambda: desk.cancel(job_id))
    ended = RecordResult(2, None, 0, desk.now)
    ledger.measure("stopped", lambda: running.record(desk.streams, job_id, ended, "0" * 36))
    ledger.measure("retry", lambda: desk.retry(job_id))
    ledger.measure("cancel what waits", lambda: desk.cancel(job_id))
    table = ledger.table(f"what else, {dynamo_store.name}")
    show(table)
    assert {step: cost.write_units for step, cost in ledger.rows.items()} == {
        "priority": 6,
        "claim": 8,
        "a lost run": 8,
        "claim again": 8,
        "cancel what runs": 1,
        "stopped": 8,
        "retry": 4,
        "cancel what waits": 6,
    }, table


def test_a_pass_that_finds_nothing_to_do_reads_once(dynamo_store: DynamoWorld) -> None:
    ledger = Ledger(dynamo_store, typical)
    ledger.keep_busy(30)
    assert ledger.measure("nothing to start", ledger.desk.schedule).requests == 1
