"""Lambda `sweep`, every five minutes; `waybill sweep` runs the same."""

from dataclasses import asdict
from typing import Any, Final

from handlers import wiring
from handlers.logs import get_logger
from handlers.timers.sweeping import Swept

SEGMENTS: Final = 4


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sweep once."""
    return report(sweep())


def sweep() -> Swept:
    """Sweep everything, segment by segment."""
    segments = (wiring.heads(segment, SEGMENTS) for segment in range(SEGMENTS))
    return wiring.sweeper().sweep(segments, Swept())


def report(swept: Swept) -> dict[str, Any]:
    """Say what was found and closed, in the log and to the caller."""
    figures = {name: value for name, value in asdict(swept).items() if name != "open_orders"}
    get_logger().info("swept", **figures)
    return figures
