"""The classic EventBridge bus behind the `Bus` port.

PutEvents takes 10 entries and 1 MB a request and answers 200 even when it took none of them:
`Entries` says, place by place, what was accepted. An event above 200 KB goes to S3 under its id,
and its entry says where.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from adapters.batches import Entry, batches
from adapters.codec.published import envelope
from domain.published.ports import Bus, MalformedEntryError, Outgoing

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client

_ENTRIES: Final = 10
_REQUEST_BYTES: Final = 1_000_000
_ENTRY_BYTES: Final = 200_000
_MALFORMED: Final = frozenset({"MalformedDetail", "InvalidArgument"})
"""What the same entry meets every time; any other code may pass, known to us or not."""


class EventBridgeBus(Bus):
    """Publishes to one bus."""

    def __init__(
        self, events: "EventBridgeClient", bus: str, s3: "S3Client", oversize_bucket: str
    ) -> None:
        """Take the clients, the bus's name and the bucket for what is too large for it."""
        self._events = events
        self._bus = bus
        self._s3 = s3
        self._oversize_bucket = oversize_bucket

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        """Send in as few requests as it takes; return the positions that were not accepted."""
        entries = [self._entry(position, one) for position, one in enumerate(outgoing)]
        refused: set[int] = set()
        for batch in batches(entries, _ENTRIES, _REQUEST_BYTES):
            bodies: list[Any] = [entry.body for entry in batch]
            answer = self._events.put_events(Entries=bodies)
            for entry, result in zip(batch, answer["Entries"], strict=True):
                if "EventId" not in result:
                    _check_passing(entry, result)
                    refused.add(entry.position)
        return frozenset(refused)

    def _entry(self, position: int, outgoing: Outgoing) -> Entry:
        detail = envelope(outgoing)
        if len(detail.encode()) > _ENTRY_BYTES:
            detail = self._claim_check(outgoing, detail)
        body: dict[str, object] = {
            "EventBusName": self._bus,
            "Source": outgoing.event.SOURCE,
            "DetailType": type(outgoing.event).__name__,
            "Time": outgoing.recorded_at,
            "Detail": detail,
        }
        return Entry(position, body, len(detail.encode()) + 512)

    def _claim_check(self, outgoing: Outgoing, detail: str) -> str:
        """Leave the whole event in S3 and send where it lies; doing it again writes the same."""
        key = f"published/{outgoing.event_id}.json"
        self._s3.put_object(Bucket=self._oversize_bucket, Key=key, Body=detail.encode())
        meta = json.loads(detail)["meta"]
        where = {"bucket": self._oversize_bucket, "key": key}
        return json.dumps({"meta": meta, "data_in": where}, separators=(",", ":"), sort_keys=True)


def _check_passing(entry: Entry, result: Any) -> None:  # noqa: ANN401  # A boto3 answer's entry.
    code = result.get("ErrorCode", "")
    if code in _MALFORMED:
        message = f"{entry.body['DetailType']}: {code} {result.get('ErrorMessage', '')}"
        raise MalformedEntryError(message)
