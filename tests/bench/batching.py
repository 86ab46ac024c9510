"""A batch of stream records through `project` and `broadcast` over the AWS requests they must make.

The records are as Lambda brings them, decoded on the way. The floor: the very same requests, sent
by bare clients to twin tables, bus and topic, a batch of ours and a batch of theirs in turns.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import boto3

from adapters.aws import CONFIG
from adapters.codec.events import ORDERS, PAYMENTS, SHIPMENTS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.consumers import DynamoDBMarks, DynamoDBParking
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.dynamodb.views import DynamoDBViews
from adapters.eventbridge.publisher import EventBridgeBus
from adapters.sns.notices import SnsNotices
from domain.kernel.transition import transition
from domain.orders.decide import DECIDER
from domain.orders.state import FOLD as ORDER_FOLD
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.policies.dossier import Streams
from domain.published.commerce import count
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from handlers.streams import broadcast, project
from handlers.streams.batch import Consumer, run
from handlers.streams.broadcasting import Broadcaster
from handlers.streams.records import by_category, read
from tests.bench.life import requests
from tests.bench.measuring import Bench, Figure, Pair, Sizes, Step, timed, without_collections
from tests.bench.recording import Call, Recorder, send
from tests.support.engines import Dynamo, Engines
from tests.support.tables import Tables

AT_MOST = 1.3
NAMES = ("project", "broadcast")
PER_ORDER = (4, 13)
"""How much of a batch belongs together: a busy minute of many orders, or whole lives of a few."""


@dataclass
class Service:
    """Both consumers over ports of their own, and bare clients for the twins of all that."""

    tables: Tables
    clients: Mapping[str, Any]
    bare: Mapping[str, Any]
    names: dict[str, str]
    bus: str
    topic: str

    def __post_init__(self) -> None:
        """Wire the parts as the composition root does, with clients that can be listened to."""
        dynamodb, tables = self.clients["dynamodb"], self.tables
        self.recorder = Recorder()
        self.recorder.listen(*self.clients.values())
        stored = (dynamodb, StoreTables(tables.events, tables.claims))
        orders = DynamoDBEventStore(*stored, ORDER_FOLD, ORDERS, count)
        payments = DynamoDBEventStore(*stored, PAYMENT_FOLD, PAYMENTS, count)
        shipments = DynamoDBEventStore(*stored, SHIPMENT_FOLD, SHIPMENTS, count)
        self.streams = Streams(orders, payments, shipments)
        stores = by_category(orders, payments, shipments)
        parking = DynamoDBParking(dynamodb, tables.claims)
        bus = EventBridgeBus(self.clients["events"], self.bus, self.clients["s3"], "oversize")
        notices = SnsNotices(self.clients["sns"], self.topic)
        marks = DynamoDBMarks(dynamodb, tables.claims)
        broadcaster = Broadcaster(self.streams, bus, notices, marks)

        def record(each: dict[str, Any]) -> Any:  # noqa: ANN401  # What `read` returns.
            return read(each, stores)

        views = DynamoDBViews(dynamodb, tables.views)
        self.consumers: dict[str, Consumer] = {
            "project": project.consumer(self.streams, views, parking, record),
            "broadcast": broadcast.consumer(broadcaster, parking, record),
        }

    def records(self, wanted: int, per_order: int) -> list[dict[str, Any]]:
        """Write orders until there are as many commits as wanted; return their stream records."""
        records: list[dict[str, Any]] = []
        while len(records) < wanted:
            for request in requests(uuid4().hex)[:per_order]:
                transition(self.streams.orders, DECIDER, request)
            puts = [c for c in self.recorder.take({}) if c.method == "put_item"]
            records += [_record(call.params["Item"]) for call in puts]
        return records[:wanted]

    def turn(self, name: str, event: dict[str, Any], pair: Pair) -> list[Call]:
        """Handle one batch, then send its requests once more without us."""
        with without_collections(), timed(pair.ours_s):
            answer = run(event, self.consumers[name], report=True)
        assert answer == {"batchItemFailures": []}
        calls = self.recorder.take(self.names)
        with without_collections(), timed(pair.floor_s):
            send(calls, self.bare)
        return calls


def measure(sizes: Sizes, engines: Engines, step: Step) -> Sequence[Figure]:
    """Measure a batch through each of the two."""
    figures = []
    with engines.use("ministack") as engine:
        assert isinstance(engine, Dynamo)
        service = _service(engine)
        for per_order in PER_ORDER:
            pairs = {name: Pair() for name in NAMES}
            calls: dict[str, list[Call]] = {}
            for at in range(sizes.rounds + 1):
                event = {"Records": service.records(sizes.records, per_order)}
                for name in NAMES:
                    # The first turn opens connections and builds what is kept.
                    calls[name] = service.turn(name, event, pairs[name] if at else Pair())
                step()
            figures += [_figure(name, per_order, pairs[name], len(calls[name])) for name in NAMES]
    return figures


def _figure(name: str, per_order: int, pair: Pair, requests_sent: int) -> Figure:
    what = f"{name}, {per_order} records an order"
    detail = f"{requests_sent} requests: {pair.detail('bare')}"
    return Figure(what, pair.ratio, "times bare boto3", AT_MOST, detail=detail)


def _service(engine: Dynamo) -> Service:
    make = partial(boto3.client, endpoint_url=engine.endpoint_url, config=CONFIG)
    services = ("events", "s3", "sns")
    clients = {"dynamodb": dynamodb_client(engine.endpoint_url)} | {s: make(s) for s in services}
    bare = {service: make(service) for service in ("dynamodb", *services)}
    ours, twin = engine.tables(), engine.tables()
    names = dict(zip(vars(ours).values(), vars(twin).values(), strict=True))
    buses, topics = [], []
    for suffix in ("ours", "twin"):
        bare["events"].create_event_bus(Name=f"bench-{suffix}")
        buses.append(f"bench-{suffix}")
        topics.append(bare["sns"].create_topic(Name=f"bench-{suffix}")["TopicArn"])
    names |= {buses[0]: buses[1], topics[0]: topics[1]}
    return Service(ours, clients, bare, names, buses[0], topics[0])


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    """Make the record that the table's stream has of a put: binary values as base64."""
    image = {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in item.items()
    }
    change = {
        "Keys": {"pk": item["pk"], "sk": item["sk"]},
        "NewImage": image,
        "SequenceNumber": f"{item['sk']['N']:>021}",
        "StreamViewType": "NEW_IMAGE",
    }
    return {"eventID": uuid4().hex, "eventName": "INSERT", "dynamodb": change}


BENCH = Bench("a batch of the stream", lambda sizes: len(PER_ORDER) * (sizes.rounds + 1), measure)
