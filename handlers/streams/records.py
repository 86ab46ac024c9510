"""Stream records: from what Lambda brings to a commit, whatever the table's stream view."""

from collections.abc import Mapping
from typing import Any, Protocol

from adapters.codec.values import UnknownKindError
from domain.kernel.commits import Commit, Past
from domain.kernel.decider import Fold
from handlers.streams.batch import Arrived, StreamViewError


class Store(Protocol):
    """An event store that can read what its table's stream brings."""

    @property
    def fold(self) -> Fold[Any, Any]:
        """How its streams are folded."""

    def load_at(self, entity_id: str, version: int) -> Past[Any, Any]:
        """Return the stream as of a version."""

    def decode(self, image: Mapping[str, Any]) -> tuple[Commit[Any], object | None]:
        """Return the commit of a new image, and the state where it bears one."""


def by_category(*stores: Store) -> dict[str, Store]:
    """Name stores by the category of their streams."""
    return {store.fold.category: store for store in stores}


def read(record: dict[str, Any], stores: Mapping[str, Store]) -> Arrived:
    """Decode one INSERT record.

    NEW_IMAGE and NEW_AND_OLD_IMAGES bring the commit; KEYS_ONLY names it, and it is read back.
    Raises StreamViewError for OLD_IMAGE, which is empty for an insert and always will be.
    """
    change = record["dynamodb"]
    stream, first = change["Keys"]["pk"]["S"], int(change["Keys"]["sk"]["N"])
    category, _, entity_id = stream.partition("#")
    store = stores.get(category)
    if store is None:
        message = f"{stream}: this release knows no streams of the category {category!r}"
        raise UnknownKindError(message)
    if "NewImage" in change:
        commit, state = store.decode(change["NewImage"])
        return Arrived(change["SequenceNumber"], commit, state)
    if change.get("StreamViewType") == "KEYS_ONLY":
        commit = store.load_at(entity_id, first).commit
        return Arrived(change["SequenceNumber"], commit, None)
    message = (
        f"{record.get('eventSourceARN', 'the events table')}: StreamViewType "
        f"{change.get('StreamViewType')} brings nothing of an insert; set NEW_IMAGE"
    )
    raise StreamViewError(message)
