"""Lambda `results`: runs that ended in Step Functions, as EventBridge says it.

The event is only a reason to look: the run's name says whose it is, and the runner how it ended.
"""

import json
import re
from typing import Any, Final

from domain.ci.ports import RunStatus
from domain.ci.refusals import JobRefusal
from domain.ci.running import record, result_of
from domain.kernel.refused import Refused
from handlers.logs import get_logger
from handlers.wiring import ci

_NAME: Final = re.compile(r"([a-z2-7]{26})-([1-9][0-9]{0,5})")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of messages, each by itself."""
    failed = [{"itemIdentifier": one["messageId"]} for one in event["Records"] if not _record(one)]
    return {"batchItemFailures": failed}


def _record(message: dict[str, Any]) -> bool:
    try:
        name = str(json.loads(message["body"])["detail"]["name"])
    except (ValueError, KeyError, TypeError) as error:
        get_logger().error("no_result", message_id=message["messageId"], error=repr(error))
        return False
    found = _NAME.fullmatch(name)
    if found is None:
        return True  # An execution that somebody else started.
    try:
        _look(name, found[1], int(found[2]))
    except Exception as error:  # noqa: BLE001  # The queue retries it, its dead letters keep it.
        get_logger().warning("result_failed", run=name, error=repr(error))
        return False
    return True


def _look(name: str, job_id: str, attempt: int) -> None:
    look = ci.runner().look(name)
    if look.status is not RunStatus.ENDED:
        # The runner's answer is behind its own event, and nothing is lost: the run holds its lane
        # still. Nobody makes its lease longer, and when it lapses the sweep looks again.
        return
    result = result_of(look, attempt, ci.clock())
    try:
        record(ci.streams(), job_id, result, f"run-{name}")
    except Refused as refusal:
        if refusal.reason not in (JobRefusal.STALE_ATTEMPT, JobRefusal.JOB_NOT_FOUND):
            raise
