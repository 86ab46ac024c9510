"""The views table: one row a stream's state and one row an event, each a function of its version.

| attribute | what |
| --- | --- |
| `pk`, `sk` | partition and sort key of the row |
| `v` | version of the stream that the row was made from |
| `k`, `b` | kind and JSON of the body; both absent in a tombstone |
| `o`, `t` | timeline rows only: the event's stream, and when it was recorded |
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from adapters.codec.views import BODIES, EVENTS
from adapters.dynamodb.batch_reading import read_all
from domain.kernel.views import (
    Happened,
    OrderRows,
    Page,
    Row,
    Views,
    customer_partition,
    order_partition,
    tracking_partition,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH: Final = 25
"""Puts in one BatchWriteItem (an AWS limit)."""
_ATTEMPTS: Final = 8
_OLDER: Final = "attribute_not_exists(pk) OR v < :version"
_STANDS_AT: Final = "attribute_not_exists(pk) OR v = :before"

Item = dict[str, Any]


class UnprocessedError(Exception):
    """The table left puts of a batch undone, again and again: it is throttling. Try again later."""


class DynamoDBViews(Views):
    """Views in one DynamoDB table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Take the client and the table's name."""
        self._client = client
        self._table = table
        self._sleep = sleep

    def put_fixed(self, happened: Sequence[Happened], rows: Sequence[Row] = ()) -> None:
        """Write timeline rows and fixed rows, 25 a request; again, they are the same bytes."""
        items = [*map(_timeline_item, happened), *(_item(row, 1) for row in rows)]
        for start in range(0, len(items), _BATCH):
            self._put_batch(
                [{"PutRequest": {"Item": item}} for item in items[start : start + _BATCH]]
            )

    def _put_batch(self, requests: list[Any]) -> None:
        for attempt in range(_ATTEMPTS):
            answer = self._client.batch_write_item(RequestItems={self._table: requests})
            requests = answer["UnprocessedItems"].get(self._table, [])
            if not requests:
                return
            self._sleep(0.05 * 2**attempt)
        message = f"{self._table}: {len(requests)} puts were left undone {_ATTEMPTS} times"
        raise UnprocessedError(message)

    def put_newer(self, row: Row, version: int) -> None:
        """Write a row unless it is as new already: duplicates and disorder do nothing."""
        values = {":version": {"N": str(version)}}
        self._put(_item(row, version), _OLDER, values)

    def advance(self, row: Row, before: int, version: int) -> int:
        """Write a stream's own row if it stands at `before`; return where it stands now.

        A row that is absent stands at 0, and so does not meet a `before` above that.
        """
        condition = _STANDS_AT if before == 0 else "v = :before"
        found = self._put(_item(row, version), condition, {":before": {"N": str(before)}})
        if found is None:
            return version
        return int(found["v"]["N"]) if found else 0

    def _put(self, item: Item, condition: str, values: Mapping[str, Any]) -> Item | None:
        """Put under a condition; return None when written, else what stands there ({}: nothing)."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as failed:
            found: Any = failed.response.get("Item", {})
            return dict(found)
        return None

    def versions(self, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return where rows stand, strongly consistent, a hundred a request."""
        keys = [{"pk": {"S": partition}, "sk": {"S": sort}} for partition, sort in rows]
        found = dict.fromkeys(((key["pk"]["S"], key["sk"]["S"]) for key in keys), 0)
        for item in read_all(self._client, self._table, keys, self._sleep):
            found[item["pk"]["S"], item["sk"]["S"]] = int(item["v"]["N"])
        return found

    def order(self, order_id: str) -> OrderRows:
        """Return all rows of one order, strongly consistent, in as many pages as it takes."""
        bodies: dict[str, object] = {}
        versions: dict[str, int] = {}
        timeline: list[Happened] = []
        for item in self._partition(order_partition(order_id)):
            if "o" in item:
                timeline.append(_happened(item))
                continue
            sort = item["sk"]["S"]
            versions[sort] = int(item["v"]["N"])
            if "b" in item:
                bodies[sort] = BODIES.decode(item["k"]["S"], item["b"]["S"])
        return OrderRows(bodies, versions, tuple(timeline))

    def orders_of(self, customer_id: str, limit: int, cursor: str | None) -> Page:
        """List a customer's orders, newest first."""
        partition = customer_partition(customer_id)
        after = {"pk": {"S": partition}, "sk": {"S": cursor}} if cursor else None
        extra: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
            ScanIndexForward=False,
            Limit=limit,
            **extra,
        )
        last = answer.get("LastEvaluatedKey")
        ids = tuple(item["sk"]["S"].rpartition("#")[2] for item in answer["Items"])
        return Page(ids, last["sk"]["S"] if last else None)

    def parcels(self, carrier: str, tracking_number: str) -> tuple[object, ...]:
        """Return the shipments that have travelled under a number."""
        items = self._partition(tracking_partition(carrier, tracking_number))
        return tuple(BODIES.decode(item["k"]["S"], item["b"]["S"]) for item in items if "b" in item)

    def _partition(self, partition: str) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": partition}},
                ConsistentRead=True,
                **start,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _item(row: Row, version: int) -> Item:
    item: Item = {
        "pk": {"S": row.partition},
        "sk": {"S": row.sort},
        "v": {"N": str(version)},
    }
    if row.body is not None:
        kind, text = BODIES.encode(row.body)
        item |= {"k": {"S": kind}, "b": {"S": text}}
    return item


def _timeline_item(one: Happened) -> Item:
    """Key an event among its order's rows; ten digits keep text order and number order alike."""
    kind, text = EVENTS.encode(one.event)
    return {
        "pk": {"S": order_partition(one.order_id)},
        "sk": {"S": f"event#{one.stream}#{one.version:010d}"},
        "v": {"N": str(one.version)},
        "k": {"S": kind},
        "b": {"S": text},
        "o": {"S": one.stream},
        "t": {"S": one.recorded_at.isoformat()},
    }


def _happened(item: Item) -> Happened:
    return Happened(
        item["pk"]["S"].partition("#")[2],
        item["o"]["S"],
        int(item["v"]["N"]),
        datetime.fromisoformat(item["t"]["S"]),
        EVENTS.decode(item["k"]["S"], item["b"]["S"]),
    )
