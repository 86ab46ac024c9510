"""From what was raised to a problem (RFC 9457) that names the field, the rule and what to do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from botocore.exceptions import BotoCoreError, ClientError

from domain.kernel.refused import KernelRefusal, Refused
from handlers.api.edge import EdgeRefusal
from handlers.api.problems import PROBLEMS, Problem
from handlers.logs import get_logger

CONTENT_TYPE: Final = "application/problem+json"
ERRORS_MAX: Final = 20
RETRY_AFTER_S: Final = 1

_dumps = partial(json.dumps, separators=(",", ":"), ensure_ascii=False)
_HEADERS: Final = {
    "Idempotency-Key": EdgeRefusal.IDEMPOTENCY_KEY_INVALID,
    "If-Match": EdgeRefusal.IF_MATCH_INVALID,
    "X-Correlation-Id": EdgeRefusal.CORRELATION_ID_INVALID,
}
_FIELDS: Final[Mapping[StrEnum, str]] = {
    KernelRefusal.STALE_VERSION: "If-Match",
    KernelRefusal.COMMAND_ID_REUSED: "Idempotency-Key",
}
"""Where the kernel cannot name the field, since it is a header's."""
_STORE_CODES: Final = {
    "commit_too_large": EdgeRefusal.COMMIT_TOO_LARGE,
}
"""The store's errors say who they are by `code`: a handler may not know the adapter's classes."""


class NotModifiedError(Exception):
    """The caller has this version already; `etag` is what it sent."""

    def __init__(self, etag: str) -> None:
        """Keep the ETag for the answer."""
        super().__init__(etag)
        self.etag = etag


def answer(error: Exception) -> Response[Any]:
    """Return the HTTP answer to anything that was raised on the way."""
    match error:
        case NotModifiedError(etag=etag):
            return Response(304, headers={"ETag": etag})
        case Refused():
            return problem(error.reason, error.field, error.facts)
        case RequestValidationError():
            return _invalid(error.errors())
        case BotoCoreError() | ClientError():
            get_logger().error("store_unavailable", error=type(error).__name__)
            return problem(EdgeRefusal.STORE_UNAVAILABLE)
        case _ if known := _STORE_CODES.get(str(getattr(error, "code", ""))):
            get_logger().error("store_trouble", error=type(error).__name__)
            return problem(known)
        case _:
            get_logger().error("defect", exc_info=error)
            return problem(EdgeRefusal.INTERNAL)


def problem(
    reason: StrEnum, field: str = "", facts: Mapping[str, str | int] | None = None
) -> Response[Any]:
    """Return the problem that the table has for a reason."""
    row = PROBLEMS[reason]
    field = field or _FIELDS.get(reason, "")
    known = dict(facts or {})
    message = _sentence(row.advice, known)
    errors = [{"field": field, "rule": reason.value, "message": message}] if field else []
    in_path = row.in_path if field == "line_id" else 0
    body = _body(reason, row, in_path or row.status, message, errors)
    if known:
        body["facts"] = known
    return Response(body["status"], CONTENT_TYPE, _dumps(body), _headers(reason, known))


def _body(
    reason: StrEnum, row: Problem, status: int, detail: str, errors: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    return {
        "type": f"/problems/{reason.value}",
        "title": row.title,
        "status": status,
        "detail": detail,
        "code": reason.value,
        "errors": errors,
        "retryable": row.status >= 500,  # noqa: PLR2004  # As HTTP has it: 5xx is not the caller's.
    }


def _sentence(advice: str, facts: Mapping[str, str | int]) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in facts.items())
    return f"{advice} ({figures})" if figures else advice


def _headers(reason: StrEnum, facts: Mapping[str, str | int]) -> dict[str, str | list[str]]:
    match reason:
        case KernelRefusal.BUSY | EdgeRefusal.STORE_UNAVAILABLE | EdgeRefusal.NOT_TAKEN_IN:
            return {"Retry-After": str(RETRY_AFTER_S)}
        case KernelRefusal.STALE_VERSION:
            return {"ETag": f'"{facts["version"]}"'}
        case EdgeRefusal.METHOD_NOT_ALLOWED:
            return {"Allow": str(facts["allow"])}
        case EdgeRefusal.CALLER_UNKNOWN:
            return {"WWW-Authenticate": "Bearer"}
        case _:
            return {}


def _invalid(errors: Sequence[Any]) -> Response[Any]:
    """Answer what the models found: 400 for a header, 500 for an answer of ours, else 422."""
    for error in errors:
        if error["loc"][0] == "response":
            get_logger().error("defect", fields=[_field(one["loc"]) for one in errors])
            return problem(EdgeRefusal.INTERNAL)
        if error["loc"][0] == "header":
            return _invalid_header(str(error["loc"][-1]), error["type"])
    row = PROBLEMS[EdgeRefusal.VALIDATION_FAILED]
    found = list(_found(errors[:ERRORS_MAX]))
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in found[:3])
    body = _body(EdgeRefusal.VALIDATION_FAILED, row, row.status, detail, found)
    return Response(row.status, CONTENT_TYPE, _dumps(body))


def _invalid_header(name: str, rule: str) -> Response[Any]:
    if rule == "missing":
        return problem(EdgeRefusal.IDEMPOTENCY_KEY_MISSING, name)
    return problem(_HEADERS[name], name)


def _found(errors: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Name fields as the caller wrote them; never repeat a value, which may be personal."""
    for error in errors:
        yield {
            "field": _field(error["loc"]),
            "rule": str(error["type"]),
            "message": str(error.get("msg", "")),
        }


def _field(loc: Sequence[str | int]) -> str:
    path = ""
    for part in loc[1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else str(part)
    return path or str(loc[0])
