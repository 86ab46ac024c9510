"""Consumers of streams: how far each has come, and what it had to set aside."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.kernel.decider import Routing


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest commit of a stream, as a scan of the events finds it, without its contents."""

    stream: str
    last: int
    recorded_at: datetime
    routing: Routing


class Marks(Protocol):
    """How far a consumer has come in each stream: everything up to its mark is done."""

    def advance(self, consumer: str, stream: str, before: int, version: int) -> int:
        """Set a mark that stands at `before` (0: absent); return where it stands now."""

    def read(self, consumer: str, streams: Iterable[str]) -> dict[str, int]:
        """Return where the marks of these streams stand; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that a consumer could not go on with, for a reason that will not pass by itself."""

    consumer: str
    stream: str
    version: int
    error: str
    times: int


class Parking(Protocol):
    """Where commits wait that cannot be handled, so that the others need not."""

    def park(self, consumer: str, stream: str, version: int, error: str) -> None:
        """Set a stream aside; doing so again counts."""

    def release(self, consumer: str, stream: str) -> None:
        """Forget a parked stream that was handled after all."""

    def parked(self) -> Iterator[Parked]:
        """Yield everything that is set aside."""
