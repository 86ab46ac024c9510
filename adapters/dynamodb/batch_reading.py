"""Reading many items by their keys, as many a request as AWS takes, until all are there."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS: Final = 100
"""Keys in one BatchGetItem (an AWS limit)."""
_FIRST_WAIT_S: Final = 0.05
_LONGEST_WAIT_S: Final = 5.0


def read_all(
    client: "DynamoDBClient",
    table: str,
    keys: Sequence[dict[str, Any]],
    sleep: Callable[[float], None],
) -> Iterator[dict[str, Any]]:
    """Yield the version items (keys and `v`) that exist, strongly consistent.

    What an answer leaves out for throttling is asked for again, later each time.
    """
    for start in range(0, len(keys), _KEYS):
        asked: list[Any] = list(keys[start : start + _KEYS])
        wait_s = _FIRST_WAIT_S
        while asked:
            names = ", ".join((*asked[0], "v"))
            request: Any = {"Keys": asked, "ConsistentRead": True, "ProjectionExpression": names}
            answer: Any = client.batch_get_item(RequestItems={table: request})
            yield from answer["Responses"].get(table, [])
            left = answer["UnprocessedKeys"].get(table)
            asked = left["Keys"] if left else []
            if asked:
                sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
