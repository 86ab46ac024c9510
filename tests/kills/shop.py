"""The shop: the real handlers over DynamoDB Local; what leaves is written to files that survive."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.codec.published import envelope, notice_text
from adapters.dynamodb.client import dynamodb_client
from domain.published.ports import Bus, Notice, Notices, Outgoing
from handlers import wiring
from handlers.api import app as api
from handlers.queues import react, settle
from handlers.settings import settings
from handlers.streams import broadcast, project
from handlers.timers import sweep
from tests.support.apps import event
from tests.support.tables import Tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HANDLERS: Final[dict[str, Callable[[dict[str, Any], Any], dict[str, Any]]]] = {
    "project": project.handler,
    "broadcast": broadcast.handler,
    "react": react.handler,
    "settle": settle.handler,
    "sweep": sweep.handler,
}
MADE_BEFORE: Final = (
    getattr(api, "_application"),  # noqa: B009  # A Lambda's cold start, before its processes die.
    getattr(project, "_consumer"),  # noqa: B009
    getattr(broadcast, "_consumer"),  # noqa: B009
    wiring.sweeper,
)
_REAL: Final = {name: vars(wiring)[name] for name in ("dynamodb", "bus", "notices", "retries")}
_SETTINGS: Final = (
    "EVENTS_TABLE",
    "VIEWS_TABLE",
    "CLAIMS_TABLE",
    "EVENT_BUS",
    "NOTICES_TOPIC",
    "OVERSIZE_BUCKET",
    "STREAM_FAILURES",
    "PAYMENT_PROVIDER",
)


class FileBus(Bus):
    """Writes what left to the end of a file: a line that is there has left."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        for one in outgoing:
            _append(self._path, {"id": one.event_id, "stream": one.stream, "text": envelope(one)})
        return frozenset()


class FileNotices(Notices):
    """Writes notices to the end of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        for one in notices:
            _append(self._path, {"stream": one.stream, "text": notice_text(one)})
        return frozenset()


class NoRetries:
    """Puts no message back: whoever drives brings it again."""

    def back_off(self, _handle: str, _received: int, _least_s: int = 0) -> None:
        """Do nothing."""


class Shop:
    """What every process of a run works on. Making one wires this process and its children."""

    def __init__(self, endpoint_url: str, tables: Tables, folder: Path) -> None:
        self.endpoint_url = endpoint_url
        self.tables = tables
        self.bus_log = folder / "bus.jsonl"
        self.notice_log = folder / "notices.jsonl"
        self.client: DynamoDBClient = dynamodb_client(endpoint_url)
        """Used by children only: each has a copy that never spoke to anybody."""
        self._wire()

    def _wire(self) -> None:
        os.environ.update(
            EVENTS_TABLE=self.tables.events,
            VIEWS_TABLE=self.tables.views,
            CLAIMS_TABLE=self.tables.claims,
            EVENT_BUS="bus",
            NOTICES_TOPIC="topic",
            OVERSIZE_BUCKET="bucket",
            STREAM_FAILURES="report",
            PAYMENT_PROVIDER="sandbox",
        )
        _forget()
        vars(wiring).update(
            dynamodb=lambda: self.client,
            bus=lambda: FileBus(self.bus_log),
            notices=lambda: FileNotices(self.notice_log),
            retries=lambda _arn: NoRetries(),
        )
        for made in MADE_BEFORE:
            made()  # Once, and not in each child; nothing connects.

    # ---- what children do -------------------------------------------------------------------

    def post(self, path: str, body: object, key: str) -> tuple[int, str]:
        """Send a command through the real API; return status and body."""
        sent = event("POST", path, json.dumps(body), {"idempotency-key": key})
        answer = api.handler(sent, None)
        return answer["statusCode"], answer["body"]

    def handle(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """Have a handler called."""
        return HANDLERS[name](given, None)


@contextmanager
def wired(shop: Shop) -> Iterator[Shop]:
    """Leave the composition root afterwards as it was before a shop was made."""
    try:
        yield shop
    finally:
        vars(wiring).update(_REAL)
        for name in _SETTINGS:
            os.environ.pop(name, None)
        _forget()


def _forget() -> None:
    settings.cache_clear()
    for cached in (*vars(wiring).values(), *MADE_BEFORE):
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


def messages(texts: Sequence[str]) -> dict[str, Any]:
    """Return the event in which a queue brings notices."""
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": str(number),
                "body": text,
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSourceARN": "arn:aws:sqs:eu-central-1:0:queue",
            }
            for number, text in enumerate(texts)
        ]
    }


def records(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the event in which a stream brings inserted items."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "NewImage": item,
                    "SequenceNumber": str(number),
                },
            }
            for number, item in enumerate(items, start=1)
        ]
    }


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return what left."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _append(path: Path, told: dict[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(descriptor, json.dumps(told).encode() + b"\n")
    finally:
        os.close(descriptor)
