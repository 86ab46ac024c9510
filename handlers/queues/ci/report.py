"""Lambda `report`: show GitHub how a job stands. One that cannot be told blocks no other."""

from typing import Any

from domain.ci.ports import ReportDeniedError, ReportLaterError, ReportRefusedError
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
        return report(ci.streams(), ci.checks(), notice.routing.root_id, ci.clock)
    except ReportRefusedError as error:
        get_logger().error("report_given_up", job_id=notice.routing.root_id, error=str(error))
        return True
    except ReportDeniedError as error:
        # Nobody mends a permission within the minutes in which a queue repeats itself. The debt of
        # an end stands on its board, for which the sweep sends the notice again, ever more rarely;
        # what goes on will have other news.
        get_logger().warning("report_denied", job_id=notice.routing.root_id, error=str(error))
        return True
    except ReportLaterError as error:
        get_logger().info("report_later", retry_after_s=error.retry_after_s)
        raise LaterError(error.retry_after_s) from error
