"""CI's words: how long something lasts, how a job stands, and rows that fit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich.text import Text

from domain.ci.jobs.state import Status
from domain.ci.places import branch_of
from handlers.cli.render.text import clean, words
from handlers.durations import lasting

COLOURS: Final = {
    Status.PENDING: "yellow",
    Status.ACTIVE: "cyan",
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.LOST: "red",
    Status.REJECTED: "red",
    Status.CANCELLED: "magenta",
    Status.SUPERSEDED: "magenta",
}
OPEN: Final = frozenset({Status.PENDING.value, Status.ACTIVE.value})
_GAP: Final = "  "
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}


def status(name: object) -> Text:
    """Write a status in its colour; one of a later release has none."""
    text = str(name)
    return Text(words(text), style=COLOURS[Status(text)] if text in set(Status) else "")


def branch(ref: object) -> str:
    """Write a branch or a tag by its name alone, and any other ref in full."""
    return branch_of(str(ref or ""))


def between(start: object, end: object) -> str:
    """Write how long it is from one ISO time to another; `-` where one is missing."""
    began, ended = _time(start), _time(end)
    return lasting((ended - began).total_seconds()) if began and ended else "-"


def since(at: object, now: datetime) -> str:
    """Write how long ago an ISO time is."""
    return between(at, now.isoformat())


def ordinal(number: int) -> str:
    """Write a place: 1st, 2nd, 3rd, 4th, 11th."""
    is_teen = number % 100 in (11, 12, 13)
    return f"{number:,}{'th' if is_teen else _ENDINGS.get(number % 10, 'th')}"


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def rows(header: Sequence[str], cells: Iterable[Sequence[str]], width: int | None) -> list[Text]:
    """Write a table a line a row; where it is wider than `width`, two lines, and nothing is cut.

    The first cell of a row names it.
    """
    table = [tuple(map(clean, row)) for row in cells]
    widths = [max(map(len, column)) for column in zip(header, *table, strict=True)]
    if width is not None and sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        return [line for row in table for line in _folded(header, row)]
    head = _GAP.join(name.ljust(size) for name, size in zip(header, widths, strict=True))
    return [Text(head.rstrip(), style="dim"), *(_row(row, widths) for row in table)]


def _row(row: Sequence[str], widths: Sequence[int]) -> Text:
    first, *rest = [cell.ljust(size) for cell, size in zip(row, widths, strict=True)]
    return Text.assemble((first, "bold"), _GAP, _GAP.join(rest).rstrip())


def _folded(header: Sequence[str], row: Sequence[str]) -> tuple[Text, Text]:
    rest = [f"{name} {cell}" for name, cell in zip(header[1:], row[1:], strict=True) if cell]
    return Text(row[0], style="bold"), Text("  " + ", ".join(rest))
