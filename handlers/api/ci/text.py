"""Text for pages: whatever strangers named or scripts said, made fit to be looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.durations import lasting
from handlers.terminal import plain

LINES_SHOWN: Final = 200
LINE_LENGTH_SHOWN: Final = 1_000
_BYTES_LOOKED_AT: Final = 1_000_000

_LEFT_OUT: Final = re.compile(rb"^\[\.\.\. (\d{1,18}) bytes left out here \.\.\.\]$", re.MULTILINE)
"""The line in place of what a log that is too long to be kept has lost."""
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f"  # Controls; HTML has none but white space. A tab may stay.
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # They turn what follows around.
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # No characters at all.
)


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a log, how many lines are kept of it in all, and how many bytes are not."""

    lines: Sequence[str]
    count: int
    left_out_bytes: int = 0


def shown(text: str) -> str:
    """Return a text of which nothing hides, and nothing turns the words around it."""
    return _UNFIT.sub(_named, text)


def tail(said: bytes) -> Tail:
    """Return the last lines of a log as a terminal would leave them, none of them endless."""
    text = said[-_BYTES_LOOKED_AT:].decode(errors="replace")
    before = said[:-_BYTES_LOOKED_AT].count(b"\n")
    lines = text.removesuffix("\n").split("\n") if text else []
    gap = _LEFT_OUT.search(said)
    left_out_bytes = int(gap[1]) if gap else 0
    return Tail([_line(line) for line in lines[-LINES_SHOWN:]], before + len(lines), left_out_bytes)


def between(start: datetime | None, end: datetime | None) -> str:
    """Write how long it is from one time to another; empty where one is missing."""
    return lasting((end - start).total_seconds()) if start and end else ""


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 line`, `1,200 lines`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(match: re.Match[str]) -> str:
    """Name what cannot be shown by its code point."""
    return f"[U+{ord(match[0]):04X}]"


def _line(line: str) -> str:
    left = plain(line)
    if len(left) <= LINE_LENGTH_SHOWN:
        return left
    more = counted(len(left) - LINE_LENGTH_SHOWN, "more character")
    return f"{left[:LINE_LENGTH_SHOWN]} [... {more}]"
