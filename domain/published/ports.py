"""What publishing asks of the world: a bus for other teams, and notices for ourselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from domain.kernel.commits import Commit
from domain.kernel.decider import Routing
from domain.published.events import PublishedEvent
from domain.published.translating import Translate, published

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A published event on its way; `event_id` and the bytes are the same however often it leaves.

    `sequence` counts the stream's published events, 1, 2, 3 without gaps: consumers see a loss.
    """

    event_id: str
    stream: str
    sequence: int
    recorded_at: datetime
    correlation_id: str
    causation_id: str
    routing: Routing
    event: PublishedEvent


@dataclass(frozen=True, slots=True)
class Notice:
    """Says that a stream has moved: who hears it reads the stream for the truth."""

    stream: str
    first: int
    last: int
    types: tuple[str, ...]
    routing: Routing
    correlation_id: str


class MalformedEntryError(Exception):
    """An entry that will never be accepted as it is."""


class Bus(Protocol):
    """Where published events leave: at least once, in no promised order."""

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        """Send; return the positions of those that were not accepted for now.

        Raises MalformedEntryError for one that never will be.
        """


class Notices(Protocol):
    """Where notices to ourselves leave: at least once, in no promised order."""

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        """Send; return the positions of those that were not accepted for now."""


def outgoing_of(commit: Commit[E], translate: Translate[E]) -> tuple[Outgoing, ...]:
    """Return what a commit publishes, ready to leave."""
    return tuple(
        Outgoing(
            event_id=f"{commit.stream.replace('#', '.')}.{sequence}",
            stream=commit.stream,
            sequence=sequence,
            recorded_at=commit.recorded_at,
            correlation_id=commit.correlation_id,
            causation_id=commit.command_id,
            routing=commit.routing,
            event=event,
        )
        for sequence, event in published(commit, translate)
    )


def notice_of(commit: Commit[object]) -> Notice:
    """Return the notice that says this commit exists."""
    types = tuple(dict.fromkeys(type(event).__name__ for event in commit.events))
    return Notice(
        commit.stream, commit.first, commit.last, types, commit.routing, commit.correlation_id
    )
