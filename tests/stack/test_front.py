"""The front: which function answers, and how many at once."""

import asyncio
import threading
from typing import Any, cast

from hypercorn.typing import ASGIReceiveEvent, ASGISendEvent, HTTPScope

from handlers.local.front import Front, Function

ROUTE = "POST /webhooks/github"


def front(api: Function, webhook: Function) -> Front:
    return Front({"$default": api, ROUTE: webhook}, lambda: {"records": 0})


async def ask(asked: Front, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Ask as a server does, the body in two pieces; return status and body."""
    pieces = [body[:1], body[1:]]
    sent: list[Any] = []

    async def receive() -> ASGIReceiveEvent:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: ASGISendEvent) -> None:  # ASGI wants it so.
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": None,
    }
    await asked(cast("HTTPScope", scope), receive, send)
    return sent[0]["status"], sent[1]["body"]


def said(word: str) -> Function:
    return Function(word, lambda _event, context: context.function_name)


def test_a_webhook_goes_to_its_own_function_and_all_else_to_the_api() -> None:
    asked = front(said("api"), said("webhook"))
    assert asyncio.run(ask(asked, "POST", "/webhooks/github")) == (200, b"webhook")
    assert asyncio.run(ask(asked, "GET", "/webhooks/github")) == (200, b"api")
    assert asyncio.run(ask(asked, "GET", "/health")) == (200, b"api")


def test_webhooks_are_taken_at_once_and_the_api_takes_one_at_a_time() -> None:
    meeting = threading.Barrier(3, timeout=30)
    alone = threading.Lock()

    def webhook(_event: object, _context: object) -> str:
        meeting.wait()  # Broken, and raised, unless three are here.
        return "met"

    def api(_event: object, _context: object) -> str:
        assert alone.acquire(blocking=False)
        alone.release()
        return "alone"

    asked = front(Function("api", api), Function("webhook", webhook, threads=3))

    async def everybody() -> list[tuple[int, bytes]]:
        hooks = [ask(asked, "POST", "/webhooks/github") for _ in range(3)]
        return await asyncio.gather(*hooks, *(ask(asked, "GET", "/orders") for _ in range(20)))

    answers = asyncio.run(everybody())
    assert answers[:3] == [(200, b"met")] * 3
    assert answers[3:] == [(200, b"alone")] * 20


def test_a_function_that_breaks_is_a_500_and_the_next_is_served() -> None:
    def broken(event: dict[str, Any], _context: object) -> str:
        return str(event["body"])

    asked = front(said("api"), Function("webhook", broken))
    status, body = asyncio.run(ask(asked, "POST", "/webhooks/github"))
    assert (status, b'"internal"' in body) == (500, True)
    assert asyncio.run(ask(asked, "POST", "/webhooks/github", b"{}")) == (200, b"{}")


def test_a_body_above_ten_megabytes_reaches_no_function() -> None:
    asked = front(said("api"), said("webhook"))
    largest = b"x" * (10 * 1024 * 1024)
    assert asyncio.run(ask(asked, "POST", "/webhooks/github", largest)) == (200, b"webhook")
    status, body = asyncio.run(ask(asked, "POST", "/webhooks/github", largest + b"x"))
    assert (status, b"body_too_large" in body) == (413, True)
