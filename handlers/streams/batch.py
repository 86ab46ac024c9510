"""One batch of stream records: stop at the first that cannot be done for now, and say which.

The lowest reported sequence number is Lambda's checkpoint: everything from there on comes again.
Powertools' processor goes on after a failure and so handles later commits before earlier ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from adapters.codec.values import UnknownKindError
from domain.kernel.commits import Commit, StreamBrokenError
from domain.kernel.consumers import Parking
from domain.published.ports import MalformedEntryError
from handlers.logs import get_logger
from handlers.metrics import count_parked

WILL_NOT_PASS: Final = (
    MalformedEntryError,
    UnknownKindError,
    StreamBrokenError,
    ValidationError,
    LookupError,
    TypeError,
)
"""Trouble that the same commit meets every time, until another release is deployed."""


class PassingTroubleError(Exception):
    """Raised where partial failures are not honoured: the whole batch comes again."""


class StreamViewError(Exception):
    """The table's stream carries no new image, and never will for an immutable insert."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A commit as a stream record brings it; `state` is what it leads to, where it bears one."""

    sequence_number: str
    commit: Commit[Any]
    state: object | None


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who reads the stream: its name in marks and parking, and what it does with commits.

    `read` decodes one record; `handle` takes the commits of a batch, oldest first, and returns the
    positions of those that are not durably done. What it raises concerns the whole batch.
    """

    name: str
    parking: Parking
    read: Callable[[dict[str, Any]], Arrived]
    handle: Callable[[Sequence[Arrived]], frozenset[int]]


def run(event: dict[str, Any], consumer: Consumer, *, report: bool) -> dict[str, Any]:
    """Handle a batch and answer as Lambda's ReportBatchItemFailures wants it.

    With `report` off, raises PassingTroubleError instead of naming where to go on.
    """
    arrived = _read(event["Records"], consumer)
    undone = consumer.handle(arrived)
    if not undone:
        return {"batchItemFailures": []}
    first = arrived[min(undone)]
    get_logger().warning(
        "batch_stopped", consumer=consumer.name, stream=first.commit.stream, undone=len(undone)
    )
    if not report:
        message = f"{consumer.name} stopped at {first.commit.stream} version {first.commit.first}"
        raise PassingTroubleError(message)
    return {"batchItemFailures": [{"itemIdentifier": first.sequence_number}]}


def _read(records: Sequence[dict[str, Any]], consumer: Consumer) -> list[Arrived]:
    """Decode the records; one that will never be understood is parked, and the others go on."""
    arrived = []
    for record in records:
        try:
            arrived.append(consumer.read(record))
        except WILL_NOT_PASS as error:
            keys = record["dynamodb"]["Keys"]
            park(consumer.name, consumer.parking, keys["pk"]["S"], int(keys["sk"]["N"]), error)
    return arrived


def by_stream(arrived: Sequence[Arrived]) -> dict[str, list[int]]:
    """Group a batch's positions by stream, each group where its first commit stood."""
    groups: dict[str, list[int]] = {}
    for position, one in enumerate(arrived):
        groups.setdefault(one.commit.stream, []).append(position)
    return groups


def park(name: str, parking: Parking, stream: str, version: int, error: Exception) -> None:
    """Set a stream aside, count it and say so: the shard goes on without it."""
    parking.park(name, stream, version, f"{type(error).__name__}: {error}")
    count_parked(name)
    get_logger().error(
        "commit_parked", consumer=name, stream=stream, version=version, error=type(error).__name__
    )
