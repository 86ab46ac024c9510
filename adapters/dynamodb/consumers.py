"""Marks and parked streams in the claims table: `mark#...` and `parked#<consumer>#<stream>`."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from adapters.dynamodb.batch_reading import read_all
from domain.kernel.consumers import Marks, Parked, Parking

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ERROR_LENGTH_MAX: Final = 500


class DynamoDBMarks(Marks):
    """Marks in the claims table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Take the client and the claims table's name."""
        self._client = client
        self._table = table
        self._sleep = sleep

    def advance(self, consumer: str, stream: str, before: int, version: int) -> int:
        """Set a mark that stands at `before`; return where it stands now."""
        condition = "v = :before" if before else "attribute_not_exists(pk)"
        values: dict[str, Any] = {":version": {"N": str(version)}}
        if before:
            values[":before"] = {"N": str(before)}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"mark#{consumer}#{stream}"}},
                UpdateExpression="SET v = :version",
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as failed:
            found: Any = failed.response.get("Item")
            return int(found["v"]["N"]) if found else 0
        return version

    def read(self, consumer: str, streams: Iterable[str]) -> dict[str, int]:
        """Return where the marks stand, strongly consistent, in as few requests as it takes."""
        wanted = list(streams)
        prefix = f"mark#{consumer}#"
        keys = [{"pk": {"S": prefix + stream}} for stream in wanted]
        marks = dict.fromkeys(wanted, 0)
        for item in read_all(self._client, self._table, keys, self._sleep):
            marks[item["pk"]["S"].removeprefix(prefix)] = int(item["v"]["N"])
        return marks


class DynamoDBParking(Parking):
    """Parked streams in the claims table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take the client and the claims table's name."""
        self._client = client
        self._table = table

    def park(self, consumer: str, stream: str, version: int, error: str) -> None:
        """Set a stream aside; the counter says how often it was met."""
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": f"parked#{consumer}#{stream}"}},
            UpdateExpression="SET v = :version, e = :error ADD n :one",
            ExpressionAttributeValues={
                ":version": {"N": str(version)},
                ":error": {"S": error[:_ERROR_LENGTH_MAX]},
                ":one": {"N": "1"},
            },
        )

    def release(self, consumer: str, stream: str) -> None:
        """Forget a parked stream that was handled after all."""
        self._client.delete_item(
            TableName=self._table, Key={"pk": {"S": f"parked#{consumer}#{stream}"}}
        )

    def parked(self) -> Iterator[Parked]:
        """Yield everything that is set aside: a scan, for sweepers and people."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="begins_with(pk, :parked)",
            ExpressionAttributeValues={":parked": {"S": "parked#"}},
        )
        for page in pages:
            for item in page["Items"]:
                _, consumer, stream = str(item["pk"]["S"]).split("#", 2)
                yield Parked(
                    consumer,
                    stream,
                    int(str(item["v"]["N"])),
                    str(item["e"]["S"]),
                    int(str(item["n"]["N"])),
                )
