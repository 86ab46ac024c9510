"""GitHub as far as CI speaks with it, on loopback and in memory: for local runs and tests.

| request | what it does |
| --- | --- |
| GET /repos/O/R, GET /repos/O/R/commits/SHA | says that it is there, unless O/R is in `gone` |
| GET, POST /repos/O/R/statuses/SHA | lists, newest first; adds, up to 1,000 a context |
| GET /repos/O/R/commits/SHA/check-runs | the newest of a name; with `filter=all` all of them |
| POST /repos/O/R/check-runs, PATCH /repos/O/R/check-runs/ID | makes and changes; for apps only |
| GET /app, GET /repos/O/R/installation | the app, and its number in every account |
| POST /app/installations/ID/access_tokens | a token, as long as that is the number |
| GET /app/hook/deliveries, GET /repos/O/R/hooks/ID/deliveries | what was sent, newest first |
| POST of these and /ID/attempts | has the same bytes sent again, soon, under the same GUID |
| GET /-/received | all requests so far, in order |
| POST /-/faults | what is to happen to one coming request: the fields of `Fault` |
| POST /-/deliveries | sends a webhook: `event`, `body` (a text), `secret`, `url` |

A repository in `moved` is redirected to its new name as GitHub does it: GET with 301, all else
with 307. Anybody has access who brings a token; an app's signature is not checked.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from handlers.local.github_api import GitHub
from handlers.local.github_memory import Answer, Received, refused


@contextmanager
def serve(port: int = 0) -> Iterator[GitHub]:
    """Run a GitHub on loopback, on a free port unless one is given; its `url` says where."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.github = GitHub(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="github")
        thread.start()
        try:
            yield server.github
        finally:
            server.shutdown()
            thread.join()
            server.github.hooks.settle()


class _Server(ThreadingHTTPServer):
    github: GitHub


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Whoever asks keeps its connection, as with GitHub.
    disable_nagle_algorithm = True  # Else a body waits 40 ms for its headers to be acknowledged.
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None:  # noqa: ANN401  # As the library has it.
        """Say nothing."""

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        where = urlsplit(self.path)
        try:
            body = json.loads(content) if content else None
        except ValueError:
            self._send(refused(400, "Problems parsing JSON"))
            return
        token = self.headers.get("Authorization", "").rpartition(" ")[2]
        query = dict(parse_qsl(where.query))
        asked = Received(self.command, where.path, query, body, token)
        fault = self.server.github.take(asked)
        time.sleep(fault.delay_s)
        if fault.status:
            self._send(Answer(fault.status, fault.body, fault.headers))
            return
        answer = self.server.github.answer(asked)
        if fault.lost:
            self._hang_up()
        else:
            self._send(answer, is_cut=fault.cut)

    def _send(self, answer: Answer, *, is_cut: bool = False) -> None:
        body = answer.body
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if is_cut else content)
        if is_cut:
            self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True
