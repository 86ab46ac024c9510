"""A service on loopback that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class StubService:
    """Answers by path and query, exactly as asked; else asks what is `behind`, if anything is."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    behind: Callable[[str], tuple[int, bytes]] | None = None
    url: str = ""

    def answer(self, path: str, body: Any, status: int = 200) -> None:  # noqa: ANN401  # JSON of any shape.
        """Give this answer to whoever asks for `path`."""
        self.answers[path] = (status, body)

    def otherwise(self, path: str) -> tuple[int, Any]:
        """Ask what stands behind it, if anything does."""
        if self.behind:
            return self.behind(path)
        return 404, {"code": "not_found", "title": "There is no such thing"}


@contextmanager
def stub_service() -> Iterator[StubService]:
    """Run one, on a free port."""
    stub = StubService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stub.asked.append(self.path)
            status, body = stub.answers.get(self.path) or stub.otherwise(self.path)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

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
