"""Transition: one command against one stream, at most once in effect, however often it comes."""

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, Generic, TypeVar

from domain.kernel.commits import Commit, Draft, Head, Past, follow, start
from domain.kernel.decider import Command, Decider
from domain.kernel.ids import short_hash
from domain.kernel.ports import ClaimHeld, Conflict, Contended, EventStore
from domain.kernel.refused import ClaimTaken, KernelRefusal, Refused

C = TypeVar("C", bound=Command)
C_co = TypeVar("C_co", bound=Command, covariant=True)
S = TypeVar("S")
E = TypeVar("E")

ATTEMPTS_MAX: Final = 64
"""How many others may get in before us; each costs one conditional write and no read."""


class Outcome(StrEnum):
    """What a transition came to; all three are success."""

    APPLIED = "applied"
    REPLAYED = "replayed"  # This very command had succeeded before: the answer is the one of then.
    NOTHING_TO_DO = "nothing_to_do"


@dataclass(frozen=True, slots=True)
class Request(Generic[C_co]):
    """A command on its way to one entity's stream.

    `expected_version`: refuse unless the stream stands there (a repeated command is known first).
    `creates`: the id was made for this command, so the stream is taken as new without a read.
    """

    entity_id: str
    command: C_co
    command_id: str
    correlation_id: str
    causation_id: str
    expected_version: int | None = None
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Transitioned(Generic[S]):
    """The stream's state and version right after the command, now or when it first succeeded."""

    outcome: Outcome
    state: S
    version: int


def transition(
    store: EventStore[S, E], decider: Decider[C, S, E], request: Request[C]
) -> Transitioned[S]:
    """Load, decide, append.

    Raises Refused: by the context's rules; COMMAND_ID_REUSED for a known id with other content;
    STALE_VERSION; BUSY when too many others came first (send it again);
    ClaimTaken.
    """
    fingerprint = fingerprint_of(request.command)
    fold = decider.fold
    head = start(fold, request.entity_id) if request.creates else store.load(request.entity_id)
    if before := _answered_before(store, head, request, fingerprint):
        return before
    for _ in range(ATTEMPTS_MAX):
        if request.expected_version not in (None, head.version):
            raise Refused(KernelRefusal.STALE_VERSION, version=head.version)
        events = tuple(decider.decide(request.command, head.state))
        if not events:
            return Transitioned(Outcome.NOTHING_TO_DO, head.state, head.version)
        match store.append(head, _draft(decider, head, request, fingerprint, events)):
            case Head() as written:
                return Transitioned(Outcome.APPLIED, written.state, written.version)
            case Conflict(winner=winner):
                head = follow(fold, head, winner)
                if winner.command_id == request.command_id:
                    return _replayed(winner, fingerprint, head)
            case ClaimHeld(claim=claim, holder=holder):
                raise ClaimTaken(claim, holder)
            case Contended():
                pass  # Nothing is known to have changed: the same decision is offered again.
    raise Refused(KernelRefusal.BUSY, attempts=ATTEMPTS_MAX)


def fingerprint_of(command: Command) -> str:
    """Hash what the caller asked: every field but our clock and the evidence that we looked up.

    A field at its default is left out, so that one added later does not turn an honest retry
    across two releases into another command.
    """
    return hashlib.sha256(repr(_asked(command)).encode()).hexdigest()[:16]


def _asked(value: Any) -> object:  # noqa: ANN401  # A command's field may hold anything.
    """Return what a value says, and what is inside it, apart from what was left at its default."""
    if isinstance(value, tuple):
        return tuple(_asked(part) for part in value)
    kind = type(value)
    asked = _asked_fields(kind)  # type: ignore[arg-type]  # mypy asks an instance to be hashable.
    if asked is None:
        return value
    said = [
        (name, _asked(given))
        for name, default in asked
        if (given := getattr(value, name)) != default
    ]
    return kind.__name__, said


@cache
def _asked_fields(kind: type[Any]) -> tuple[tuple[str, object], ...] | None:
    """Name the fields that a caller fills, with their defaults; None for what has no fields."""
    if not is_dataclass(kind):
        return None
    return tuple(
        (field.name, field.default)
        for field in fields(kind)
        if field.name != "now" and "evidence" not in field.metadata
    )


def _draft(
    decider: Decider[C, S, E],
    head: Head[S],
    request: Request[C],
    fingerprint: str,
    events: tuple[E, ...],
) -> Draft[E]:
    return Draft(
        events=events,
        command_id=request.command_id,
        fingerprint=fingerprint,
        correlation_id=request.correlation_id,
        causation_id=request.causation_id,
        recorded_at=request.command.now,
        claims=tuple(decider.claims(head.state, events)),
    )


def _answered_before(
    store: EventStore[S, E], head: Head[S], request: Request[C], fingerprint: str
) -> Transitioned[S] | None:
    """Find the command in the stream's memory; a short hash is a hint, its commit decides."""
    wanted = short_hash(request.command_id)
    for hashed, version in head.remembered:
        if hashed == wanted:
            past = store.load_at(request.entity_id, version)
            if past.commit.command_id == request.command_id:
                return _replayed(past.commit, fingerprint, past)
    return None


def _replayed(commit: Commit[E], fingerprint: str, then: Head[S] | Past[S, E]) -> Transitioned[S]:
    if commit.fingerprint != fingerprint:
        raise Refused(KernelRefusal.COMMAND_ID_REUSED)
    return Transitioned(Outcome.REPLAYED, then.state, then.version)
