"""Stream records: from what Lambda brings to a commit, whatever the table's stream view."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.codec.values import UnknownKindError
from domain.kernel.commits import Commit
from domain.policies.dossier import Streams
from handlers.streams.batch import Arrived, StreamViewError
from handlers.streams.projection import categories

Decoder = Callable[[Mapping[str, Any]], tuple[Commit[Any], object | None]]
"""From a record's new image to its commit, and the state where it bears one."""


def read(record: dict[str, Any], streams: Streams, decoders: Mapping[str, Decoder]) -> Arrived:
    """Decode one INSERT record.

    NEW_IMAGE and NEW_AND_OLD_IMAGES bring the commit; KEYS_ONLY names it, and it is read back.
    Raises StreamViewError for OLD_IMAGE, which is empty for an insert and always will be.
    """
    change = record["dynamodb"]
    stream, first = change["Keys"]["pk"]["S"], int(change["Keys"]["sk"]["N"])
    category, _, entity_id = stream.partition("#")
    known = categories(streams).get(category)
    if known is None:
        message = f"{stream}: this release knows no streams of the category {category!r}"
        raise UnknownKindError(message)
    if "NewImage" in change:
        commit, state = decoders[category](change["NewImage"])
        return Arrived(change["SequenceNumber"], commit, state)
    if change.get("StreamViewType") == "KEYS_ONLY":
        commit = known.store.load_at(entity_id, first).commit
        return Arrived(change["SequenceNumber"], commit, None)
    message = (
        f"{record.get('eventSourceARN', 'the events table')}: StreamViewType "
        f"{change.get('StreamViewType')} brings nothing of an insert; set NEW_IMAGE"
    )
    raise StreamViewError(message)
