"""Boards in memory: the reference."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from adapters.memory.event_store import Shared
from domain.kernel.boards import Boards, Line, Lines
from domain.kernel.claims import UNTIL_MS


class MemoryBoards(Boards):
    """The lines that the stores in memory share."""

    def __init__(self, shared: Shared) -> None:
        """Take what is shared with the stores."""
        self._shared = shared

    def look(self, board: str, most: int) -> Lines:
        """Return the first lines of a board."""
        lines = self._lines(board)
        return Lines(tuple(lines[:most]), lines[most - 1].place if len(lines) > most else "")

    def look_beyond(self, board: str, place: str, name: str, without: Collection[str]) -> Lines:
        """Return the lines behind a place whose note says none of `without` under `name`."""
        return Lines(
            tuple(
                line
                for line in self._lines(board)
                if line.place > place and line.text(name) not in without
            )
        )

    def extend(self, board: str, place: str, owner: str, until_ms: int) -> bool:
        """Let a lease last longer, if it is still this owner's; it never becomes shorter."""
        with self._shared.lock:
            line = self._shared.lines.get((board, place))
            if line is None or line.owner != owner:
                return False
            note = {**line.note, UNTIL_MS: max(until_ms, line.number(UNTIL_MS))}
            self._shared.lines[board, place] = replace(line, note=note)
            return True

    def strike(self, board: str, place: str, name: str) -> None:
        """Strike a name off a note; the line goes with its last name."""
        with self._shared.lock:
            line = self._shared.lines.get((board, place))
            if line is None:
                return
            note = {kept: value for kept, value in line.note.items() if kept != name}
            if note:
                self._shared.lines[board, place] = replace(line, note=note)
            else:
                del self._shared.lines[board, place]

    def scan(self) -> Iterator[Line]:
        """Yield all lines."""
        with self._shared.lock:
            lines = [line for _, line in sorted(self._shared.lines.items())]
        yield from lines

    def _lines(self, board: str) -> list[Line]:
        with self._shared.lock:
            found = [line for line in self._shared.lines.values() if line.board == board]
        return sorted(found, key=lambda line: line.place)
