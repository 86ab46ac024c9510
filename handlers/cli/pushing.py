"""Pushing without GitHub: a push webhook as GitHub sends it, signed with the local secret."""

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

WEBHOOK_PATH: Final = "/webhooks/github"
AT_ONCE_MAX: Final = 32
# "Your server should respond with a 2XX response within 10 seconds", GitHub's page on webhooks; a
# loaded machine gets longer, because nobody would send it again.
_TIMEOUT_S: Final = 30
_HTTP: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Commit:
    """What is pushed: `repository` is `owner/name`, `ref` in full, `sha` in hexadecimal."""

    repository: str
    ref: str
    sha: str
    message: str
    user: str

    def body(self) -> bytes:
        """Write the webhook's body, as a branch's first push; the same for the same commit.

        https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
        """
        owner, _, name = self.repository.partition("/")
        address = f"{self.user}@example.com"
        person = {"name": self.user, "email": address, "username": self.user}
        head = {"id": self.sha, "message": self.message, "author": person, "committer": person}
        push = {
            "ref": self.ref,
            "before": "0" * len(self.sha),
            "after": self.sha,
            "created": True,
            "deleted": False,
            "forced": False,
            "commits": [head],
            "head_commit": head,
            "repository": {
                "id": _number(self.repository),
                "name": name,
                "full_name": self.repository,
                "owner": {"login": owner, "name": owner},
            },
            "pusher": {"name": self.user, "email": address},
            "sender": {"login": self.user},
        }
        return json.dumps(push).encode()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sending: its id, the status that came back (0 for no answer), and what was said."""

    delivery_id: str
    status: int
    said: dict[str, Any]

    @property
    def was_taken(self) -> bool:
        """Whether the service has it now."""
        return self.status // 100 == 2  # noqa: PLR2004  # As GitHub judges it.


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a service takes GitHub's webhooks, and the secret that signs them."""

    url: str
    secret: str = field(repr=False)

    def send(self, body: bytes, times: int = 1) -> list[Delivery]:
        """Send a body so many times at once, each under a delivery id of its own."""
        with ThreadPoolExecutor(min(times, AT_ONCE_MAX)) as threads:
            return list(threads.map(self._deliver, [body] * times))

    def _deliver(self, body: bytes) -> Delivery:
        delivery_id = str(uuid.uuid4())
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": delivery_id,
            "X-GitHub-Event": "push",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310  # The run file's.
        try:
            with _HTTP.open(request, timeout=_TIMEOUT_S) as answer:
                return Delivery(delivery_id, answer.status, _read(answer.read()))
        except urllib.error.HTTPError as error:
            with error:
                return Delivery(delivery_id, error.code, _read(error.read()))
        except (OSError, http.client.HTTPException) as error:
            return Delivery(delivery_id, 0, {"detail": f"{self.url} does not answer: {error}"})


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _number(repository: str) -> int:
    """Give a repository a number of its own, the same each time: GitHub's are positive as well."""
    digest = hashlib.sha256(repository.lower().encode()).digest()
    return 1 + int.from_bytes(digest[:4], "big")
