import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters.github.connection import Api, app_client, token_client
from adapters.github.deliveries import AppDeliveries, HookDeliveries, hook_in
from adapters.github.signatures import is_signed
from adapters.memory.checks import MemoryDeliveries
from domain.ci.ports import (
    Deliveries,
    Delivery,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
)
from handlers.local.environment import LOCAL_HTTP
from handlers.local.github import serve
from handlers.local.github_api import Fault, GitHub
from tests.support.github_stand_in import NAME, TOKEN, private_key

SECRET = "made-up"  # noqa: S105  # Signs nothing but what is sent here.
BODY = b'{"zen": "Approachable is better than simple."}'
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Receiver:
    """Takes webhooks, and answers as it is told."""

    url: str = ""
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append((dict(self.headers), body))
            self.send_response(told.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_port}/webhooks/github?from=github"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Sent:
    """A list of deliveries; `deliver` makes one that succeeds or not, `settle` waits for others."""

    deliveries: Deliveries
    deliver: Callable[[bool], object]
    settle: Callable[[], None]

    def list(self, earliest: datetime = LONG_AGO) -> list[Delivery]:
        return [*self.deliveries.since(earliest)]


@contextmanager
def in_memory() -> Iterator[Sent]:
    succeeds = [True]
    memory = MemoryDeliveries(lambda _: succeeds[-1], lambda: datetime.now(UTC))

    def deliver(success: bool) -> None:
        succeeds.append(success)
        memory.deliver(str(len(succeeds)))

    yield Sent(memory, deliver, lambda: None)


@contextmanager
def at_github(of: Callable[[GitHub], Any]) -> Iterator[Sent]:
    with receiver() as hears, serve() as github, of(github) as client:
        is_app = not hasattr(client, "get_repo")
        deliveries = AppDeliveries(client) if is_app else HookDeliveries(client, NAME, 5)

        def deliver(success: bool) -> None:
            hears.status = 202 if success else 500
            github.hooks.deliver("ping", BODY, SECRET, hears.url)

        yield Sent(deliveries, deliver, github.hooks.settle)


def as_app(github: GitHub) -> Any:  # noqa: ANN401  # Two classes without a common one.
    return app_client("7", private_key(), Api(github.url))


def with_token(github: GitHub) -> Any:  # noqa: ANN401  # As above.
    return token_client(TOKEN, Api(github.url))


@pytest.fixture(params=["memory", "app", "hook"])
def sent(request: pytest.FixtureRequest) -> Iterator[Sent]:
    """The list of an app's deliveries, of a hook's, and the reference."""
    ways = {"app": as_app, "hook": with_token}
    with in_memory() if request.param == "memory" else at_github(ways[request.param]) as one:
        yield one


def test_deliveries_are_listed_newest_first_with_how_they_ended(sent: Sent) -> None:
    for success in (True, False, True):
        sent.deliver(success)
    listed = sent.list()
    assert [one.succeeded for one in listed] == [True, False, True]
    assert len({one.guid for one in listed}) == 3
    assert [one.delivery_id for one in listed] == sorted(
        (one.delivery_id for one in listed), reverse=True
    )


def test_what_is_sent_again_keeps_its_guid(sent: Sent) -> None:
    sent.deliver(False)
    sent.deliver(False)
    first = sent.list()[-1]
    sent.deliveries.redeliver(first.delivery_id)
    sent.settle()
    listed = sent.list()
    assert [one.guid for one in listed].count(first.guid) == 2
    assert (listed[0].guid, len(listed)) == (first.guid, 3)


def test_what_is_no_longer_known_is_not_sent_again(sent: Sent) -> None:
    with pytest.raises(ReportRefusedError):
        sent.deliveries.redeliver(404)


@pytest.mark.parametrize(
    ("code", "error"),
    [(403, ReportDeniedError), (404, ReportRefusedError), (422, ReportRefusedError)],
)
def test_a_no_to_one_delivery_is_told_from_a_no_to_all_of_them(
    code: int, error: type[Exception]
) -> None:
    with serve() as github, as_app(github) as app:
        github.faults.append(Fault("POST", "/attempts", status=code, body={"message": "No"}))
        with pytest.raises(error):
            AppDeliveries(app).redeliver(1)


def test_listing_ends_at_the_earliest_that_is_wanted(sent: Sent) -> None:
    sent.deliver(True)
    now = datetime.now(UTC)
    assert len(sent.list(now - timedelta(minutes=1))) == 1
    assert sent.list(now + timedelta(minutes=1)) == []


def test_a_delivery_of_the_very_second_is_listed_and_older_pages_are_not_asked_for() -> None:
    with serve() as github, as_app(github) as app:
        start = datetime(2026, 5, 4, 12, tzinfo=UTC)
        for number in range(250):
            at = (start - timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            one = {"id": number, "guid": f"g{number}", "delivered_at": at, "status_code": 200}
            github.hooks.deliveries.append(one)
        earliest = start - timedelta(seconds=120) + timedelta(milliseconds=700)
        assert len([*AppDeliveries(app).since(earliest)]) == 121
        assert [one.query.get("page", "1") for one in github.received] == ["1", "2"]


@pytest.mark.parametrize("code", [None, 0, 199, 300, 404, 500])
def test_only_a_success_is_one(code: int | None) -> None:
    at = "2026-05-04T12:00:00Z"
    with serve() as github, as_app(github) as app:
        github.hooks.deliveries += [
            {"id": 2, "guid": "g", "delivered_at": at, "status_code": code},
            {"id": 1, "guid": None, "delivered_at": at, "status_code": 200},
        ]
        assert [one.succeeded for one in AppDeliveries(app).since(LONG_AGO)] == [False]


def test_a_limit_is_met_with_patience() -> None:
    with serve() as github, as_app(github) as app:
        limit = Fault(status=429, headers={"Retry-After": "30"}, body={"message": "Slow down"})
        github.faults += [limit, limit]
        with pytest.raises(ReportLaterError):
            next(AppDeliveries(app).since(LONG_AGO))
        with pytest.raises(ReportLaterError):
            AppDeliveries(app).redeliver(1)


def test_a_webhook_is_signed_and_comes_again_byte_for_byte() -> None:
    with receiver() as hears, serve() as github, as_app(github) as app:
        made = github.hooks.deliver("push", BODY, SECRET, hears.url)
        AppDeliveries(app).redeliver(made["id"])
        github.hooks.settle()
        first, again = hears.heard
        assert first == again
        headers, body = first
        assert body == BODY
        assert is_signed(headers["X-Hub-Signature-256"], body, [SECRET])
        assert headers["X-GitHub-Event"] == "push"
        assert headers["X-GitHub-Delivery"] == made["guid"]
        assert headers["User-Agent"].startswith("GitHub-Hookshot/")


def test_a_webhook_that_nobody_takes_is_listed_as_failed() -> None:
    with serve() as github:
        with receiver() as hears:
            url = hears.url
        made = github.hooks.deliver("push", BODY, SECRET, url)
        assert (made["status_code"], github.hooks.deliveries) == (502, [made])


def test_the_local_github_is_told_what_to_do_over_http() -> None:
    with receiver() as hears, serve() as github:
        _post(f"{github.url}/-/faults", {"path": "/app", "status": 503, "body": {}})
        assert github.faults == [Fault(path="/app", status=503, body={})]
        sent = {"event": "ping", "body": "{}", "secret": SECRET, "url": hears.url}
        assert _post(f"{github.url}/-/deliveries", sent)["status_code"] == 200
        with LOCAL_HTTP.open(f"{github.url}/-/received") as answer:
            received = [(one["method"], one["path"]) for one in json.load(answer)]
        assert received[:2] == [("POST", "/-/faults"), ("POST", "/-/deliveries")]


def _post(url: str, body: object) -> Any:  # noqa: ANN401  # JSON of any shape.
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    with LOCAL_HTTP.open(request) as answer:
        return json.load(answer)


def test_a_hook_is_named_by_its_repository_and_its_number() -> None:
    assert hook_in("octo/web.shop-2:12345678") == ("octo/web.shop-2", 12345678)


@pytest.mark.parametrize(
    "text",
    ["octo/shop", "shop:1", "octo/shop:", "octo/shop:0", "octo/shop:x", "a/b/c:1", "a/b:\u0661"],
)
def test_what_names_no_hook_is_said_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no hook; write OWNER/NAME:NUMBER, as in octo/"):
        hook_in(text)
