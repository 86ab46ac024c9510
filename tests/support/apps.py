"""The API in memory: the real resolver over memory ports, called with API Gateway's own events."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from adapters.memory.shelves import MemoryLogs
from domain.ci.pages import Keys
from handlers.api.api import Api, CiApi
from handlers.api.app import build
from handlers.api.application import Application
from tests.support.ci_desk import Desk
from tests.support.world import World

ARN = "arn:aws:iam::000000000000:user/"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # JSON is anything; tests say what it is.
        return json.loads(self.text)


@dataclass
class App:
    """A client of the API; `world` is what stands behind it, `desk` and `logs` behind CI's part.

    `links` are the keys of CI's links.
    """

    world: World = field(default_factory=World)
    desk: Desk = field(default_factory=Desk)
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    links: Keys = field(default_factory=Keys)
    keys: int = 0

    def __post_init__(self) -> None:
        self.application: Application = build(
            Api(self.world.streams, self.world.views, self.world.clock),
            self._ci,
        )

    def _ci(self) -> CiApi:
        return CiApi(
            streams=lambda: self.desk.streams,
            logs=lambda: self.logs,
            keys=lambda: self.links,
            clock=self.desk.clock,
        )

    def get(self, path: str, **headers: str) -> Answered:
        return self.send(event("GET", path, headers=_named(headers)))

    def post(self, path: str, body: object = None, key: str = "", **headers: str) -> Answered:
        """Send a command; without a key, a new one."""
        self.keys += 1
        text = None if body is None else json.dumps(body)
        named = {"idempotency-key": key or f"key-{self.keys}"} | _named(headers)
        return self.send(event("POST", path, text, named))

    def send(self, sent: dict[str, Any]) -> Answered:
        answer = self.application(sent, None)
        text = answer["body"]
        if answer["isBase64Encoded"]:
            text = base64.b64decode(text).decode(errors="surrogateescape")
        return Answered(answer["statusCode"], answer["headers"], text)

    def placed(self, key: str = "", **changes: object) -> str:
        """Place an order of two lines; return its id."""
        answer = self.post("/orders", order(**changes), key)
        assert answer.status == 201, answer.text
        return str(answer.json["order_id"])

    def confirmed(self, **changes: object) -> str:
        """Place an order and let policies, provider and carrier work until nothing moves."""
        order_id = self.placed("", **changes)
        assert self.world.run(order_id).status == "confirmed"
        return order_id


def order(**changes: object) -> dict[str, Any]:
    """Return an order's body: two lines and shipping, 54.97 in all."""
    body: dict[str, Any] = {
        "customer_id": "c-1",
        "currency": "EUR",
        "lines": [
            {"sku": "A-1", "quantity": 2, "unit_price_minor": 1999},
            {"sku": "B-1", "quantity": 3, "unit_price_minor": 333},
        ],
        "shipping_minor": 500,
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def event(
    method: str,
    path: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    caller: str | None = "local",
) -> dict[str, Any]:
    """Return an event of payload format 2.0, as an HTTP API with IAM authorisation sends it."""
    path, _, query = path.partition("?")
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    context: dict[str, Any] = {
        "accountId": "000000000000",
        "domainName": "api.example.com",
        "http": http | {"userAgent": "test"},
        "requestId": "request-1",
        "routeKey": "$default",
        "stage": "$default",
    }
    if caller is not None:
        context["authorizer"] = {"iam": {"userArn": f"{ARN}{caller}"}}
    sent = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": ({"content-type": "application/json"} if body else {}) | (headers or {}),
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if query:
        sent["queryStringParameters"] = dict(parse_qsl(query, keep_blank_values=True))
    return sent | ({"body": body} if body is not None else {})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
