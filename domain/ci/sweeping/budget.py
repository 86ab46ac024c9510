"""A budget of time: what a program may still use before somebody stops it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

T = TypeVar("T")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_GOLDEN: Final = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Budget:
    """Time until a moment; None is for ever."""

    clock: Callable[[], datetime]
    until: datetime | None = None

    @property
    def is_spent(self) -> bool:
        """Whether the moment has come."""
        return self.until is not None and self.clock() >= self.until

    def part(self, share: float) -> "Budget":
        """Return a share of what is left."""
        if self.until is None:
            return self
        now = self.clock()
        return replace(self, until=now + (self.until - now) * share)


def in_turn(things: Sequence[T], now: datetime) -> Sequence[T]:
    """Return them from another one on each minute, for when a budget does not reach them all.

    The golden ratio spreads the beginnings evenly, however long the list is: where a budget reaches
    a tenth of it, 13 minutes reach the whole, and nobody need remember where the last one stopped.
    """
    minutes = (now - _EPOCH) // timedelta(minutes=1)
    first = int(minutes * _GOLDEN % 1 * len(things))
    return [*things[first:], *things[:first]]
