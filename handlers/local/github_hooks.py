"""The webhooks that the local GitHub sends, and its memory of them."""

import hashlib
import hmac
import http.client
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from handlers.local.github_memory import Answer, Received, now, page, refused

# "Your server should respond with a 2XX response within 10 seconds", GitHub's page on webhooks.
TIMEOUT_S = 10
UNREACHABLE = 502


@dataclass(slots=True)
class Hooks:
    """Deliveries, newest first. `url` is where the API is."""

    url: str
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    _sent: dict[int, tuple[str, dict[str, str], bytes]] = field(default_factory=dict)
    _again: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, event: str, body: bytes, secret: str, url: str) -> dict[str, Any]:
        """Sign and send a webhook; return the delivery, with the status code that came back."""
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/0000000",
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-GitHub-Event": event,
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        return self._deliver(url, headers, body)

    def settle(self) -> None:
        """Wait until every redelivery has been sent."""
        while self._again:
            self._again.pop().join()

    def list_deliveries(self, asked: Received, **_: str) -> Answer:
        """List what was delivered."""
        with self._lock:
            return page(self.url, asked, self.deliveries)

    def redeliver(self, _asked: Received, number: str, **_: str) -> Answer:
        """Send the same bytes again, under the same GUID.

        Not before answering: whoever asks may be the only one who can take the webhook.
        """
        if int(number) not in self._sent:
            return refused(404, "Not Found")
        again = threading.Thread(
            target=self._deliver, args=(*self._sent[int(number)], True), name="redelivery"
        )
        self._again.append(again)
        again.start()
        return Answer(202, {})

    def send(self, asked: Received) -> Answer:
        """Send a webhook as a request says."""
        sent = asked.body
        body = sent["body"].encode()
        return Answer(201, self.deliver(sent["event"], body, sent["secret"], sent["url"]))

    def _deliver(
        self,
        url: str,
        headers: dict[str, str],
        body: bytes,
        redelivery: bool = False,  # noqa: FBT001, FBT002  # A thread's arguments have no names.
    ) -> dict[str, Any]:
        delivered_at = now()
        status_code = _post(url, headers, body)
        status = http.client.responses.get(status_code, "")
        with self._lock:
            delivery = {
                "id": len(self.deliveries) + 1,
                "guid": headers["X-GitHub-Delivery"],
                "delivered_at": delivered_at,
                "redelivery": redelivery,
                "status": status,
                "status_code": status_code,
                "event": headers["X-GitHub-Event"],
            }
            self._sent[len(self.deliveries) + 1] = (url, headers, body)
            self.deliveries.insert(0, delivery)
        return delivery


def _post(url: str, headers: dict[str, str], body: bytes) -> int:
    """Return the status that came back, and 502 where none did. Redirections are not followed."""
    where = urlsplit(url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("POST", f"{where.path}?{where.query}".rstrip("?"), body, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return UNREACHABLE
    finally:
        connection.close()
