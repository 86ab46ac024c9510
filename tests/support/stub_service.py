"""A service on loopback that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from handlers.local.gateway import Request, Response


@dataclass
class StubService:
    """Answers by path and query, exactly as asked; else asks what is `behind`, if anything is.

    `served` is asked for whatever no answer was given to, commands among it.
    """

    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    behind: Callable[[str], tuple[int, bytes]] | None = None
    served: Callable[[Request], Response] | None = None
    url: str = ""

    def answer(self, path: str, body: Any, status: int = 200) -> None:  # noqa: ANN401  # JSON of any shape.
        """Give this answer to whoever asks for `path`."""
        self.answers[path] = [(status, body)]

    def then(self, path: str, body: Any, status: int = 200) -> None:  # noqa: ANN401  # As above.
        """Give this answer after those that were given before; the last one stays."""
        self.answers.setdefault(path, []).append((status, body))

    @property
    def commands(self) -> list[Request]:
        """What was asked to be done, in order."""
        return [one for one in self.requests if one.method == "POST"]

    def respond(self, request: Request) -> Response:
        """Answer one request."""
        path = f"{request.path}?{request.query}" if request.method == "GET" else request.path
        self.requests.append(request)
        self.asked.append(path)
        if turns := self.answers.get(path):
            return _response(*(turns.pop(0) if len(turns) > 1 else turns[0]))
        if self.served:
            return self.served(request)
        if self.behind:
            return _response(*self.behind(path))
        return _response(404, {"code": "not_found", "title": "There is no such thing"})


def _response(status: int, body: Any) -> Response:  # noqa: ANN401  # As above.
    return Response(status, (), body if isinstance(body, bytes) else json.dumps(body).encode())


@contextmanager
def stub_service() -> Iterator[StubService]:
    """Run one, on a free port."""
    stub = StubService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.serve()

        def do_POST(self) -> None:
            self.serve()

        def serve(self) -> None:
            path, _, query = self.path.partition("?")
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            response = stub.respond(Request(self.command, path, query, headers, body))
            self.send_response(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        stub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield stub
        finally:
            server.shutdown()
            thread.join()
