"""Marks and parking in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.kernel.consumers import Marks, Parked, Parking


class MemoryMarks(Marks):
    """Marks by (consumer, stream)."""

    def __init__(self) -> None:
        """Start with none."""
        self.marks: dict[tuple[str, str], int] = {}

    def advance(self, consumer: str, stream: str, before: int, version: int) -> int:
        """Set a mark that stands at `before`; return where it stands now."""
        if self.marks.get((consumer, stream), 0) == before:
            self.marks[consumer, stream] = version
        return self.marks.get((consumer, stream), 0)

    def read(self, consumer: str, streams: Iterable[str]) -> dict[str, int]:
        """Return where the marks stand."""
        return {stream: self.marks.get((consumer, stream), 0) for stream in streams}


class MemoryParking(Parking):
    """Parked streams by (consumer, stream)."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: dict[tuple[str, str], Parked] = {}

    def park(self, consumer: str, stream: str, version: int, error: str) -> None:
        """Set a stream aside."""
        known = self.items.get((consumer, stream), Parked(consumer, stream, version, error, 0))
        self.items[consumer, stream] = replace(
            known, version=version, error=error, times=known.times + 1
        )

    def release(self, consumer: str, stream: str) -> None:
        """Forget a parked stream."""
        self.items.pop((consumer, stream), None)

    def parked(self) -> Iterator[Parked]:
        """Yield everything that is set aside."""
        yield from tuple(self.items.values())
