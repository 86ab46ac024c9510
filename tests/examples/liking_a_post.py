"""Liking a post: each person's newest word counts, by that person's own clock.

Safe to repeat: the kernel remembers a command's id, and a word that is known decides nothing.
Safe to reorder: the time comes in the message, and the newest is the newest in any order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.kernel.decider import Decider, Fold


@dataclass(frozen=True, slots=True)
class Liked:
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unliked:
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    fact: Liked | Unliked
    now: datetime  # Our clock, another one at each arrival: nothing is decided by it.


@dataclass(frozen=True, slots=True)
class Post:
    # A like taken back is kept as well: the like itself may still be on its way.
    newest: Mapping[str, tuple[datetime, bool]] = field(default_factory=dict)

    @property
    def likers(self) -> set[str]:
        return {person for person, (_, likes) in self.newest.items() if likes}


def decide(command: Record, post: Post) -> list[Liked | Unliked]:
    known = post.newest.get(command.fact.person)
    return [] if known and known >= _word(command.fact) else [command.fact]


def evolve(post: Post, event: Liked | Unliked) -> Post:
    return Post({**post.newest, event.person: _word(event)})


def _word(fact: Liked | Unliked) -> tuple[datetime, bool]:
    return fact.at, isinstance(fact, Liked)  # At the same instant liking is the greater.


DECIDER = Decider(Fold("post", 1, Post(), evolve), decide)
