"""An order's history over HTTP: the events of all three contexts."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from domain.kernel.refused import Refused
from domain.kernel.times import UNKNOWN_TIME, When
from domain.kernel.views import Happened
from domain.orders.commands import OrderRefusal
from domain.policies.history import history
from handlers.api.api import Api
from handlers.api.cursors import opened, sealed
from handlers.api.edge import EdgeRefusal
from handlers.api.models import Answer, Cursor, PathId
from handlers.api.responses import iso, respond
from handlers.api.routing import Routes

TAG = "Orders"

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


class EventAnswer(Answer):
    """One event: `at` is when it happened as its source claims, None where nobody knows."""

    stream: str = Field(examples=["order#o-1"])
    version: int
    type: str = Field(examples=["OrderPlaced"])
    at: str | None
    certainty: str
    recorded_at: str
    data: dict[str, Any]


class HistoryAnswer(Answer):
    """A page of an order's history, oldest first."""

    order_id: str
    events: list[EventAnswer]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Timelines:
    """The route of an order's history."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.get("/orders/{order_id}/history", self.read, HistoryAnswer, TAG)

    def read(
        self, order_id: PathId, limit: Limit = 100, cursor: Cursor = None
    ) -> Response[HistoryAnswer]:
        """Read all that has happened to an order, its payments and its shipments, oldest first."""
        position = opened(order_id, cursor)
        happened = history(self.api.streams, self.api.views, order_id)
        if not happened:
            raise Refused(OrderRefusal.ORDER_NOT_FOUND, "order_id")
        begin = _after(happened, position)
        page = happened[begin : begin + limit]
        more = len(happened) > begin + limit
        return respond(
            HistoryAnswer(
                order_id=order_id,
                events=[_event(one) for one in page],
                next_cursor=sealed(order_id, _position(page[-1])) if more else None,
            )
        )


def _position(one: Happened) -> str:
    return f"{one.stream}@{one.version}"


def _after(happened: Sequence[Happened], position: str | None) -> int:
    """Go on behind the event that the last page ended with, wherever it stands by now."""
    if position is None:
        return 0
    for index, one in enumerate(happened):
        if _position(one) == position:
            return index + 1
    raise Refused(EdgeRefusal.CURSOR_INVALID, "cursor")


def _event(one: Happened) -> EventAnswer:
    at = getattr(one.event, "at", UNKNOWN_TIME)
    return EventAnswer(
        stream=one.stream,
        version=one.version,
        type=type(one.event).__name__,
        at=iso(at),
        certainty=at.certainty.value,
        recorded_at=one.recorded_at.isoformat().replace("+00:00", "Z"),
        data={name: value for name, value in _plain(one.event).items() if name != "at"},
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  # Any event, down to its plainest parts.
    if isinstance(value, When):
        return iso(value)
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, Enum) else value
