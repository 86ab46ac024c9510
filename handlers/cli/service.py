"""The service's HTTP API, as the command line asks it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

from handlers.cli.failure import Failure, ServiceFailure

Body = dict[str, Any]

_TIMEOUT_S: Final = 30
_PAGE: Final = 50
_SERVER_ERRORS: Final = 500
# Never over a proxy: the service is on this machine.
_HTTP: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Service:
    """Reads from one running service."""

    def __init__(self, url: str) -> None:
        """Take where its API is."""
        self._url = url

    def order(self, order_id: str) -> Body:
        """Return an order. Raises Failure if there is none."""
        return self._get("orders", order_id)

    def history(self, order_id: str) -> Iterator[Body]:
        """Yield an order's events, oldest first. Raises Failure if there is no such order."""
        return self._pages(("orders", order_id, "history"), "events", None)

    def orders_of(self, customer_id: str, limit: int) -> Iterator[Body]:
        """Yield a customer's orders, newest first, at most `limit`."""
        return self._pages(("customers", customer_id, "orders"), "orders", limit)

    def track(self, carrier: str, tracking_number: str) -> Body:
        """Return what travels under a number. Raises Failure if nothing does."""
        return self._get("tracking", carrier, tracking_number)

    def _pages(self, path: tuple[str, ...], key: str, limit: int | None) -> Iterator[Body]:
        cursor, left = "", limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            page = self._get(*path, limit=str(size), **({"cursor": cursor} if cursor else {}))
            yield from page[key]
            cursor = page.get("next_cursor") or ""
            left = None if left is None else left - len(page[key])
            if not cursor:
                return

    def _get(self, *path: str, **query: str) -> Body:
        url = "/".join((self._url, *(quote(part, safe="") for part in path)))
        try:
            with _HTTP.open(f"{url}?{urlencode(query)}", timeout=_TIMEOUT_S) as answer:
                body: Body = json.load(answer)
                return body
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error.code, error.read()) from None
        except OSError as error:
            raise ServiceFailure(f"the service at {self._url} does not answer: {error}") from None


def _refused(status: int, body: bytes) -> Failure:
    """Tell a problem (RFC 9457) in its own words."""
    try:
        problem = json.loads(body)
        said = ": ".join(str(problem[k]) for k in ("title", "detail") if problem.get(k))
        code = problem.get("code") or ""
    except (ValueError, AttributeError):
        said, code = "", ""
    words = said or f"the service answered {status}"
    kind = ServiceFailure if status >= _SERVER_ERRORS else Failure
    return kind(f"{words} ({code})" if code else words)
