"""Lambda `sweep`, every five minutes; `waybill sweep` runs the same."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from handlers import wiring
from handlers.logs import get_logger
from handlers.timers.sweeping import Swept

SEGMENTS: Final = 4
GRACE: Final = timedelta(minutes=1)
"""A scheduled sweep leaves alone what the stream's readers are still about to handle."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sweep once; `grace_s` in the event stands for the schedule's own grace."""
    return report(sweep(timedelta(seconds=event.get("grace_s", GRACE.total_seconds()))))


def sweep(grace: timedelta = timedelta()) -> Swept:
    """Sweep everything that is older than a grace, segment by segment."""
    segments = (wiring.heads(segment, SEGMENTS) for segment in range(SEGMENTS))
    return wiring.sweeper().sweep(segments, grace)


def report(swept: Swept) -> dict[str, Any]:
    """Say what was found and closed, in the log and to the caller."""
    figures = asdict(swept)
    get_logger().info("swept", **figures)
    return figures
