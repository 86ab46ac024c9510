"""Around the resolver: what is looked at before it, and written down after it."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from handlers.api import gate, refusals
from handlers.api.callers import caller_of
from handlers.api.commands import CORRELATION, correlation_of
from handlers.api.routing import Routes
from handlers.logs import bind, get_logger

OPEN_PATHS: Final = frozenset({"/health"})
"""Paths that need no caller; all else stands behind the gateway's authoriser, or has a key."""

CI_PATHS: Final = ("/ci/", "/openapi.json", "/docs")
"""Where the paths begin that need CI's routes."""

_PAGES: Final = ("/page", "/page/{key}")
"""How the routes of pages end."""

_LONG_TEXT: Final = 500_000
"""Characters from which the way of writing decides whether an answer fits into Lambda's 6 MB."""

Notes = dict[str, str | int]


class Application:
    """Answers events of payload format 2.0; one at a time, as a Lambda process does."""

    def __init__(
        self, app: APIGatewayHttpResolver, routes: Routes, add_ci: Callable[[], None]
    ) -> None:
        """Take the resolver, the routes it has, and how it gets CI's."""
        self._app = app
        self.routes = routes
        self._add_ci = cache(add_ci)
        app.not_found(self._not_found)
        app.exception_handler(Exception)(refusals.answer)

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401  # Lambda's own.
        """Answer one event; whatever is wrong with it, the answer is a problem."""
        started = time.perf_counter()
        http = event["requestContext"]["http"]
        request_id = str(event["requestContext"].get("requestId", ""))
        notes: Notes = {"request_id": request_id, "correlation_id": request_id}
        answer = _with_headers(self._answered(event, context, notes), notes)
        code = _code(answer)
        route = self.routes.template_of(http["method"], http["path"])
        if code and _is_for_a_browser(event, route):
            answer = _as_page(answer, str(notes["correlation_id"]))
        get_logger().info(
            "request",
            method=http["method"],
            route=route,
            status=answer["statusCode"],
            code=code,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            **notes,
        )
        return answer | {"body": ""} if http["method"] == "HEAD" else _packed(answer)

    def _answered(self, event: Mapping[str, Any], context: Any, notes: Notes) -> dict[str, Any]:  # noqa: ANN401
        """Find out who asks, check what was sent, and let the resolver answer."""
        try:
            path = event["requestContext"]["http"]["path"]
            if path.startswith(CI_PATHS):
                self._add_ci()
            caller = "" if self._is_open(event) else caller_of(event)
            notes["correlation_id"] = correlation_of(event, caller)
            self._app.append_context(caller=caller, notes=notes)  # type: ignore[no-untyped-call]
            with bind(**notes):
                return self._app.resolve(_as_get(gate.checked(event)), context)
        except Exception as error:  # noqa: BLE001  # The table of problems knows each; the rest is 500.
            self._app.clear_context()  # type: ignore[no-untyped-call]
            return _as_lambda(refusals.answer(error))

    def _is_open(self, event: Mapping[str, Any]) -> bool:
        """Whether nobody needs to say who asks: for what is open, and by a link's good key."""
        method, path = event["requestContext"]["http"]["method"], str(event["rawPath"])
        return path in OPEN_PATHS or self.routes.is_opened(method, path)

    def _not_found(self, _error: NotFoundError) -> Response[Any]:
        event = self._app.current_event
        return refusals.answer(self.routes.refusal(event.http_method.upper(), event.path))


def _as_get(event: dict[str, Any]) -> dict[str, Any]:
    """Read HEAD as the GET that it is, but for its body (RFC 9110, section 9.3.2)."""
    context = event["requestContext"]
    if context["http"]["method"] != "HEAD":
        return event
    http = context["http"] | {"method": "GET"}
    return event | {"requestContext": context | {"http": http}}


def _with_headers(answer: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """Let nobody on the way keep or reinterpret an answer, and name its correlation."""
    ours = {"X-Content-Type-Options": "nosniff", CORRELATION: str(notes["correlation_id"])}
    headers = {"Cache-Control": "no-store"} | (answer.get("headers") or {}) | ours
    return answer | {"headers": headers}


def _is_for_a_browser(event: Mapping[str, Any], route: str) -> bool:
    """Whether a person asks: for a page, or with a program that takes HTML and names no JSON."""
    http = event["requestContext"]["http"]
    if http["method"] not in ("GET", "HEAD"):
        return False
    given = (v for name, v in (event.get("headers") or {}).items() if name.lower() == "accept")
    accepts = next(given, "").lower()
    return route.endswith(_PAGES) or ("text/html" in accepts and "json" not in accepts)


def _as_page(answer: dict[str, Any], correlation_id: str) -> dict[str, Any]:
    """Show a problem as HTML; all that its headers say stays true."""
    from handlers.api.ci.problem_page import problem_page  # noqa: PLC0415  # No program waits for it.

    shown = _as_lambda(problem_page(answer["body"], correlation_id))
    return answer | {"headers": answer["headers"] | shown["headers"], "body": shown["body"]}


def _packed(answer: dict[str, Any]) -> dict[str, Any]:
    """Write a long text as base 64, which has four bytes for three; JSON has six for a control."""
    if answer["isBase64Encoded"] or len(answer["body"] or "") < _LONG_TEXT:
        return answer
    body = base64.b64encode(answer["body"].encode()).decode()
    return answer | {"body": body, "isBase64Encoded": True}


def _as_lambda(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {name: str(value) for name, value in response.headers.items()},
        "body": response.body,
        "isBase64Encoded": False,
    }


def _code(answer: Mapping[str, Any]) -> str:
    """Return a problem's code; empty when the answer is none."""
    if answer["headers"].get("Content-Type") != refusals.CONTENT_TYPE:
        return ""
    return str(json.loads(answer["body"])["code"])
