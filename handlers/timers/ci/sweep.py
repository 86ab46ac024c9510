"""Lambda `ci_sweep`, every minute; `waybill ci sweep` runs the same."""

from dataclasses import asdict
from typing import Any

from handlers.logs import get_logger
from handlers.wiring import ci


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sweep once."""
    return sweep()


def sweep() -> dict[str, Any]:
    """Sweep once, and say what was found and done, in the log and to the caller."""
    figures = asdict(ci.sweeper().sweep())
    say = get_logger().warning if figures["trouble"] or figures["drifted"] else get_logger().info
    say("ci_swept", **figures)
    return figures
