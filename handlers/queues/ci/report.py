"""Lambda `report`: show GitHub how a job stands. One that cannot be told blocks no other."""

from typing import Any

from domain.ci.ports import ReportLaterError, ReportRefusedError
from domain.ci.reporting import report
from domain.published.ports import Notice
from handlers.logs import get_logger
from handlers.queues.messages import LaterError, run
from handlers.wiring import ci


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of notices."""
    return run(event, _report)


def _report(notice: Notice) -> bool:
    try:
        return report(ci.streams(), ci.checks(), notice.routing.root_id)
    except ReportRefusedError as error:
        get_logger().error("report_given_up", job_id=notice.routing.root_id, error=str(error))
        return True
    except ReportLaterError as error:
        get_logger().info("report_later", retry_after_s=error.retry_after_s)
        raise LaterError(error.retry_after_s) from error
