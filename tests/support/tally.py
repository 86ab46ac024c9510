"""A context made for the store's contract: it counts, and holds whatever names it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args

from adapters.codec.event_codec import EventCodec
from domain.kernel.claims import Claim, ClaimAction
from domain.kernel.commits import Draft
from domain.kernel.decider import Decider, Fold, Routing
from domain.kernel.ids import derived_id
from domain.kernel.transition import Request

NOW = datetime(2026, 11, 24, 8, 30, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    by: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Took:
    key: str


@dataclass(frozen=True, slots=True)
class Left:
    key: str


TallyEvent = Counted | Took | Left


@dataclass(frozen=True, slots=True)
class Empty:
    pass


@dataclass(frozen=True, slots=True)
class Tally:
    total: int = 0
    held: tuple[str, ...] = ()
    padding: str = ""


TallyState = Empty | Tally


@dataclass(frozen=True, slots=True)
class Count:
    """One `Counted` for each number, in one commit; more than `most` in all is nothing to do."""

    by: tuple[int, ...]
    now: datetime = NOW
    note: str = ""
    take: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    most: int = 10**9


def evolve(state: TallyState, event: TallyEvent) -> TallyState:
    tally = state if isinstance(state, Tally) else Tally()
    match event:
        case Counted(by=by):
            return replace(tally, total=tally.total + by)
        case Took(key=key):
            return replace(tally, held=(*tally.held, key))
        case Left(key=key):
            return replace(tally, held=tuple(held for held in tally.held if held != key))


def evolve_bulky(state: TallyState, event: TallyEvent) -> TallyState:
    """Make a state that never rides free beside its events."""
    tally = evolve(state, event)
    assert isinstance(tally, Tally)
    return replace(tally, padding="x" * 1100)


def decide(command: Count, state: TallyState) -> Sequence[TallyEvent]:
    total = state.total if isinstance(state, Tally) else 0
    if total + sum(command.by) > command.most:
        return []
    return (
        *(Counted(by, command.note) for by in command.by),
        *(Took(key) for key in command.take),
        *(Left(key) for key in command.leave),
    )


def route(_state: TallyState) -> Routing:
    return Routing("o-1", "c-1")


def fold(version: int = 1, *, bulky: bool = False) -> Fold[TallyState, TallyEvent]:
    return Fold("tally", version, Empty(), evolve_bulky if bulky else evolve, route)


def decider(owner: str, *, bulky: bool = False) -> Decider[Count, TallyState, TallyEvent]:
    def claims(_state: TallyState, events: Sequence[TallyEvent]) -> Sequence[Claim]:
        return claims_of(events, owner)

    return Decider(fold(bulky=bulky), decide, claims)


def claims_of(events: Sequence[TallyEvent], owner: str) -> tuple[Claim, ...]:
    actions = {Took: ClaimAction.TAKE, Left: ClaimAction.RELEASE}
    return tuple(
        Claim(event.key, owner, actions[type(event)])
        for event in events
        if not isinstance(event, Counted)
    )


def draft(*events: TallyEvent, command: str = "", owner: str = "") -> Draft[TallyEvent]:
    """Write a draft; each unnamed command is another one."""
    return Draft(
        events=events,
        command_id=derived_id("command", command or str(next(_UNNAMED))),
        fingerprint="00ff00ff00ff00ff",
        correlation_id="correlation",
        causation_id=derived_id("cause"),
        recorded_at=NOW,
        claims=claims_of(events, owner),
    )


def request(
    entity_id: str,
    command: Count,
    command_id: str,
    *,
    expected_version: int | None = None,
    creates: bool = False,
) -> Request[Count]:
    return Request(
        entity_id, command, command_id, "correlation", "cause", expected_version, creates
    )


def count_published(event: TallyEvent) -> int:
    return 1 if isinstance(event, Counted) else 0


_UNNAMED = iter(range(10**9))
CODEC: EventCodec[Any, TallyEvent] = EventCodec(get_args(TallyEvent), Tally)
