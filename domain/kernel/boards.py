"""Boards: lines that are read in order. What waits, what runs under a lease, how many do."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a board: whose it is and what it says; `count` is a counter's figure."""

    board: str
    place: str
    owner: str = ""
    note: Mapping[str, str | int] = field(default_factory=dict)
    count: int = 0

    def text(self, name: str) -> str:
        """Return what a note says under a name; empty where it says nothing."""
        return str(self.note.get(name, ""))

    def number(self, name: str) -> int:
        """Return the number a note has under a name; 0 where it has none."""
        return int(self.note.get(name, 0))


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a board, in the order of their places, from one look.

    `next_place` is the last place looked at where more lie behind it; empty at the end.
    """

    lines: tuple[Line, ...]
    next_place: str = ""


class Boards(Protocol):
    """Reads boards, strongly consistent, and keeps leases alive.

    Transitions make lines; a heartbeat and a struck debt change one without an event.
    """

    def look(self, board: str, most: int) -> Lines:
        """Return the first lines of a board: one request."""

    def look_beyond(self, board: str, place: str, name: str, without: Collection[str]) -> Lines:
        """Return the lines behind a place whose note says none of `without` under `name`.

        One request, which goes through a megabyte: some thousand lines.
        """

    def extend(self, board: str, place: str, owner: str, until_ms: int) -> bool:
        """Let a lease last longer, if it is still this owner's; return whether it is.

        It never becomes shorter: what comes late has nothing to say any more.
        """

    def strike(self, board: str, place: str, name: str) -> None:
        """Strike a name off a note; the line goes with its last. Again, it changes nothing."""

    def scan(self) -> Iterator[Line]:
        """Yield all lines of all boards, for sweepers; eventually consistent."""
