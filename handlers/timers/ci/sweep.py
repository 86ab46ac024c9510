"""Lambda `ci_sweep`, every minute; `waybill ci sweep` runs the same."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from domain.ci.sweeping.sweeper import GRACE
from handlers.logs import get_logger
from handlers.metrics import put_metric
from handlers.wiring import ci

RESERVE: Final = timedelta(seconds=10)
"""What was begun in time gets so long to come to its end before Lambda stops the function."""


class Context(Protocol):
    """What Lambda says of an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Return for how long the function may go on."""


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Sweep once in the time that is left; `grace_s` stands for the schedule's own grace."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    grace = timedelta(seconds=event.get("grace_s", GRACE.total_seconds()))
    return sweep(ci.clock() + left - RESERVE, grace)


def sweep(until: datetime | None = None, grace: timedelta = timedelta()) -> dict[str, Any]:
    """Sweep once, and say what was found and done, in the log and to the caller."""
    figures = asdict(ci.sweeper().sweep(until, grace))
    put_metric("CiSweepTrouble", len(figures["trouble"]) + len(figures["drifted"]))
    is_odd = figures["trouble"] or figures["drifted"] or figures["left"]
    say = get_logger().warning if is_odd else get_logger().info
    say("ci_swept", **figures)
    return figures
