"""Domain values to and from JSON by the name of their class, by pydantic in Rust."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter


class UnknownKindError(Exception):
    """A stored value of a kind that this release does not know: deploy the release that does."""


class ValueCodec:
    """Encodes frozen dataclasses as compact JSON without defaults: equal values, equal bytes.

    Adapters are built at first use: a handler pays only for the kinds that it meets.
    """

    def __init__(self, kinds: Iterable[type]) -> None:
        """Take the classes that may be stored; their names are the stored kinds."""
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._adapters: dict[str, TypeAdapter[Any]] = {}

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds

    def encode(self, value: object) -> tuple[str, str]:
        """Return a value's kind and its JSON text."""
        kind = type(value).__name__
        return kind, self._adapter(kind).dump_json(value, exclude_defaults=True).decode()

    def decode(self, kind: str, text: str | bytes) -> Any:  # noqa: ANN401  # The kind names the class.
        """Return the value. Raises UnknownKindError, or pydantic's ValidationError for rubbish.

        Strict, and a field that nobody knows is an error: what was stored is what is read, nothing
        is bent into shape and nothing is dropped.
        """
        return self._adapter(kind).validate_json(text, strict=True, extra="forbid")

    def _adapter(self, kind: str) -> TypeAdapter[Any]:
        if kind not in self._adapters:
            if kind not in self._kinds:
                message = f"{kind!r} is not among {', '.join(sorted(self._kinds))}"
                raise UnknownKindError(message)
            self._adapters[kind] = TypeAdapter(self._kinds[kind])
        return self._adapters[kind]
