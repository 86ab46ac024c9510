"""The local GitHub's requests and answers: who may ask, what is done, and what goes wrong."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from handlers.local.github_hooks import Hooks
from handlers.local.github_memory import Answer, Commits, Received, refused

_REPOSITORY = r"/repos/(?P<name>[^/]+/[^/]+)"
_SHA = r"(?P<sha>\w+)"
_DELIVERIES = rf"(/app/hook|{_REPOSITORY}/hooks/\d+)/deliveries"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the first request whose method it has and in whose path `path` is found.

    With a `status` nothing is done, and `body` is the answer. Else it is done, and its answer is
    `lost`, or `cut` in half.
    """

    method: str = ""
    path: str = ""
    delay_s: float = 0
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    lost: bool = False
    cut: bool = False

    def meets(self, asked: Received) -> bool:
        """Whether it is meant for this request."""
        return self.method in ("", asked.method) and self.path in asked.path


class GitHub:
    """What GitHub knows and does. Its fields may be changed, to bring something about."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.commits = Commits(url)
        self.hooks = Hooks(url)
        self.received: list[Received] = []
        self.faults: list[Fault] = []
        self.gone: set[str] = set()
        self.moved: dict[str, str] = {}
        self.revoked: set[str] = set()
        self.installation = 1
        self._lock = threading.Lock()
        self._routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", _REPOSITORY, self.commits.repository),
            ("GET", rf"{_REPOSITORY}/commits/{_SHA}", self.commits.commit),
            ("GET", rf"{_REPOSITORY}/statuses/{_SHA}", self.commits.list_statuses),
            ("POST", rf"{_REPOSITORY}/statuses/{_SHA}", self.commits.add_status),
            ("GET", rf"{_REPOSITORY}/commits/{_SHA}/check-runs", self.commits.list_check_runs),
            ("POST", rf"{_REPOSITORY}/check-runs", self.commits.add_check_run),
            ("PATCH", rf"{_REPOSITORY}/check-runs/(?P<number>\d+)", self.commits.change_check_run),
            ("GET", rf"/app|{_REPOSITORY}/installation", self._app),
            ("POST", r"/app/installations/(?P<number>\d+)/access_tokens", self._token),
            ("GET", _DELIVERIES, self.hooks.list_deliveries),
            ("POST", rf"{_DELIVERIES}/(?P<number>\d+)/attempts", self.hooks.redeliver),
            ("GET", "/-/received", self._list_received),
            ("POST", "/-/faults", self._add_fault),
        ]

    def take(self, asked: Received) -> Fault:
        """Note a request, and take the fault that is meant for it."""
        with self._lock:
            self.received.append(asked)
            fault = next((one for one in self.faults if one.meets(asked)), None)
            if fault:
                self.faults.remove(fault)
            return fault or Fault()

    def answer(self, asked: Received) -> Answer:
        """Do what is asked."""
        if (asked.method, asked.path) == ("POST", "/-/deliveries"):
            return self.hooks.send(asked)  # Without the lock: whoever takes it may ask us.
        with self._lock:
            for method, pattern, act in self._routes:
                if method == asked.method and (found := re.fullmatch(pattern, asked.path)):
                    parts = {name: part for name, part in found.groupdict().items() if part}
                    return self._refusal(asked, parts.get("name", "")) or act(asked, **parts)
        return refused(404, "Not Found")

    def _refusal(self, asked: Received, name: str) -> Answer | None:
        if asked.path.startswith("/-/"):
            return None
        is_app = asked.token.startswith("ghs_")
        is_current = not is_app or asked.token == f"ghs_{self.installation}"
        if not asked.token or asked.token in self.revoked or not is_current:
            return refused(401, "Bad credentials")
        if new := self.moved.get(name):
            url = self.url + asked.path.replace(name, new, 1)
            body = {"message": "Moved Permanently", "url": url}
            return Answer(301 if asked.method == "GET" else 307, body, {"Location": url})
        if name in self.gone:
            return refused(404, "Not Found")
        if "/check-runs" in asked.path and asked.method != "GET" and not is_app:
            return refused(403, "You must authenticate via a GitHub App.")
        return None

    def _app(self, _asked: Received, **_: str) -> Answer:
        return Answer(200, {"id": self.installation, "slug": "waybill"})

    def _token(self, _asked: Received, number: str) -> Answer:
        if number != str(self.installation):
            return refused(404, "Not Found")
        return Answer(201, {"token": f"ghs_{number}", "expires_at": "2100-01-01T00:00:00Z"})

    def _list_received(self, _asked: Received) -> Answer:
        return Answer(200, [asdict(one) for one in self.received])

    def _add_fault(self, asked: Received) -> Answer:
        self.faults.append(Fault(**asked.body))
        return Answer(201, {})
