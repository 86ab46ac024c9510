"""Times: when something happened, and how sure its source was."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from handlers.cli.render.text import clean

MARKS: Final = {"exact": " ", "zone_assumed": "~", "unknown": "?"}
LEGEND: Final = "Times are UTC; ~ the source gave no zone, ? nobody wrote down when."
UNKNOWN: Final = "unknown".ljust(19)
WIDTH: Final = 20


def moment(when: object) -> str:
    """Write a `When` of the API (`utc`, `certainty`) or a bare time as `2017-11-27 19:09:02~`."""
    if isinstance(when, Mapping):
        known: Mapping[str, Any] = when
        mark = MARKS.get(str(known.get("certainty", "exact")), " ")
        return stamp(known.get("utc")) + (mark if known.get("utc") else "?")
    return stamp(when) + (" " if when else "?")


def stamp(text: object) -> str:
    """Write an ISO time in UTC to the second; `unknown` where there is none."""
    if not text:
        return UNKNOWN
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return clean(text)[:19].ljust(19)
    return (at.astimezone(UTC) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M:%S")
