"""Reading a stream's items: strongly consistent, page by page, and only from whole answers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from adapters.dynamodb.errors import BrokenAnswerError
from adapters.dynamodb.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STATE_WITHIN_COMMITS: Final = 7
"""One of this many newest commits bears a state, so a first page of as many finds one.

Of commits of up to 1 KB, six without a state and one of 2 KB with it are 8 KB: just 2 read units.
One more would make it 3.
"""


class StreamReader:
    """Queries the items of one stream at a time."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Take the client and the event table's name."""
        self._client = client
        self._table = table

    def backwards(self, stream: str, up_to: int | None = None) -> Iterator[Item]:
        """Yield items newest first: one short page, then as many as a page takes."""
        condition, values = _keys(stream, "sk <= :version", up_to)
        # Going back into the middle of a commit, its own state lies ahead and does not count.
        limit = STATE_WITHIN_COMMITS if up_to is None else STATE_WITHIN_COMMITS + 1
        yield from self._pages(condition, values, limit, forward=False)

    def forwards(self, stream: str, beyond: int) -> Iterator[Item]:
        """Yield the items that begin beyond a version, oldest first."""
        condition, values = _keys(stream, "sk > :version", beyond)
        yield from self._pages(condition, values, None, forward=True)

    def covering(self, stream: str, version: int) -> Item | None:
        """Return the newest item that begins at or before a version; None if there is none."""
        condition, values = _keys(stream, "sk <= :version", version)
        return next(self._pages(condition, values, 1, forward=False), None)

    def _pages(
        self, condition: str, values: Item, first_limit: int | None, *, forward: bool
    ) -> Iterator[Item]:
        extra: dict[str, Any] = {"Limit": first_limit} if first_limit else {}
        while True:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                ScanIndexForward=forward,
                ReturnConsumedCapacity="TOTAL",
                **extra,
            )
            yield from whole_page(answer, f"the query of {values[':stream']['S']}")
            if "LastEvaluatedKey" not in answer:
                return
            extra = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def whole_page(answer: Mapping[str, Any], what: str) -> Iterable[Item]:
    """Return a page's items. Raises BrokenAnswerError unless all that must be there is there.

    An empty page is believed only with the count and the capacity that we asked for: botocore
    reads a truncated body as an answer without any field.
    """
    for name in ("Items", "Count", "ConsumedCapacity"):
        if name not in answer:
            raise BrokenAnswerError(what, name)
    items: list[Item] = answer["Items"]
    if len(items) != answer["Count"]:
        raise BrokenAnswerError(what, f"{answer['Count']} items, it has {len(items)}")
    return items


def _keys(stream: str, versions: str, version: int | None) -> tuple[str, Item]:
    values: Item = {":stream": {"S": stream}}
    if version is None:
        return "pk = :stream", values
    return f"pk = :stream AND {versions}", values | {":version": {"N": str(version)}}
