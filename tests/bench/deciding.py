"""The pure domain against the `eventsourcing` library in memory: transitions a second, in turns.

Ours: decide, encode the events, decode them again, evolve by what was read. Theirs: get, command,
save, with the application as it comes. It replays an order's whole history for each command, which
is what our embedded states are there to avoid, so two more figures say how much of the difference
that is: both without any store, and both with all that a store does, short of an engine.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from adapters.codec.events import ORDERS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.event_store import DynamoDBEventStore
from domain.kernel.transition import transition
from domain.orders.commands import OrderCommand
from domain.orders.decide import DECIDER
from domain.orders.state import FOLD, OrderState
from domain.published.commerce import count
from tests.bench.life import life, requests
from tests.bench.measuring import Bench, Figure, Pair, Sizes, Step, timed, without_collections
from tests.bench.peer import PeerOrder, PeerOrders
from tests.bench.peer_life import COMMANDS, place
from tests.support.engines import Engines

AT_LEAST = 5.0


def run(sizes: Sizes, _engines: Engines, step: Step) -> Sequence[Figure]:
    """Let both live the same orders."""
    peer = Peer()
    store = Store()
    commands = life("order-1")
    assert len(commands) == len(COMMANDS) + 1
    assert _events(commands) == [type(event).__name__ for event in peer.events_of_a_life()]
    pure, mapped, stored = Pair(), Pair(), Pair()
    for _ in range(sizes.rounds):
        _turn(pure, sizes.lives, lambda: ours(commands), peer.live)
        _turn(mapped, sizes.lives, lambda: ours(commands), peer.live_without_store)
        _turn(stored, sizes.lives, store.live, peer.live)
        step()
    per_life = len(commands) * sizes.lives
    return (
        _figure("pure domain, with JSON", pure, per_life, AT_LEAST),
        _figure("both without a store", mapped, per_life),
        _figure("both with all a store does", stored, per_life),
    )


def ours(commands: Sequence[OrderCommand]) -> OrderState:
    """Live an order: what is folded is what was written and read again."""
    state, version = FOLD.initial, 0
    for command in commands:
        text = ORDERS.encode_events(tuple(DECIDER.decide(command, state)))
        events = ORDERS.decode_events(text, "order#order-1", version + 1)
        state = FOLD.over(events, state)
        version += len(events)
    return state


class Peer:
    """The library, one life at a time."""

    def __init__(self) -> None:
        self._app = PeerOrders()

    def live(self) -> None:
        """Get, command, save, for each command."""
        order = place()
        self._app.save(order)
        for command in COMMANDS:
            order = self._app.repository.get(order.id)
            command(order)
            self._app.save(order)

    def live_without_store(self) -> PeerOrder | None:
        """Command, encode, decode, mutate, for each command: what the mapper alone costs."""
        mapper, copy = self._app.mapper, None
        order = place()
        for command in (None, *COMMANDS):
            if command is not None:
                command(order)
            for event in order.collect_events():
                copy = mapper.to_domain_event(mapper.to_stored_event(event)).mutate(copy)  # type: ignore[attr-defined]  # The mapper's protocol hides it.
        return copy

    def events_of_a_life(self) -> list[Any]:
        """Return the events that a life comes to."""
        order = place()
        for command in COMMANDS:
            command(order)
        return list(order.collect_events())


class Store:
    """Our whole store over a client that is a dict."""

    def __init__(self) -> None:
        client: Any = ItemsInMemory()  # A part of a client, and no more is used.
        self._store = DynamoDBEventStore(
            client, StoreTables("events", "claims"), FOLD, ORDERS, count
        )
        self._lives = 0

    def live(self) -> None:
        """Carry out the commands by the kernel's transition."""
        self._lives += 1
        for request in requests(f"order-{self._lives}"):
            transition(self._store, DECIDER, request)


class ItemsInMemory:
    """As much of a DynamoDB client as one order's life needs."""

    def __init__(self) -> None:
        self._items: dict[str, list[Any]] = {}

    def query(self, **params: Any) -> dict[str, Any]:  # noqa: ANN401  # As boto3 has it.
        """Return the newest items."""
        stream = params["ExpressionAttributeValues"][":stream"]["S"]
        items = self._items[stream][: -params["Limit"] - 1 : -1]
        return {"Items": items, "Count": len(items), "ConsumedCapacity": {}}

    def put_item(self, **params: Any) -> dict[str, Any]:  # noqa: ANN401  # As boto3 has it.
        """Keep an item."""
        self._items.setdefault(params["Item"]["pk"]["S"], []).append(params["Item"])
        return {"ConsumedCapacity": {}}


def _turn(
    pair: Pair, times: int, ours_: Callable[[], object], theirs: Callable[[], object]
) -> None:
    # CPU time: neither side waits for anything, and what others do on the machine is not ours.
    for side, live in ((pair.ours_s, ours_), (pair.floor_s, theirs)):
        with without_collections(), timed(side, time.process_time):
            for _ in range(times):
                live()


def _figure(name: str, pair: Pair, per_life: int, at_least: float | None = None) -> Figure:
    ours_, theirs = (per_life / turn_s for turn_s in pair.medians)
    detail = f"{ours_:,.0f} transitions a second, the library {theirs:,.0f}"
    return Figure(name, 1 / pair.ratio, "times eventsourcing", at_least=at_least, detail=detail)


def _events(commands: Sequence[OrderCommand]) -> list[str]:
    state, names = FOLD.initial, []
    for command in commands:
        events = tuple(DECIDER.decide(command, state))
        names += [type(event).__name__ for event in events]
        state = FOLD.over(events, state)
    return names


BENCH = Bench("the pure domain", lambda sizes: sizes.rounds, run)
