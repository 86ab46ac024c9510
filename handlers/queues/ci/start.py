"""Lambda `start`: start what was claimed, and stop what is to end, outside the shard reader."""

from typing import Any

from domain.ci.running import start
from domain.published.ports import Notice
from handlers.queues.messages import run
from handlers.wiring import ci


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of notices."""
    return run(event, _start)


def _start(notice: Notice) -> bool:
    start(ci.streams(), ci.runner(), notice.routing.root_id, ci.clock, notice.correlation_id)
    return True
