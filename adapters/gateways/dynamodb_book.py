"""The sandbox's book in the claims table: every process of a local run reads the same one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.gateways.sandbox import Book

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBBook(Book):
    """Entries under `sandbox#<key>`, counters under `sandbox-asked#<key>`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take the client and the claims table's name."""
        self._client = client
        self._table = table

    def note(self, key: str, entry: Mapping[str, str]) -> dict[str, str]:
        """Write an entry unless the key has one; return the one that stands."""
        item: dict[str, Any] = {name: {"S": value} for name, value in entry.items()}
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"pk": {"S": f"sandbox#{key}"}, **item},
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as failed:
            return _entry(failed.response["Item"])  # type: ignore[typeddict-item]  # ALL_OLD.
        return dict(entry)

    def asked(self, key: str) -> int:
        """Count one more time of asking."""
        answer = self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": f"sandbox-asked#{key}"}},
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        return int(str(answer["Attributes"]["n"]["N"]))

    def read(self, key: str) -> dict[str, str] | None:
        """Return the key's entry."""
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": f"sandbox#{key}"}}, ConsistentRead=True
        )
        return _entry(answer["Item"]) if "Item" in answer else None


def _entry(item: Mapping[str, Any]) -> dict[str, str]:
    return {name: value["S"] for name, value in item.items() if name != "pk"}
