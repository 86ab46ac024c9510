"""HTTP requests as API Gateway gives them to Lambda, and a function's answer as HTTP.

Payload format 2.0: API Gateway developer guide, "Create AWS Lambda proxy integrations for HTTP
APIs". What is asserted about the caller stands where IAM authorisation puts it.
"""

import base64
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

ACCOUNT = "000000000000"
API = "local"
CALLER_HEADER = "x-waybill-caller"
DEFAULT_ROUTE = "$default"
WEBHOOK_ROUTE = "POST /webhooks/github"
# Routes of infra/template.yaml that need no caller; every other one does.
OPEN_ROUTES = frozenset(
    {
        "GET /health",
        WEBHOOK_ROUTE,
        "GET /ci/jobs/{job_id}/page/{key}",
        "GET /ci/jobs/{job_id}/log/{key}",
        "GET /ci/customers/{customer_id}/page/{key}",
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server read it: path decoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back on the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def as_event(request: Request) -> dict[str, Any]:
    """Return the event that the function is called with."""
    route = _route(request)
    headers = _joined((n, v) for n, v in request.headers if n != "cookie")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, route, headers),
    }
    if cookies := [v for n, v in request.headers if n == "cookie"]:
        event["cookies"] = [cookie.strip() for line in cookies for cookie in line.split(";")]
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    return event | _body(request.body)


def as_response(answer: Any) -> Response:  # noqa: ANN401 - whatever the function returned.
    """Return the response that a function's answer stands for.

    An answer without a status is the body itself, as the format has it.
    """
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        answer = {
            "statusCode": 200,
            "headers": {"content-type": "application/json"},
            "body": answer if isinstance(answer, str) else json.dumps(answer),
        }
    text = answer.get("body") or ""
    body = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
    headers = [(n.lower(), str(v)) for n, v in (answer.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in answer.get("cookies") or ()]
    return Response(int(answer["statusCode"]), tuple(headers), body)


def problem(status: int, code: str, detail: str) -> Response:
    """Return a problem (RFC 9457) that the front itself found."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return Response(
        status, (("content-type", "application/problem+json"),), json.dumps(body).encode()
    )


def _route(request: Request) -> str:
    """Return the route that a request takes: a variable stands for one part of a path."""
    given = f"{request.method} {request.path}".split("/")
    for route in OPEN_ROUTES:
        wanted = route.split("/")
        if len(wanted) == len(given) and all(
            bool(there) if part.startswith("{") else part == there
            for part, there in zip(wanted, given, strict=True)
        ):
            return route
    return DEFAULT_ROUTE


def _context(request: Request, route: str, headers: Mapping[str, str]) -> dict[str, Any]:
    now = datetime.now(UTC)
    host = headers.get("host", "localhost")
    known = {} if route in OPEN_ROUTES else {"authorizer": _authorizer(headers)}
    return {
        "accountId": ACCOUNT,
        "apiId": API,
        **known,
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.client,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid.uuid4()),
        "routeKey": route,
        "stage": "$default",
        "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(time.time() * 1000),
    }


def _authorizer(headers: Mapping[str, str]) -> dict[str, Any]:
    caller = headers.get(CALLER_HEADER) or "local"
    return {
        "iam": {
            "accessKey": "local",
            "accountId": ACCOUNT,
            "callerId": caller,
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": f"arn:aws:iam::{ACCOUNT}:user/{caller}",
            "userId": caller,
        }
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join values of the same name with commas, as the format does."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    try:
        return {"body": body.decode("utf-8"), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode("ascii"), "isBase64Encoded": True}
