"""From real stream records to rows, on every engine that has a stream."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from adapters.codec.events import ORDERS, PAYMENTS, SHIPMENTS
from adapters.codec.views import EVENTS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.consumers import DynamoDBMarks, DynamoDBParking
from adapters.dynamodb.event_scan import scan_heads
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.dynamodb.views import DynamoDBViews
from domain.kernel.commits import Commit
from domain.kernel.consumers import Seen
from domain.kernel.times import When
from domain.orders import commands as o
from domain.orders.state import FOLD as ORDER_FOLD
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.policies.dossier import Streams
from domain.published.commerce import count
from domain.shipments import commands as s
from domain.shipments.events import ShipmentStatus
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from handlers.streams import broadcast, project
from handlers.streams.batch import Arrived, StreamViewError, run
from handlers.streams.broadcasting import Broadcaster
from handlers.streams.projection import categories
from handlers.streams.records import by_category, read
from handlers.timers.sweeping import Sweeper, Swept
from tests.support.engines import Dynamo
from tests.support.tailing import Tail
from tests.support.world import World, place

SEED = 20260101


class Tabled(World):
    """The world on the tables of an engine; bus and notices stay in memory."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.dynamo = dynamo
        self.tables = dynamo.tables()
        self.client = dynamodb_client(dynamo.endpoint_url)
        super().__init__()

    def __post_init__(self) -> None:
        super().__post_init__()
        names = (self.client, StoreTables(self.tables.events, self.tables.claims))
        orders = DynamoDBEventStore(*names, ORDER_FOLD, ORDERS, count)
        payments = DynamoDBEventStore(*names, PAYMENT_FOLD, PAYMENTS, count)
        shipments = DynamoDBEventStore(*names, SHIPMENT_FOLD, SHIPMENTS, count)
        self.streams = Streams(orders, payments, shipments)
        self.stores = by_category(orders, payments, shipments)
        self.views = DynamoDBViews(self.client, self.tables.views)  # type: ignore[assignment]
        self.marks = DynamoDBMarks(self.client, self.tables.claims)  # type: ignore[assignment]
        self.parking = DynamoDBParking(self.client, self.tables.claims)  # type: ignore[assignment]
        self.broadcaster = Broadcaster(self.streams, self.bus, self.notices, self.marks)

    def heads(self) -> Iterator[Seen]:
        return scan_heads(self.client, self.tables.events, 0, 1)

    def commits(self) -> list[Commit[Any]]:
        known = categories(self.streams)
        return [
            commit
            for head in self.heads()
            for commit in known[head.stream.partition("#")[0]].store.read(
                head.stream.partition("#")[2]
            )
        ]

    def stream_names(self) -> list[str]:
        return [head.stream for head in self.heads()]

    def read(self, record: dict[str, Any]) -> Arrived:
        return read(record, self.stores)

    def sweep(self, grace: timedelta = timedelta()) -> Swept:
        parts = (self.streams, self.views, self.broadcaster, self.marks, self.parking)
        return Sweeper(*parts, self.settle, self.clock).sweep([self.heads()], grace)

    def rows(self) -> dict[tuple[str, str], tuple[int, tuple[str, str] | None]]:
        pages = self.client.get_paginator("scan").paginate(TableName=self.tables.views)
        return {
            (str(item["pk"]["S"]), str(item["sk"]["S"])): (
                int(str(item["v"]["N"])),
                (str(item["k"]["S"]), str(item["b"]["S"])) if "b" in item else None,
            )
            for page in pages
            for item in page["Items"]
        }

    def expected(self) -> dict[tuple[str, str], tuple[int, tuple[str, str] | None]]:
        """Fold every stream from its first event, and return the rows that this must make."""
        by_stream: dict[str, list[Commit[Any]]] = {}
        for commit in self.commits():
            by_stream.setdefault(commit.stream, []).append(commit)
        self.shared.commits = by_stream
        rows = self.bytes_of_folds()
        for commit in self.commits():
            for version, event in enumerate(commit.events, start=commit.first):
                key = (f"order#{commit.routing.root_id}", f"event#{commit.stream}#{version:010d}")
                rows[key] = (version, EVENTS.encode(event))
        return rows


def records(world: Tabled) -> list[dict[str, Any]]:
    """Read everything that the events table's stream holds."""
    tail = Tail(world.dynamo, world.tables.events)
    found: list[dict[str, Any]] = []
    while more := tail.inserted():
        found += more
    return found


@pytest.fixture(scope="module")
def lived(dynamo: Dynamo) -> Tabled:
    """Three orders: one delivered, one cancelled, one open."""
    world = Tabled(dynamo)
    for number in range(3):
        world.order(f"o{number}", place(f"o{number}"))
        world.run(f"o{number}")
    world.order("o0", lambda now: o.AllocateShipment("s0", (), now, "ups", "1Z0999"))
    world.order("o1", lambda now: o.CancelOrder("test", now))
    for order_id in ("o0", "o1"):
        world.run(order_id)
    for status in (ShipmentStatus.PICKED_UP, ShipmentStatus.DELIVERED):
        world.shipment("s0", lambda now, status=status: s.RecordScan(status, When(now), now))  # type: ignore[misc]
    world.run("o0")
    return world


def test_every_commit_arrives_and_is_decoded_as_it_was_written(lived: Tabled) -> None:
    arrived = {
        (one.commit.stream, one.commit.first): one for one in map(lived.read, records(lived))
    }
    stored = {(one.stream, one.first): one for one in lived.commits()}
    assert {key: one.commit for key, one in arrived.items()} == stored
    with_state = [one for one in arrived.values() if one.state is not None]
    assert with_state
    for one in with_state:
        category, _, entity_id = one.commit.stream.partition("#")
        store = categories(lived.streams)[category].store
        assert store.load_at(entity_id, one.commit.last).state == one.state


def test_doubled_shuffled_and_withheld_records_leave_the_rows_equal_to_the_folds(
    lived: Tabled,
) -> None:
    random = Random(SEED)
    arriving = [one for one in records(lived) if random.random() >= 0.1] * 2
    random.shuffle(arriving)
    projecting = project.consumer(lived.streams, lived.views, lived.parking, lived.read)
    broadcasting = broadcast.consumer(lived.broadcaster, lived.parking, lived.read)
    while arriving:
        batch, arriving = {"Records": arriving[:7]}, arriving[7:]
        for consumer in (projecting, broadcasting):
            assert run(batch, consumer, report=True) == {"batchItemFailures": []}
    swept = lived.sweep()
    assert (swept.failed, swept.parked) == (0, 0)
    assert lived.rows() == lived.expected()
    assert {(one.stream, one.sequence) for one in lived.bus.sent} == {
        (commit.stream, sequence)
        for commit in lived.commits()
        for sequence in range(1, commit.published + 1)
    }
    again = lived.sweep()
    assert (again.projected, again.broadcast, again.reacted) == (0, 0, 0)


def test_a_record_of_keys_alone_is_read_back_and_one_of_old_images_is_refused(
    lived: Tabled,
) -> None:
    whole = records(lived)[0]
    keys = {name: value for name, value in whole["dynamodb"].items() if name != "NewImage"}
    by_key = lived.read({**whole, "dynamodb": {**keys, "StreamViewType": "KEYS_ONLY"}})
    assert by_key.commit == lived.read(whole).commit
    with pytest.raises(StreamViewError, match=r"arn:events.*OLD_IMAGE.*NEW_IMAGE"):
        lived.read({**whole, "dynamodb": {**keys, "StreamViewType": "OLD_IMAGE"}})


def test_rows_are_read_back_as_they_were_written(lived: Tabled) -> None:
    lived.sweep()
    rows = lived.views.order("o0")
    assert set(rows.bodies) == {"order", *(sort for sort in rows.versions if sort != "order")}
    assert rows.bodies["order"] == lived.streams.orders.load("o0").state
    first = lived.views.orders_of("c-1", 2, None)
    second = lived.views.orders_of("c-1", 2, first.cursor)
    assert (*first.ids, *second.ids) == ("o2", "o1", "o0")
    assert [getattr(one, "shipment_id", "") for one in lived.views.parcels("ups", "1Z0999")] == [
        "s0"
    ]
