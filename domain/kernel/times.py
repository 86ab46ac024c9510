"""Times: always UTC, always with how certain we are of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Certainty(StrEnum):
    """How a time came to be known."""

    EXACT = "exact"  # Our own clock, or a source that gave its offset.
    ZONE_ASSUMED = "zone_assumed"  # The source gave a local time; the zone is our reading of it.
    UNKNOWN = "unknown"  # It happened; nobody wrote down when.


@dataclass(frozen=True, slots=True)
class When:
    """A moment as its source claims it: `utc` is None exactly when the certainty is UNKNOWN.

    `raw` is the source's own text where it was not already exact UTC.
    """

    utc: datetime | None
    certainty: Certainty = Certainty.EXACT
    raw: str = ""

    def __post_init__(self) -> None:
        """Refuse a time in no zone or another one: as text it would sort, and hash, otherwise."""
        if self.utc is not None and self.utc.utcoffset() != timedelta(0):
            message = f"{self.utc.isoformat()} is not in UTC; convert it first"
            raise ValueError(message)
        if (self.utc is None) != (self.certainty is Certainty.UNKNOWN):
            message = "a time is unknown exactly when it is absent"
            raise ValueError(message)


UNKNOWN_TIME = When(None, Certainty.UNKNOWN)


def sort_key(when: When) -> datetime:
    """Order known times before unknown ones."""
    return when.utc or datetime.max.replace(tzinfo=UTC)
