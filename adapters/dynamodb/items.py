"""One item a commit: between DynamoDB's attribute values and the kernel's commits.

| attribute | what |
| --- | --- |
| `pk`, `sk`, `n` | stream, first and last version |
| `e` | the events, JSON |
| `s`, `f`, `m` | where embedded: state, fold version, remembered command ids of the stream |
| `c`, `k` | command id, fingerprint |
| `x`, `y` | correlation and causation, left out where equal to the command id |
| `t` | microseconds since 1970, UTC |
| `r` | routing: `root#customer`, the root left out in its own stream, `#imported` behind |
| `p` | how many published events the stream has had; left out at 0 |

`m` belongs to the state beside it: 8 bytes a command, 4 of its id's hash and 4 of its version.
Ids and fingerprints that we derived ourselves are stored as the bytes behind their letters.
"""

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from adapters.codec.event_codec import EventCodec
from domain.kernel.commits import Commit, Head
from domain.kernel.decider import Fold, Routing

S = TypeVar("S")
E = TypeVar("E")

Item = dict[str, Any]
Stored = Mapping[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MEMORY: Final = struct.Struct(">II")
_DERIVED_LENGTH: Final = 26
_FINGERPRINT_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Embedded(Generic[S]):
    """The state in an item, and what the stream remembers with it."""

    state: S
    remembered: tuple[tuple[int, int], ...]


def item_of(commit: Commit[E], codec: EventCodec[Any, E]) -> Item:
    """Return a commit's item, without a state."""
    item: Item = {
        "pk": {"S": commit.stream},
        "sk": {"N": str(commit.first)},
        "n": {"N": str(commit.last)},
        "e": {"S": codec.encode_events(commit.events)},
        "c": _packed_id(commit.command_id),
        "k": _packed_fingerprint(commit.fingerprint),
        "t": {"N": str((commit.recorded_at - _EPOCH) // _MICROSECOND)},
        "r": {"S": _routing_text(commit.stream, commit.routing)},
    }
    if commit.correlation_id != commit.command_id:
        item["x"] = _packed_id(commit.correlation_id)
    if commit.causation_id != commit.command_id:
        item["y"] = _packed_id(commit.causation_id)
    if commit.published:
        item["p"] = {"N": str(commit.published)}
    return item


def state_attributes(head: Head[S], fold: Fold[S, E], codec: EventCodec[S, E]) -> Item:
    """Return what embeds a head's state in the item of its newest commit."""
    memory = b"".join(_MEMORY.pack(*each) for each in head.remembered)
    return {
        "s": {"S": codec.encode_state(head.state)},
        "f": {"N": str(fold.version)},
        "m": {"B": memory},
    }


def commit_from(item: Stored, codec: EventCodec[Any, E]) -> Commit[E]:
    """Return the commit of an item, or of a stream record's new image (binary values as base64).

    Raises UnknownEventError, and ValueError or LookupError for what is no commit.
    """
    stream, first = item["pk"]["S"], int(item["sk"]["N"])
    command_id = _unpacked_id(item["c"])
    return Commit(
        stream=stream,
        first=first,
        events=codec.decode_events(item["e"]["S"], stream, first),
        command_id=command_id,
        fingerprint=_unpacked_fingerprint(item["k"]),
        correlation_id=_unpacked_id(item["x"]) if "x" in item else command_id,
        causation_id=_unpacked_id(item["y"]) if "y" in item else command_id,
        recorded_at=recorded_from(item),
        routing=routing_from(item),
        published=int(item["p"]["N"]) if "p" in item else 0,
    )


def embedded_state(item: Stored, codec: EventCodec[S, E], fold: Fold[S, E]) -> Embedded[S] | None:
    """Return the state in an item; None where there is none that this fold has made."""
    if "s" not in item or int(item["f"]["N"]) != fold.version:
        return None
    memory = _MEMORY.iter_unpack(_raw(item["m"]))
    remembered = tuple((hashed, version) for hashed, version in memory)
    return Embedded(codec.decode_state(item["s"]["S"]), remembered)


def head_from(item: Stored, embedded: Embedded[S]) -> Head[S]:
    """Return the head right after an item's commit."""
    return Head(
        stream=item["pk"]["S"],
        state=embedded.state,
        version=int(item["n"]["N"]),
        published=int(item["p"]["N"]) if "p" in item else 0,
        remembered=embedded.remembered,
    )


def recorded_from(item: Stored) -> datetime:
    """Return when an item's commit was recorded, from its `t` alone."""
    return _EPOCH + int(item["t"]["N"]) * _MICROSECOND


def routing_from(item: Stored) -> Routing:
    """Return the root and customer that an item belongs to, from its `pk` and `r` alone."""
    root_id, customer_id, *marks = item["r"]["S"].split("#")
    own = item["pk"]["S"].partition("#")[2]
    return Routing(root_id or own, customer_id, imported=marks == ["imported"])


def _routing_text(stream: str, routing: Routing) -> str:
    root_id = "" if stream.partition("#")[2] == routing.root_id else routing.root_id
    return f"{root_id}#{routing.customer_id}{'#imported' if routing.imported else ''}"


def _packed_id(value: str) -> Item:
    """Pack an id that `derived_id` made; one that is not exactly restored stays text."""
    if len(value) == _DERIVED_LENGTH:
        try:
            raw = base64.b32decode(value.upper() + "======")
        except ValueError:
            return {"S": value}
        if _id_text(raw) == value:
            return {"B": raw}
    return {"S": value}


def _unpacked_id(value: Stored) -> str:
    return str(value["S"]) if "S" in value else _id_text(_raw(value))


def _id_text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _packed_fingerprint(value: str) -> Item:
    if len(value) == _FINGERPRINT_LENGTH:
        try:
            raw = bytes.fromhex(value)
        except ValueError:
            return {"S": value}
        if raw.hex() == value:
            return {"B": raw}
    return {"S": value}


def _unpacked_fingerprint(value: Stored) -> str:
    return str(value["S"]) if "S" in value else _raw(value).hex()


def _raw(value: Stored) -> bytes:
    raw = value["B"]
    return base64.b64decode(raw) if isinstance(raw, str) else bytes(raw)
