"""The three stores of commerce on any engine."""

from adapters.codec.events import ORDERS, PAYMENTS, SHIPMENTS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.memory.event_store import MemoryEventStore, Shared
from domain.orders.state import FOLD as ORDER_FOLD
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.policies.dossier import Streams
from domain.published.commerce import count
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from tests.support.engines import Engine, Memory
from tests.support.tables import Tables


def streams_on(engine: Engine) -> Streams:
    """Return stores over fresh tables of an engine, wired as the composition root does."""
    if isinstance(engine, Memory):
        shared = Shared()
        return Streams(
            MemoryEventStore(shared, ORDER_FOLD, count),
            MemoryEventStore(shared, PAYMENT_FOLD, count),
            MemoryEventStore(shared, SHIPMENT_FOLD, count),
        )
    return streams_at(engine.endpoint_url, engine.tables())


def streams_at(endpoint_url: str | None, tables: Tables) -> Streams:
    """Return stores over given tables: what a process of its own makes to work on the same."""
    client = dynamodb_client(endpoint_url)
    stored = StoreTables(tables.events, tables.claims)
    return Streams(
        DynamoDBEventStore(client, stored, ORDER_FOLD, ORDERS, count),
        DynamoDBEventStore(client, stored, PAYMENT_FOLD, PAYMENTS, count),
        DynamoDBEventStore(client, stored, SHIPMENT_FOLD, SHIPMENTS, count),
    )
