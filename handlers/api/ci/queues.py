"""A customer's queue over HTTP: what runs, what waits, in which order and for what."""

from dataclasses import dataclass
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from domain.ci.places import QUEUE
from domain.kernel.refused import Refused
from handlers.api.api import CiApi
from handlers.api.ci.answers import queue_answer
from handlers.api.ci.board import After, QueuePage, queue_page
from handlers.api.ci.models import QueueAnswer
from handlers.api.cursors import opened, sealed
from handlers.api.edge import EdgeRefusal
from handlers.api.models import Cursor, PathId
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "CI"
_DIGITS_MAX: Final = 7

Limit = Annotated[int, Query(ge=1, le=100, description="How many waiting jobs at most.")]


@dataclass(frozen=True, slots=True)
class CiQueues:
    """The route of a customer's queue."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.get("/ci/customers/{customer_id}/queue", self.read, QueueAnswer, TAG)

    def read(
        self, customer_id: PathId, limit: Limit = 50, cursor: Cursor = None
    ) -> Response[QueueAnswer]:
        """Read a customer's queue as it stands now.

        A customer is an account at GitHub, in any capitals; one that nobody has mentioned has an
        empty queue, and `known` is false. `blocked_by` is branch where another job of the branch
        runs or comes first, slots where all are taken, and suspended with the app.
        """
        page = page_of(self.ci, customer_id, limit, cursor)
        return respond(queue_answer(page, next_cursor(page), self.ci.keys()))


def page_of(ci: CiApi, customer_id: str, limit: int, cursor: str | None) -> QueuePage:
    """Read a page of a customer's queue. Raises Refused(CURSOR_INVALID)."""
    owner = owner_of(customer_id)
    after = _after(opened(_scope(owner), cursor))
    return queue_page(ci.streams().boards, owner, limit, after)


def next_cursor(page: QueuePage) -> str | None:
    """Return the cursor of what waits behind a page."""
    if not page.has_more:
        return None
    end = page.end
    return sealed(_scope(page.board.account.customer_id), f"{end.position}@{end.place}")


def owner_of(customer_id: str) -> str:
    """Return the customer that an account at GitHub is, however its capitals are written."""
    return customer_id.lower()


def _scope(customer_id: str) -> str:
    return f"queue of {customer_id}"


def _after(position: str | None) -> After:
    """Read where the page before ended. Its number only says how much to read at once."""
    if position is None:
        return After()
    digits, _, place = position.partition("@")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX):
        raise Refused(EdgeRefusal.CURSOR_INVALID, "cursor")
    if not place.startswith(QUEUE):
        raise Refused(EdgeRefusal.CURSOR_INVALID, "cursor")
    return After(place, int(digits))
