"""Records of hooks from which no job follows: what came, and why nothing was built."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.ci.hooks import NOBODY, Reason
from domain.kernel.claims import AnyClaim, Claim
from domain.kernel.decider import Decider, Fold, Routing
from domain.kernel.times import When


@dataclass(frozen=True, slots=True)
class HookRecorded:
    """A hook came and made no job. `commit_key` is what it asked not to be built, if anything."""

    record_id: str
    customer_id: str
    event: str
    action: str
    reason: Reason
    repository: str
    user: str
    body_sha256: str
    at: When
    commit_key: str = ""


@dataclass(frozen=True, slots=True)
class RecordHook:
    """Keep that a hook came; its body is known by the SHA-256 of its bytes."""

    record_id: str
    customer_id: str
    event: str
    action: str
    reason: Reason
    repository: str
    user: str
    body_sha256: str
    now: datetime
    commit_key: str = ""


@dataclass(frozen=True, slots=True)
class NoRecord:
    """No such hook came."""


@dataclass(frozen=True, slots=True)
class Record:
    """A hook that made no job."""

    recorded: HookRecorded


RecordState = NoRecord | Record


def decide(command: RecordHook, state: RecordState) -> Sequence[HookRecorded]:
    """Keep the first; the same body again is nothing new."""
    if isinstance(state, Record):
        return []
    return [
        HookRecorded(
            command.record_id,
            command.customer_id,
            command.event,
            command.action,
            command.reason,
            command.repository,
            command.user,
            command.body_sha256,
            When(command.now),
            command.commit_key,
        )
    ]


def evolve(_state: RecordState, event: HookRecorded) -> RecordState:
    """Return the state after the only event."""
    return Record(event)


def route(state: RecordState) -> Routing:
    """Return whom a record belongs to."""
    recorded = state.recorded if isinstance(state, Record) else None
    return Routing(recorded.record_id, recorded.customer_id) if recorded else Routing("", NOBODY)


def claims(_state: RecordState, events: Sequence[HookRecorded]) -> Sequence[AnyClaim]:
    """Hold the commit that is not to be built, so that no other hook builds it."""
    stream = FOLD.stream
    return [Claim(one.commit_key, stream(one.record_id)) for one in events if one.commit_key]


FOLD: Final[Fold[RecordState, HookRecorded]] = Fold("hook", 1, NoRecord(), evolve, route)
DECIDER: Final[Decider[RecordHook, RecordState, HookRecorded]] = Decider(FOLD, decide, claims)
