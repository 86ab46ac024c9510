"""Times: when something happened, and how sure its source was."""

from datetime import UTC, datetime
from typing import Final

from handlers.cli.render.text import clean

MARKS: Final = {"exact": " ", "zone_assumed": "~", "unknown": "?"}
LEGEND: Final = "Times are UTC; ~ the source gave no zone, ? nobody wrote down when."
UNKNOWN: Final = "unknown".ljust(19)
WIDTH: Final = 20


def moment(at: object, certainty: object = "exact") -> str:
    """Write a time of the API and how sure it is as `2017-11-27 19:09:02~`."""
    return stamp(at) + (MARKS.get(str(certainty), " ") if at else "?")


def stamp(text: object) -> str:
    """Write an ISO time in UTC to the second; `unknown` where there is none."""
    if not text:
        return UNKNOWN
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return clean(text)[:19].ljust(19)
    return (at.astimezone(UTC) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M:%S")
