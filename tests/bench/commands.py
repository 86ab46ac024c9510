"""Our time over a bare boto3 call doing the same requests: same engine, same run, in turns.

The bare client repeats on twin tables what ours has sent. On DynamoDB Local that is the budget;
with answers given from memory there is no engine to hide behind, and what is left is CPU.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import boto3

from adapters.aws import CONFIG
from adapters.codec.events import ORDERS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.event_store import DynamoDBEventStore
from domain.kernel.transition import Request, transition
from domain.orders.commands import OrderCommand
from domain.orders.decide import DECIDER
from domain.orders.state import FOLD
from domain.published.commerce import count
from tests.bench.life import requests
from tests.bench.measuring import Bench, Figure, Pair, Sizes, Step, timed, without_collections
from tests.bench.recording import Answers, Call, Recorder, send
from tests.support.engines import Dynamo, Engines

AT_MOST = 1.15
UNIT = "times bare boto3"

Life = Sequence[Request[OrderCommand]]
Clock = Callable[[], float]


@dataclass
class Twins:
    """Our store on one set of tables, and a bare client on the twin of it."""

    engine: Dynamo
    recorder: Recorder = field(default_factory=Recorder)
    before: list[list[Call]] = field(default_factory=list)
    lives: int = 0

    def __post_init__(self) -> None:
        ours, twin = self.engine.tables(), self.engine.tables()
        self.names = {ours.events: twin.events, ours.claims: twin.claims}
        self.client = dynamodb_client(self.engine.endpoint_url)
        self.recorder.listen(self.client)
        self.bare = boto3.client("dynamodb", endpoint_url=self.engine.endpoint_url, config=CONFIG)
        self.store = DynamoDBEventStore(
            self.client, StoreTables(ours.events, ours.claims), FOLD, ORDERS, count
        )

    def begin(self) -> None:
        """Live one order without measuring it."""
        for request in requests(uuid4().hex):
            transition(self.store, DECIDER, request)
            self.before.append(self.recorder.take(self.names))

    def live(self, life: Life, place: Pair, change: Pair, clock: Clock = time.perf_counter) -> None:
        """Carry out an order's life, between its commands the requests of the one before.

        Who goes first changes each time, so that neither always finds warm what the other left.
        """
        asked: list[list[Call]] = []
        with without_collections():
            for at, request in enumerate(life):
                pair = change if at else place
                bare_first = (at + self.lives) % 2 == 1
                if bare_first:
                    self._repeat(at, pair, clock)
                with timed(pair.ours_s, clock):
                    transition(self.store, DECIDER, request)
                asked.append(self.recorder.take(self.names))
                if not bare_first:
                    self._repeat(at, pair, clock)
        self.before = asked
        self.lives += 1

    def _repeat(self, at: int, pair: Pair, clock: Clock) -> None:
        with timed(pair.floor_s, clock):
            send(self.before[at], {"dynamodb": self.bare})


def run(sizes: Sizes, engines: Engines, step: Step) -> Sequence[Figure]:
    """Measure placing an order and all that may follow, with and without an engine."""
    place, change, place_cpu, change_cpu = Pair(), Pair(), Pair(), Pair()
    with engines.use("dynamodb_local") as engine:
        assert isinstance(engine, Dynamo)
        twins = Twins(engine)
        twins.begin()
        for _ in range(sizes.orders):  # The engine compiles itself while it is used.
            twins.live(requests(uuid4().hex), Pair(), Pair())
        for _ in range(sizes.rounds):
            for _ in range(sizes.orders):
                twins.live(requests(uuid4().hex), place, change)
            step()
        _from_memory(twins, sizes, place_cpu, change_cpu)
    return (
        Figure("place an order", place.ratio, UNIT, AT_MOST, detail=place.detail("bare")),
        Figure("a transition", change.ratio, UNIT, AT_MOST, detail=change.detail("bare")),
        Figure("place an order, CPU", place_cpu.ratio, UNIT, detail=place_cpu.detail("bare")),
        Figure("a transition, CPU", change_cpu.ratio, UNIT, detail=change_cpu.detail("bare")),
    )


def _from_memory(twins: Twins, sizes: Sizes, place: Pair, change: Pair) -> None:
    """Live one order on the engine, then again and again from its answers."""
    life, answers = requests(uuid4().hex), Answers()
    with answers.kept_from(twins.client):
        twins.live(life, Pair(), Pair())
    bare = Answers(answers.kept)
    for _ in range(sizes.rounds * sizes.orders):
        with answers.given_to(twins.client), bare.given_to(twins.bare):
            twins.live(life, place, change, time.process_time)


BENCH = Bench("our time over bare boto3", lambda sizes: sizes.rounds, run)
