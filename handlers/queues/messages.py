"""One batch of notices: what could not be done comes again, later each time."""

from collections.abc import Callable
from typing import Any

from adapters.codec.published import read_notice
from domain.kernel.ids import derived_id
from domain.published.ports import Notice
from handlers import wiring
from handlers.logs import bind, get_logger

Handle = Callable[[Notice], bool]
"""Handle one notice; False when it is to come again."""


def run(event: dict[str, Any], handle: Handle) -> dict[str, Any]:
    """Handle a batch and answer as Lambda's ReportBatchItemFailures wants it.

    Notices of one order in one batch are one: who hears them reads the streams.
    """
    failed: list[dict[str, str]] = []
    answers: dict[tuple[str, ...], bool] = {}
    for record in event["Records"]:
        notice = read_notice(record["body"])
        same = (notice.stream, notice.routing.order_id)
        if same not in answers:
            answers[same] = _handled(notice, handle)
        if not answers[same]:
            failed.append({"itemIdentifier": record["messageId"]})
            received = int(record["attributes"]["ApproximateReceiveCount"])
            wiring.retries(record["eventSourceARN"]).back_off(record["receiptHandle"], received)
    return {"batchItemFailures": failed}


def _handled(notice: Notice, handle: Handle) -> bool:
    causation_id = derived_id("notice", notice.stream, str(notice.last))
    with bind(
        correlation_id=notice.correlation_id,
        causation_id=causation_id,
        stream=notice.stream,
        version=notice.last,
    ):
        try:
            return handle(notice)
        except Exception as error:  # noqa: BLE001  # The queue retries it, and its dead letters keep it.
            get_logger().warning("notice_failed", error=repr(error))
            return False
