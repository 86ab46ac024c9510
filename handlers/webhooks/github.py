"""Lambda `webhook`: POST /webhooks/github. Signature, shelf, one write, and only then a yes.

GitHub waits ten seconds, does not send again by itself, and takes any 2xx for "they have it". So a
yes is said only after the write; anything else is a no that GitHub remembers, and the sweeper asks
it to send again what was not taken.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from domain.ci.hooks import Hook
from domain.ci.intake import Arrival, Became, Taken, take_in
from domain.ci.ports import Bodies, CiStreams
from domain.kernel.ids import ID_LENGTH_MAX, checked_id
from domain.kernel.refused import Refused
from handlers.api.edge import EdgeRefusal
from handlers.logs import bind, get_logger

BODY_MAX_BYTES: Final = 10 * 1024 * 1024
"""What API Gateway takes; Lambda takes less, and GitHub says no to itself above 25 MB."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking webhooks in needs."""

    streams: CiStreams
    bodies: Bodies
    is_signed: Callable[[str | None, bytes], bool]
    read: Callable[[str, bytes, str], Hook]
    clock: Callable[[], datetime]


def handler(event: dict[str, Any], _context: object) -> Answer:
    """Answer one webhook."""
    return take(_intake(), event)


@cache
def _intake() -> Intake:
    from handlers.wiring import ci  # noqa: PLC0415  # Tests bring ports of their own.

    return Intake(ci.streams(), ci.bodies(), ci.is_signed, ci.read_hook, ci.clock)


def take(intake: Intake, event: Mapping[str, Any]) -> Answer:
    """Answer one webhook over the ports given."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    try:
        body = _bytes(event)
    except (binascii.Error, ValueError):
        return _no(EdgeRefusal.BODY_NOT_JSON)
    if len(body) > BODY_MAX_BYTES:
        return _no(EdgeRefusal.BODY_TOO_LARGE)
    if not intake.is_signed(headers.get("x-hub-signature-256"), body):
        get_logger().warning("webhook_unsigned", size_bytes=len(body))
        return _no(EdgeRefusal.SIGNATURE_INVALID)
    name = headers.get("x-github-event", "")
    correlation_id = _correlation(headers.get("x-github-delivery", ""), event)
    with bind(correlation_id=correlation_id):
        return _taken(intake, name, body, headers.get("content-type", ""), correlation_id)


def _taken(
    intake: Intake, name: str, body: bytes, content_type: str, correlation_id: str
) -> Answer:
    sha256 = hashlib.sha256(body).hexdigest()
    try:
        intake.bodies.keep(sha256, body)
        hook = intake.read(name, body, content_type)
        taken = take_in(intake.streams, Arrival(hook, sha256, intake.clock(), correlation_id))
    except Exception as error:  # noqa: BLE001  # Whatever it is, GitHub must not believe us to have it.
        get_logger().error("webhook_failed", sha256=sha256, exc_info=error)
        return _no(EdgeRefusal.NOT_TAKEN_IN)
    get_logger().info(
        "webhook", hook=name, became=taken.became.value, job_id=taken.job_id, sha256=sha256
    )
    return _yes(taken)


def _bytes(event: Mapping[str, Any]) -> bytes:
    """Return the body as it was on the wire: a signature is over bytes, not over text."""
    text = event.get("body") or ""
    return base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()


def _correlation(delivery: str, event: Mapping[str, Any]) -> str:
    """Follow GitHub's delivery id where it can be one; it is not signed and identifies nothing."""
    try:
        return checked_id(delivery, "X-GitHub-Delivery")
    except Refused:
        given = str(event.get("requestContext", {}).get("requestId", ""))[:ID_LENGTH_MAX]
        return given or "webhook"


def _yes(taken: Taken) -> Answer:
    said: dict[str, str] = {"outcome": taken.became.value}
    if taken.job_id:
        said["job_id"] = taken.job_id
    if taken.reason:
        said["reason"] = taken.reason.value
    status = 202 if taken.became in (Became.QUEUED, Became.RETRIED) else 200
    return _answer(status, "application/json", said)


def _no(reason: EdgeRefusal) -> Answer:
    from handlers.api.problems import PROBLEMS  # noqa: PLC0415  # Only who is refused waits for it.

    problem = PROBLEMS[reason]
    is_passing = problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    said = {
        "type": f"/problems/{reason.value}",
        "title": problem.title,
        "status": problem.status,
        "code": reason.value,
        "detail": problem.advice,
        "retryable": is_passing,
    }
    answer = _answer(problem.status, "application/problem+json", said)
    if is_passing:
        answer["headers"]["Retry-After"] = "1"
    return answer


def _answer(status: int, kind: str, said: Mapping[str, Any]) -> Answer:
    return {
        "statusCode": status,
        "headers": {"Content-Type": kind, "Cache-Control": "no-store"},
        "body": json.dumps(said, separators=(",", ":")),
        "isBase64Encoded": False,
    }
