"""Events and states to and from stored JSON, with every schema version that was ever written.

Events are a list of `{"t": type, "v": schema version, "d": fields}`; version 1 is left out.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from pydantic_core import from_json, to_json

from adapters.codec.values import UnknownKindError, ValueCodec

S = TypeVar("S")
E = TypeVar("E")

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""From an event's stored fields to those of the next schema version."""

_BEGINS: Final = '{"t":"'
_FIRST: Final = re.compile(r'\[\{"t":"(\w+)","d":')

NONE_YET: Final[Mapping[tuple[str, int], Upcaster]] = MappingProxyType({})


class UnknownEventError(UnknownKindError):
    """An event of a type or schema version that this release does not know; nothing is folded."""

    code = "unknown_event"

    def __init__(self, stream: str, version: int, kind: str, schema_version: object) -> None:
        """Say where it stands and what it claims to be."""
        super().__init__(
            f"{stream} version {version}: {kind!r} with schema version {schema_version} is not "
            "known here; deploy the release that reads it before the one that writes it"
        )
        self.stream = stream
        self.version = version
        self.kind = kind


class EventCodec(Generic[S, E]):
    """Writes the newest schema of a context's events, reads every one, and does the same for state.

    `upcasters[name, version]` lifts an event's fields from that schema version to the next.
    """

    def __init__(
        self,
        events: Iterable[type],
        state: type[S],
        upcasters: Mapping[tuple[str, int], Upcaster] = NONE_YET,
    ) -> None:
        """Take the context's event classes, its one state class that is stored, and history."""
        self._values = ValueCodec(events)
        self._states = ValueCodec((state,))
        self._state_kind = state.__name__
        self._upcasters = upcasters
        self._newest: dict[str, int] = {}
        for name, version in upcasters:
            self._newest[name] = max(self._newest.get(name, 1), version + 1)

    def encode_events(self, events: Sequence[E]) -> str:
        """Return the JSON of a commit's events: equal events, equal bytes."""
        return f"[{','.join(map(self._encode_event, events))}]"

    def _encode_event(self, event: E) -> str:
        kind, fields = self._values.encode(event)
        newest = self._newest.get(kind, 1)
        version = f'"v":{newest},' if newest > 1 else ""
        return f'{{"t":"{kind}",{version}"d":{fields}}}'

    def decode_events(self, text: str, stream: str, first: int) -> tuple[E, ...]:
        """Return the events of the commit at `first`.

        Raises UnknownEventError, and ValueError (pydantic's ValidationError) for rubbish.
        """
        if (alone := self._decode_alone(text)) is not None:
            return (alone,)
        return tuple(
            self._decode_event(stored, stream, version)
            for version, stored in enumerate(from_json(text), start=first)
        )

    def _decode_alone(self, text: str) -> E | None:
        """Return the event of a commit that has only one, of version 1; None for any other.

        Most commits are like that. Cut out of the text as we write it, its fields are parsed once
        and not three times. No string holds `_BEGINS`: a quote inside one is escaped.
        """
        found = _FIRST.match(text)
        if found is None or text.rfind(_BEGINS) != 1 or not text.endswith("}}]"):
            return None
        kind = found[1]
        if kind not in self._values or kind in self._newest:
            return None
        event: E = self._values.decode(kind, text[found.end() : -2])
        return event

    def _decode_event(self, stored: dict[str, Any], stream: str, version: int) -> E:
        kind, schema, fields = stored["t"], stored.get("v", 1), stored["d"]
        newest = self._newest.get(kind, 1)
        if kind not in self._values or type(schema) is not int or not 1 <= schema <= newest:
            raise UnknownEventError(stream, version, kind, schema)
        for old in range(schema, newest):
            fields = self._upcasters[kind, old](fields)
        event: E = self._values.decode(kind, to_json(fields))
        return event

    def encode_state(self, state: S) -> str:
        """Return the JSON of a state. Raises UnknownKindError for the initial one."""
        return self._states.encode(state)[1]

    def decode_state(self, text: str) -> S:
        """Return the state. Raises ValueError (pydantic's ValidationError) for rubbish."""
        state: S = self._states.decode(self._state_kind, text)
        return state
