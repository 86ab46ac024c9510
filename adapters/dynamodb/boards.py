"""The boards table: read in order, strongly consistent; only leases and debts are written here."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from adapters.dynamodb.claiming import NOTED, line_key
from adapters.dynamodb.reading import whole_page
from domain.kernel.boards import Boards, Line, Lines
from domain.kernel.claims import UNTIL_MS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OPERANDS: Final = 100
"""Values in one IN (an AWS limit)."""
_WAIT_S: Final = 0.05
_ATTEMPTS: Final = 5


class DynamoDBBoards(Boards):
    """Boards in one table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Take the client and the boards table's name."""
        self._client = client
        self._table = table
        self._sleep = sleep

    def look(self, board: str, most: int) -> Lines:
        """Return the first lines of a board: one request."""
        return self._query(board, Limit=most)

    def look_beyond(self, board: str, place: str, name: str, without: Collection[str]) -> Lines:
        """Return the lines behind a place whose note says none of `without` under `name`."""
        start = {"ExclusiveStartKey": line_key(board, place)}
        if not without:
            return self._query(board, **start)
        values = {f":v{n}": {"S": value} for n, value in enumerate(sorted(without)[:_OPERANDS])}
        return self._query(
            board,
            values,
            FilterExpression=f"attribute_not_exists(#n) OR NOT #n IN ({', '.join(values)})",
            ExpressionAttributeNames={"#n": NOTED + name},
            **start,
        )

    def extend(self, board: str, place: str, owner: str, until_ms: int) -> bool:
        """Let a lease last longer, if it is still this owner's: one write unit.

        One read unit more where that was refused: it may last longer already.
        """
        is_extended = self._update(
            board,
            place,
            "SET #n = :until",
            "o = :owner AND #n <= :until",
            UNTIL_MS,
            {":until": {"N": str(until_ms)}, ":owner": {"S": owner}},
        )
        if is_extended:
            return True
        line = self._line(board, place)
        return line is not None and line.owner == owner and line.number(UNTIL_MS) > until_ms

    def strike(self, board: str, place: str, name: str) -> None:
        """Strike a name off a note: one read unit, one write unit."""
        line = self._line(board, place)
        if line is None:
            return
        if set(line.note) - {name}:
            # Two who strike the last two at once leave a line that says nothing: a sweeper's.
            self._update(board, place, "REMOVE #n", "attribute_exists(pk)", name, {})
        else:
            self._client.delete_item(TableName=self._table, Key=line_key(board, place))

    def scan(self) -> Iterator[Line]:
        """Yield all lines: half a read unit for 4 KB."""
        extra: dict[str, Any] = {}
        while True:
            answer = self._client.scan(
                TableName=self._table, ReturnConsumedCapacity="TOTAL", **extra
            )
            for item in whole_page(answer, f"the scan of {self._table}"):
                yield line_from(item)
            if "LastEvaluatedKey" not in answer:
                return
            extra = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _line(self, board: str, place: str) -> Line | None:
        answer = self._client.get_item(
            TableName=self._table, Key=line_key(board, place), ConsistentRead=True
        )
        return line_from(answer["Item"]) if "Item" in answer else None

    def _query(self, board: str, values: Mapping[str, Any] | None = None, **extra: Any) -> Lines:  # noqa: ANN401  # botocore's own parameters.
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :board",
            ExpressionAttributeValues={":board": {"S": board}, **(values or {})},
            ConsistentRead=True,
            ReturnConsumedCapacity="TOTAL",
            **extra,
        )
        found = tuple(line_from(item) for item in whole_page(answer, f"the query of {board}"))
        more: Any = answer.get("LastEvaluatedKey")
        return Lines(found, str(more["sk"]["S"]) if more else "")

    def _update(
        self,
        board: str,
        place: str,
        update: str,
        condition: str,
        name: str,
        values: dict[str, Any],
    ) -> bool:
        """Write one line; False when its condition failed. A transaction in the way passes soon."""
        wanted: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=line_key(board, place),
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={"#n": NOTED + name},
                    **wanted,
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
            except self._client.exceptions.TransactionConflictException:
                if attempt == _ATTEMPTS:
                    raise
                self._sleep(_WAIT_S * attempt)
            else:
                return True
        return False


def line_from(item: Mapping[str, Any]) -> Line:
    """Return the line of an item."""
    return Line(
        board=item["pk"]["S"],
        place=item["sk"]["S"],
        owner=item["o"]["S"] if "o" in item else "",
        note={
            name.removeprefix(NOTED): int(value["N"]) if "N" in value else value["S"]
            for name, value in item.items()
            if name.startswith(NOTED)
        },
        count=int(item["c"]["N"]) if "c" in item else 0,
    )
