"""The service's HTTP API, as the command line asks it."""

import http.client
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from handlers.cli.failure import Failure, ServiceFailure

Body = dict[str, Any]

_TIMEOUT_S: Final = 30
_PAGE: Final = 50
_TRIES: Final = 2
_SERVER_ERRORS: Final = 500
# Never over a proxy: the service is on this machine.
_HTTP: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Missing(Failure):
    """The service says that there is no such thing."""


class MovedOn(Failure):
    """What was to be changed is no longer what was looked at."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, and the ETag of the version that it shows; empty where it has none."""

    content: bytes
    etag: str = ""

    @property
    def json(self) -> Body:
        """Read it. Raises ServiceFailure for what is no JSON object."""
        try:
            body = json.loads(self.content)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ServiceFailure("the service answered in words that are not its own")
        return body


class Service:
    """Asks one running service."""

    def __init__(self, url: str) -> None:
        """Take where its API is."""
        self._url = url

    def order(self, order_id: str) -> Body:
        """Return an order. Raises Failure if there is none."""
        return self.get("orders", order_id).json

    def history(self, order_id: str) -> Iterator[Body]:
        """Yield an order's events, oldest first. Raises Failure if there is no such order."""
        for page in self.pages("orders", order_id, "history", key="events"):
            yield from page["events"]

    def orders_of(self, customer_id: str, limit: int) -> Iterator[Body]:
        """Yield a customer's orders, newest first, at most `limit`."""
        for page in self.pages("customers", customer_id, "orders", key="orders", limit=limit):
            yield from page["orders"]

    def track(self, carrier: str, tracking_number: str) -> Body:
        """Return what travels under a number. Raises Failure if nothing does."""
        return self.get("tracking", carrier, tracking_number).json

    def pages(self, *path: str, key: str, limit: int | None = None) -> Iterator[Body]:
        """Yield pages until they hold `limit` of what stands under `key`, or there are no more."""
        cursor, left = "", limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            further = {"cursor": cursor} if cursor else {}
            page = self.get(*path, limit=str(size), **further).json
            yield page
            cursor = page.get("next_cursor") or ""
            left = None if left is None else left - len(page[key])
            if not cursor:
                return

    def get(self, *path: str, **query: str) -> Answered:
        """Look. Raises Failure, Missing for what is not there, and ServiceFailure."""
        return self._ask(_request("GET", f"{self._at(path)}?{urlencode(query)}", {}))

    def post(self, *path: str, body: object = None, if_match: str = "") -> Answered:
        """Command, once in effect: what was not answered is sent again under the same key.

        Raises Failure, Missing, MovedOn where `if_match` is no longer how it stands, and
        ServiceFailure: then nobody knows whether it was done.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if if_match:
            headers["If-Match"] = if_match
        request = _request("POST", self._at(path), headers, body)
        for _ in range(_TRIES - 1):
            with suppress(ServiceFailure):
                return self._ask(request)
        try:
            return self._ask(request)
        except ServiceFailure as failure:
            said = f"{failure.message}. Whether it was done is not known; look, and ask again"
            raise ServiceFailure(said) from None

    def _at(self, path: tuple[str, ...]) -> str:
        return "/".join((self._url, *(quote(part, safe="") for part in path)))

    def _ask(self, request: urllib.request.Request) -> Answered:
        try:
            with _HTTP.open(request, timeout=_TIMEOUT_S) as answer:
                return Answered(answer.read(), answer.headers.get("ETag") or "")
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error.code, error.read()) from None
        except (OSError, http.client.HTTPException) as error:
            raise ServiceFailure(f"the service at {self._url} does not answer: {error}") from None


def _request(
    method: str, url: str, headers: dict[str, str], body: object = None
) -> urllib.request.Request:
    content = None if body is None else json.dumps(body).encode()
    named = headers | ({"Content-Type": "application/json"} if content else {})
    return urllib.request.Request(url, content, named, method=method)  # noqa: S310  # The URL is the run file's.


def _refused(status: int, body: bytes) -> Failure:
    """Tell a problem (RFC 9457) in its own words."""
    try:
        problem = json.loads(body)
        said = ": ".join(str(problem[k]) for k in ("title", "detail") if problem.get(k))
        code = problem.get("code") or ""
    except (ValueError, AttributeError):
        said, code = "", ""
    words = said or f"the service answered {status}"
    kind = ServiceFailure if status >= _SERVER_ERRORS else _KINDS.get(status, Failure)
    return kind(f"{words} ({code})" if code else words)


_KINDS: Final = {404: Missing, 412: MovedOn}
