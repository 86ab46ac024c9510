"""Pacing: what did not help is done again at growing distances.

It stands in the memory of one process only: forgotten, it costs one more time each, and nothing
depends on it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

FIRST: Final = timedelta(minutes=1)
MOST: Final = timedelta(hours=1)


class Pacing:
    """When each thing is due again: 1, 2, 4 ... and at most so many minutes after it was done."""

    def __init__(self, most: timedelta = MOST) -> None:
        """Start with nothing done: all is due. Take the longest distance."""
        self._most = most
        self._due: dict[str, datetime] = {}
        self._distance: dict[str, timedelta] = {}

    def is_due(self, what: str, now: datetime) -> bool:
        """Whether it was not done yet, or long enough ago."""
        return what not in self._due or self._due[what] <= now

    def done(self, what: str, now: datetime) -> None:
        """Remember that it was done; the next time is twice as far as the last one was."""
        distance = self._distance.get(what, FIRST)
        self._due[what] = now + distance
        self._distance[what] = min(2 * distance, self._most)

    def keep(self, whats: Collection[str]) -> None:
        """Forget everything but these: the rest need not be done any more."""
        for what in self._due.keys() - set(whats):
            del self._due[what], self._distance[what]
