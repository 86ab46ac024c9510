"""The composition root: the one place that names concrete adapters; commerce here, CI in `ci`.

Nothing connects at import. Each function builds its part at the first call and keeps it; the rarer
adapters are imported there too, so that a function's cold start pays only for what it uses.
"""

# ruff: noqa: PLC0415  # See above: imports inside functions are this package's point.

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from adapters.codec.events import ORDERS, PAYMENTS, SHIPMENTS
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.event_store import DynamoDBEventStore
from domain.orders.events import OrderEvent
from domain.orders.state import FOLD as ORDER_FOLD
from domain.orders.state import OrderState
from domain.payments.events import PaymentEvent
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.payments.state import PaymentState
from domain.policies.dossier import Streams
from domain.published.commerce import count
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from domain.shipments.state import ShipmentState
from handlers.settings import settings

if TYPE_CHECKING:
    from adapters.sqs.listening import BusListener
    from adapters.sqs.retries import Retries
    from domain.kernel.consumers import Marks, Parking, Seen
    from domain.kernel.views import Views
    from domain.payments.ports import PaymentProvider
    from domain.published.ports import Bus, Notices
    from domain.shipments.ports import Carrier
    from handlers.streams.batch import Arrived
    from handlers.timers.sweeping import Sweeper


def clock() -> datetime:
    """Return the time: the only clock that the domain ever hears of."""
    return datetime.now(UTC)


@cache
def dynamodb() -> Any:  # noqa: ANN401  # boto3's client types exist for type checkers only.
    """Return the client of all tables."""
    return dynamodb_client()


@cache
def _orders() -> DynamoDBEventStore[OrderState, OrderEvent]:
    return DynamoDBEventStore(dynamodb(), _tables(), ORDER_FOLD, ORDERS, count)


@cache
def _payments() -> DynamoDBEventStore[PaymentState, PaymentEvent]:
    return DynamoDBEventStore(dynamodb(), _tables(), PAYMENT_FOLD, PAYMENTS, count)


@cache
def _shipments() -> DynamoDBEventStore[ShipmentState, ShipmentEvent]:
    return DynamoDBEventStore(dynamodb(), _tables(), SHIPMENT_FOLD, SHIPMENTS, count)


def _tables() -> StoreTables:
    return StoreTables(settings().events_table, settings().claims_table)


@cache
def streams() -> Streams:
    """Return the three stores of commerce."""
    return Streams(_orders(), _payments(), _shipments())


@cache
def views() -> "Views":
    """Return the read models."""
    from adapters.dynamodb.views import DynamoDBViews

    return DynamoDBViews(dynamodb(), settings().views_table)


@cache
def marks() -> "Marks":
    """Return how far the consumers of streams have come."""
    from adapters.dynamodb.consumers import DynamoDBMarks

    return DynamoDBMarks(dynamodb(), settings().claims_table)


@cache
def parking() -> "Parking":
    """Return where commits wait that cannot be handled."""
    from adapters.dynamodb.consumers import DynamoDBParking

    return DynamoDBParking(dynamodb(), settings().claims_table)


@cache
def bus() -> "Bus":
    """Return where published events leave."""
    from adapters.aws import client
    from adapters.eventbridge.publisher import EventBridgeBus

    return EventBridgeBus(
        client("events"), settings().event_bus, client("s3"), settings().oversize_bucket
    )


@cache
def notices() -> "Notices":
    """Return where notices to ourselves leave."""
    from adapters.aws import client
    from adapters.sns.notices import SnsNotices

    return SnsNotices(client("sns"), settings().notices_topic)


@cache
def retries(queue_arn: str) -> "Retries":
    """Return how messages of a queue are put back."""
    from adapters.aws import client
    from adapters.sqs.retries import Retries

    return Retries(client("sqs"), queue_arn)


class UnknownProviderError(Exception):
    """PAYMENT_PROVIDER names none that this release has."""


@cache
def payment_provider() -> "PaymentProvider":
    """Return whoever moves the money: today the sandbox, which moves none."""
    from adapters.gateways.dynamodb_book import DynamoDBBook
    from adapters.gateways.sandbox import SandboxProvider

    if settings().payment_provider != "sandbox":
        message = f"PAYMENT_PROVIDER={settings().payment_provider!r} is not known; use 'sandbox'"
        raise UnknownProviderError(message)
    return SandboxProvider(DynamoDBBook(dynamodb(), settings().claims_table))


@cache
def carrier() -> "Carrier":
    """Return whoever moves the parcels: today the sandbox, which moves none."""
    from adapters.gateways.dynamodb_book import DynamoDBBook
    from adapters.gateways.sandbox import SandboxCarrier

    return SandboxCarrier(DynamoDBBook(dynamodb(), settings().claims_table))


def reports_stream_failures() -> bool:
    """Whether the stream's mapping honours partial failures."""
    return settings().stream_failures == "report"


def read_record(record: dict[str, Any]) -> "Arrived":
    """Decode a stream record of the events table."""
    from handlers.streams.records import by_category, read

    return read(record, by_category(_orders(), _payments(), _shipments()))


@cache
def sweeper() -> "Sweeper":
    """Return what closes gaps."""
    from handlers.queues.settle import settle
    from handlers.streams.broadcasting import Broadcaster
    from handlers.timers.sweeping import Sweeper

    broadcaster = Broadcaster(streams(), bus(), notices(), marks())
    return Sweeper(streams(), views(), broadcaster, marks(), parking(), settle, clock)


def heads(segment: int, segments: int) -> Iterator["Seen"]:
    """Scan one segment of the events table for the newest commit of each stream."""
    from adapters.dynamodb.event_scan import scan_heads

    return scan_heads(dynamodb(), settings().events_table, segment, segments)


def listener(process_id: int, is_alive: Callable[[int], bool]) -> "BusListener":
    """Return an ear on the bus of one process; those of processes that are gone are swept."""
    from adapters.aws import client
    from adapters.sqs.listening import BusListener

    return BusListener(client("events"), client("sqs"), settings().event_bus, process_id, is_alive)
