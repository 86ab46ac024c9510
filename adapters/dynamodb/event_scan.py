"""Scanning the event table for what its streams have come to: for sweepers, not for decisions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from adapters.dynamodb.items import recorded_from, routing_from
from adapters.dynamodb.reading import whole_page
from domain.kernel.consumers import Seen

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def scan(client: "DynamoDBClient", table: str, segment: int, segments: int) -> Iterator[Seen]:
    """Yield the commits of one segment, eventually consistent; a stream's lie together.

    Costs half a unit for 4 KB that are gone through, whatever is projected.
    """
    extra: dict[str, Any] = {}
    while True:
        answer = client.scan(
            TableName=table,
            Segment=segment,
            TotalSegments=segments,
            ProjectionExpression="pk, #n, #t, #r",
            ExpressionAttributeNames={"#n": "n", "#t": "t", "#r": "r"},
            ReturnConsumedCapacity="TOTAL",
            **extra,
        )
        for item in whole_page(answer, f"the scan of {table}"):
            yield Seen(
                item["pk"]["S"],
                int(item["n"]["N"]),
                recorded_from(item),
                routing_from(item),
            )
        if "LastEvaluatedKey" not in answer:
            return
        extra = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def scan_heads(client: "DynamoDBClient", table: str, segment: int, segments: int) -> Iterator[Seen]:
    """Yield each stream's newest commit in one segment.

    A stream may come twice, where the table itself is split inside it; its larger version counts.
    """
    head: Seen | None = None
    for commit in scan(client, table, segment, segments):
        if head is not None and commit.stream != head.stream:
            yield head
            head = None
        if head is None or commit.last > head.last:  # MiniStack sorts numbers as text.
            head = commit
    if head is not None:
        yield head
