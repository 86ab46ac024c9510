"""From what is stored to what is published: a context's own function, None where nothing leaves.

A stored event publishes at most one event, and always the same one: how many a stream has had is
fixed when it is written, so a translation is only ever added for events that are new as well.
"""

from collections.abc import Callable
from typing import TypeVar

from domain.kernel.commits import Commit
from domain.kernel.decider import Routing
from domain.published.events import PublishedEvent

E = TypeVar("E")

Translate = Callable[[E, str, Routing], PublishedEvent | None]
"""Translates one stored event of an entity."""


def published(commit: Commit[E], translate: Translate[E]) -> tuple[tuple[int, PublishedEvent], ...]:
    """Return what a commit publishes, each with its place in the stream's published sequence."""
    _, _, entity_id = commit.stream.partition("#")
    found = [
        translated
        for event in commit.events
        if (translated := translate(event, entity_id, commit.routing))
    ]
    first = commit.published - len(found) + 1
    return tuple(enumerate(found, start=first))


def counting(translate: Translate[E]) -> Callable[[E], int]:
    """Return what says how many published events a stored event makes: 0 or 1."""

    def count(event: E) -> int:
        return 0 if translate(event, "", Routing()) is None else 1

    return count
