"""Beginnings: lives that went well so far, so that a short schedule comes to late things too."""

from collections import Counter
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.simulation.commerce.callers import Callers
from tests.simulation.commerce.world import World


@dataclass(frozen=True)
class Beginning:
    """Everything that is durable in a world, as it stood at a moment at rest."""

    now: datetime
    orders: list[str]
    commits: dict[str, list[Any]]
    durable: tuple[dict[Any, Any], ...]
    unknown: set[str]
    times: Counter[str]

    def enter(self, world: World, callers: Callers) -> None:
        """Let a fresh world begin here."""
        world.engine.now = self.now
        callers.orders += self.orders
        world.shared.commits.update((name, list(all_)) for name, all_ in self.commits.items())
        for mine, kept in zip(_durable(world), self.durable, strict=True):
            mine.update(kept)
        world.began = dict(world.witness.heads)
        world.began_rows = dict(world.views.model.rows)
        world.began_timeline = set(world.views.model.events)
        world.unknown |= self.unknown
        world.book.times.update(self.times)


def beginning_of(world: World, callers: Callers) -> Beginning:
    """Keep how a world stands."""
    return Beginning(
        world.engine.now,
        list(callers.orders),
        {name: list(all_) for name, all_ in world.shared.commits.items()},
        tuple(map(copy, _durable(world))),
        set(world.unknown),
        Counter(world.book.times),
    )


def _durable(world: World) -> tuple[dict[Any, Any], ...]:
    witness, views = world.witness, world.views.model
    return (
        world.shared.claims,
        witness.heads,
        witness.states,
        witness.commits,
        witness.commands,
        witness.roots,
        witness.heard,
        witness.noticed,
        witness.claims,
        views.rows,
        views.events,
        world.marks.model.marks,
        world.book.entries,
    )
