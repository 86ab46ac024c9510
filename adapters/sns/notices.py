"""Notices on an SNS topic: PublishBatch takes 10 entries and 256 KB, and answers entry by entry."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from adapters.batches import Entry, batches
from adapters.codec.published import notice_text
from domain.published.ports import Notice, Notices

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_ENTRIES: Final = 10
_REQUEST_BYTES: Final = 256_000


class SnsNotices(Notices):
    """Notifies one topic; subscribers filter on the attributes `category`, `imported`, `types`."""

    def __init__(self, client: "SNSClient", topic_arn: str) -> None:
        """Take the client and the topic."""
        self._client = client
        self._topic_arn = topic_arn

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        """Send in as few requests as it takes; return the positions that were not accepted."""
        entries = [_entry(position, notice) for position, notice in enumerate(notices)]
        refused: set[int] = set()
        for batch in batches(entries, _ENTRIES, _REQUEST_BYTES):
            bodies: list[Any] = [entry.body for entry in batch]
            answer = self._client.publish_batch(
                TopicArn=self._topic_arn, PublishBatchRequestEntries=bodies
            )
            accepted = {one["Id"] for one in answer.get("Successful", [])}
            refused |= {entry.position for entry in batch if str(entry.position) not in accepted}
        return frozenset(refused)


def _entry(position: int, notice: Notice) -> Entry:
    text = notice_text(notice)
    attributes = {
        "category": _attribute(notice.stream.partition("#")[0]),
        "imported": _attribute(str(notice.routing.imported).lower()),
        # A filter is met when it names any of a list.
        "types": _attribute(json.dumps(notice.types), "String.Array"),
    }
    body: dict[str, object] = {
        "Id": str(position),
        "Message": text,
        "MessageAttributes": attributes,
    }
    # Of an attribute name, type and value count (SNS developer guide, message attributes).
    told = (part for name, one in attributes.items() for part in (name, *one.values()))
    return Entry(position, body, sum(len(part.encode()) for part in (text, *told)))


def _attribute(value: str, kind: str = "String") -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}
