"""GitHub's memory of the webhooks it sent: an app's, or those of one hook of a repository.

It keeps three days ("Viewing webhook deliveries"), newest first. A redelivery stands in it as a
delivery of its own, with the same GUID.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from github import Github, GithubIntegration
from github.HookDelivery import HookDeliverySummary
from github.PaginatedList import PaginatedList
from github.Requester import Requester

from adapters.github.errors import classified
from domain.ci.ports import Deliveries, Delivery

_NEVER: Final = (404, 422)
"""Of one delivery alone: it is forgotten, or cannot be sent again. 403 is said of all of them."""
_HOOK: Final = re.compile(r"([\w.-]+/[\w.-]+):([1-9][0-9]*)", re.ASCII)


class _Hook(Deliveries):
    """The deliveries behind one path of the API."""

    def __init__(self, requester: Requester, path: str) -> None:
        """Take who asks, and the hook's path: `/app/hook`, `/repos/OWNER/NAME/hooks/ID`."""
        self._requester = requester
        self._path = path

    def since(self, earliest: datetime) -> Iterator[Delivery]:
        """Yield deliveries, newest first, a page of the list when it is come to.

        Raises ReportRefusedError, ReportDeniedError, ReportLaterError; other trouble may pass.
        """
        # GitHub writes whole seconds, so a delivery of the very second would seem too early.
        earliest = earliest.replace(microsecond=0)
        with classified(f"to list {self._path}/deliveries"):
            found = PaginatedList(
                HookDeliverySummary, self._requester, f"{self._path}/deliveries", None
            )
            for one in found:
                delivery = _delivery(one)
                if delivery and delivery.delivered_at < earliest:
                    return
                if delivery:
                    yield delivery

    def redeliver(self, delivery_id: int) -> None:
        """Have one sent again.

        Raises ReportRefusedError for one that GitHub no longer knows, ReportDeniedError,
        ReportLaterError; other trouble may pass.
        """
        path = f"{self._path}/deliveries/{delivery_id}/attempts"
        with classified(f"to redeliver {self._path}/deliveries/{delivery_id}", _NEVER):
            self._requester.requestJsonAndCheck("POST", path)


class AppDeliveries(_Hook):
    """What GitHub sent to an app, whoever installed it."""

    def __init__(self, app: GithubIntegration) -> None:
        """Take the app."""
        super().__init__(app.requester, "/app/hook")


class HookDeliveries(_Hook):
    """What GitHub sent to one hook of a repository; its token may administer that."""

    def __init__(self, client: Github, repository: str, hook_id: int) -> None:
        """Take the client, the repository as `owner/name` and the hook's number there."""
        super().__init__(client.requester, f"/repos/{repository}/hooks/{hook_id}")


def hook_in(text: str) -> tuple[str, int]:
    """Read `owner/name:number`, a repository and one of its hooks. Raises ValueError.

    The number is the last part of the address of the hook's page, and of its `url` in the API.
    """
    found = _HOOK.fullmatch(text)
    if found is None:
        message = f"{text!r} names no hook; write OWNER/NAME:NUMBER, as in octo/shop:12345678"
        raise ValueError(message)
    return found[1], int(found[2])


def _delivery(one: HookDeliverySummary) -> Delivery | None:
    """Read a line of the list; one without number, GUID or time cannot be acted upon."""
    if one.id is None or one.guid is None or one.delivered_at is None:
        return None
    status = one.status_code or 0
    return Delivery(one.id, one.guid, one.delivered_at, succeeded=200 <= status <= 299)  # noqa: PLR2004  # HTTP's successes.
