"""Commits, and the heads that grow out of them: the values that travel through the store's port."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic, TypeVar

from domain.kernel.claims import AnyClaim
from domain.kernel.decider import Fold, Routing
from domain.kernel.ids import short_hash

S = TypeVar("S")
E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)

REMEMBERED_MAX: Final = 64
"""How many command ids a stream remembers, whatever their age."""


class StreamBrokenError(Exception):
    """A stream's commits do not follow one another: a hole or an overlap. Nothing is folded."""


@dataclass(frozen=True, slots=True)
class Draft(Generic[E]):
    """What one decision wants to write: its events, who asked for it, and what it claims."""

    events: tuple[E, ...]
    command_id: str
    fingerprint: str
    correlation_id: str
    causation_id: str
    recorded_at: datetime
    claims: tuple[AnyClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit(Generic[E_co]):
    """The one or more events of one decision, as stored: versions `first` to `last`, no gaps.

    `published` counts the published events that the stream has had, these included.
    """

    stream: str
    first: int
    events: tuple[E_co, ...]
    command_id: str
    fingerprint: str
    correlation_id: str
    causation_id: str
    recorded_at: datetime
    routing: Routing
    published: int = 0

    @property
    def last(self) -> int:
        """The version of the last event."""
        return self.first + len(self.events) - 1


@dataclass(frozen=True, slots=True)
class Head(Generic[S]):
    """Where a stream stands now, as far as we know: the only thing that can be appended to.

    It grows from `start` by whole commits and in no other way, so nobody writes ahead of a stream.
    `remembered` holds (short hash of command id, last version) of the newest commits.
    """

    stream: str
    state: S
    version: int = 0
    published: int = 0
    remembered: tuple[tuple[int, int], ...] = ()
    commits_without_state: int = 0


@dataclass(frozen=True, slots=True)
class Past(Generic[S, E]):
    """A stream as it stood at an earlier version. It cannot be appended to.

    `commit` is the one that `version` lies in.
    """

    stream: str
    state: S
    version: int
    commit: Commit[E]


def start(fold: Fold[S, E], entity_id: str) -> Head[S]:
    """Return the head of a stream that nobody has written to."""
    return Head(fold.stream(entity_id), fold.initial)


def follow(fold: Fold[S, E], head: Head[S], commit: Commit[E]) -> Head[S]:
    """Fold one commit onto a head. StreamBrokenError unless it begins where the head ends."""
    if commit.stream != head.stream or commit.first != head.version + 1:
        message = (
            f"{head.stream}: a commit of {commit.stream} beginning at {commit.first} "
            f"cannot follow version {head.version}"
        )
        raise StreamBrokenError(message)
    return Head(
        stream=head.stream,
        state=fold.over(commit.events, head.state),
        version=commit.last,
        published=commit.published,
        remembered=remember(head.remembered, commit.command_id, commit.last),
        commits_without_state=head.commits_without_state + 1,
    )


def drafted(
    fold: Fold[S, E], base: Head[S], draft: Draft[E], count_published: Callable[[E], int]
) -> Commit[E]:
    """Return the commit that a draft becomes on top of a head: what every store appends.

    Raises TypeError for anything but a head of this fold's streams; ValueError without events, and
    for a claim that is named twice: what would come first?
    """
    if type(base) is not Head:  # mypy knows; a caller without it may not.
        message = f"only the head of a stream can be appended to, not {type(base).__name__}"
        raise TypeError(message)
    if not base.stream.startswith(fold.stream("")):
        message = f"{base.stream} is no stream of the category {fold.category}"
        raise TypeError(message)
    if not draft.events:
        message = f"{base.stream}: a commit without events; nothing to do is no commit"
        raise ValueError(message)
    if len({claim.key for claim in draft.claims}) < len(draft.claims):
        message = f"{base.stream}: a commit may take or release each claim once, not twice"
        raise ValueError(message)
    # Decided by the first event for good, so only a stream's first commit is folded for it.
    routing = fold.route(base.state if base.version else fold.over(draft.events))
    if not routing.root_id:
        routing = replace(routing, root_id=base.stream.partition("#")[2])
    return Commit(
        stream=base.stream,
        first=base.version + 1,
        events=draft.events,
        command_id=draft.command_id,
        fingerprint=draft.fingerprint,
        correlation_id=draft.correlation_id,
        causation_id=draft.causation_id,
        recorded_at=draft.recorded_at,
        routing=routing,
        published=base.published + sum(map(count_published, draft.events)),
    )


def remember(
    known: tuple[tuple[int, int], ...], command_id: str, version: int
) -> tuple[tuple[int, int], ...]:
    """Add a command to a stream's memory; the oldest leaves when it is full."""
    return (*known, (short_hash(command_id), version))[-REMEMBERED_MAX:]
