"""One batch of notices: what could not be done comes again, later each time."""

from collections.abc import Callable
from typing import Any

from adapters.codec.published import read_notice
from domain.kernel.ids import derived_id
from domain.published.ports import Notice
from handlers import wiring
from handlers.logs import bind, get_logger


class LaterError(Exception):
    """Whoever was asked wants to be left alone for a while."""

    def __init__(self, least_s: int) -> None:
        """Keep for how long."""
        super().__init__(f"not before {least_s} s from now")
        self.least_s = least_s


Handle = Callable[[Notice], bool]
"""Handle one notice; False when it is to come again."""


def stream_of(notice: Notice) -> str:
    """Say what a notice is about to those who look at its stream."""
    return notice.stream


def root_of(notice: Notice) -> str:
    """Say what a notice is about to those who look at all that belongs to its root."""
    return notice.routing.root_id


def run(
    event: dict[str, Any], handle: Handle, about: Callable[[Notice], str] = stream_of
) -> dict[str, Any]:
    """Handle a batch and answer as Lambda's ReportBatchItemFailures wants it.

    Notices about the same in one batch are one: who hears them reads it. A message that is no
    notice fails alone, and ends among the dead letters.
    """
    failed: list[dict[str, str]] = []
    answers: dict[str, bool] = {}
    waits_s: dict[str, int] = {}
    for record in event["Records"]:
        notice = _notice(record)
        what = about(notice) if notice else ""
        if notice and what not in answers:
            answers[what] = _handled(notice, handle, what, waits_s)
        if notice is None or not answers[what]:
            failed.append({"itemIdentifier": record["messageId"]})
            _back_off(record, waits_s.get(what, 0))
    return {"batchItemFailures": failed}


def _notice(record: dict[str, Any]) -> Notice | None:
    try:
        return read_notice(record["body"])
    except (ValueError, KeyError, TypeError) as error:
        get_logger().error("no_notice", message_id=record["messageId"], error=repr(error))
        return None


def _handled(notice: Notice, handle: Handle, what: str, waits_s: dict[str, int]) -> bool:
    causation_id = derived_id("notice", notice.stream, str(notice.last))
    with bind(
        correlation_id=notice.correlation_id,
        causation_id=causation_id,
        stream=notice.stream,
        version=notice.last,
    ):
        try:
            return handle(notice)
        except LaterError as later:
            waits_s[what] = later.least_s
            return False
        except Exception as error:  # noqa: BLE001  # The queue retries it, its dead letters keep it.
            get_logger().warning("notice_failed", error=repr(error))
            return False


def _back_off(record: dict[str, Any], least_s: int) -> None:
    """Let a message come again soon; if that fails, it comes after the queue's own time."""
    received = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        wiring.retries(record["eventSourceARN"]).back_off(
            record["receiptHandle"], received, least_s
        )
    except Exception as error:  # noqa: BLE001  # Only the moment is lost, not the message.
        get_logger().warning("back_off_failed", error=repr(error))
