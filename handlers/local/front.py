"""The HTTP front: what API Gateway's HTTP API does in AWS, with the real handlers behind it."""

import asyncio
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from handlers.local.gateway import (
    ACCOUNT,
    DEFAULT_ROUTE,
    Request,
    Response,
    as_event,
    as_response,
    problem,
)

# "Payload size: 10 MB", API Gateway developer guide, quotas of HTTP APIs.
LARGEST_BODY_BYTES = 10 * 1024 * 1024
# A path that our API does not have: the command line asks here whether everything has arrived.
BACKLOG_PATH = "/-/backlog"


class Function:
    """A handler as a function: at most `threads` requests at a time.

    In Lambda a process has one at a time; a handler that keeps its request in class attributes, as
    Powertools' resolver does, must have one thread here too.
    """

    def __init__(
        self, name: str, handler: Callable[[dict[str, Any], Any], Any], threads: int = 1
    ) -> None:
        self._name = name
        self._handler = handler
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)

    async def answer(self, event: dict[str, Any]) -> Response:
        """Call the handler; whatever it raises is a 500, as in AWS, and the next is served."""
        loop = asyncio.get_running_loop()
        try:
            return as_response(
                await loop.run_in_executor(self._threads, self._handler, event, Context(self._name))
            )
        except Exception:  # noqa: BLE001 - see above.
            traceback.print_exc()
            return problem(500, "internal", "The request could not be handled; see the log.")


class Front:
    """An ASGI application over functions, by the route that leads to each."""

    def __init__(
        self, functions: Mapping[str, Function], backlog: Callable[[], Mapping[str, int]]
    ) -> None:
        self._functions = functions
        self._backlog = backlog

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request; of the server's own messages only its start and end are ours."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _send(send, scope["method"], await self._answer(scope, receive))

    async def _answer(self, scope: HTTPScope, receive: ASGIReceiveCallable) -> Response:
        if scope["path"] == BACKLOG_PATH:
            return as_response(dict(await asyncio.to_thread(self._backlog)))
        body = await _body(receive)
        if body is None:
            return problem(413, "body_too_large", "The body is larger than 10 MB.")
        event = as_event(_request(scope, body))
        function = self._functions.get(event["routeKey"], self._functions[DEFAULT_ROUTE])
        return await function.answer(event)


@dataclass(slots=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1024
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"
    # The functions' Timeout in infra/template.yaml.
    _until: float = field(default_factory=lambda: time.monotonic() + 28)

    @property
    def invoked_function_arn(self) -> str:
        """Arn of the function."""
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until AWS would end the invocation."""
        return max(0, int((self._until - time.monotonic()) * 1000))


def _request(scope: HTTPScope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in scope["headers"]),
        body=body,
        client=(scope["client"] or ("127.0.0.1", 0))[0],
    )


async def _body(receive: ASGIReceiveCallable) -> bytes | None:
    """Read the body; None if it is larger than the gateway takes.

    It is read to its end even so: a client that is still sending would see a broken connection
    instead of the answer.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)  # The client has gone.
        size += len(message["body"])
        if size <= LARGEST_BODY_BYTES:
            parts.append(message["body"])
        if not message["more_body"]:
            return b"".join(parts) if size <= LARGEST_BODY_BYTES else None


async def _send(send: ASGISendCallable, method: str, response: Response) -> None:
    length = ("content-length", str(len(response.body)))
    headers = [h for h in response.headers if h[0] != "content-length"] + [length]
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers],
            "trailers": False,
        }
    )
    body = b"" if method == "HEAD" else response.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _live(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
