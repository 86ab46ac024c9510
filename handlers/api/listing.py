"""A customer's orders over HTTP, from the views."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from domain.kernel.ids import ID_LENGTH_MAX
from domain.policies.dossier import from_rows
from handlers.api.answers import order_with_all
from handlers.api.api import Api
from handlers.api.cursors import opened, sealed
from handlers.api.models import Cursor, PathId
from handlers.api.order_models import OrderAnswer, OrdersAnswer
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Orders"

CustomerId = Annotated[
    str, Query(max_length=ID_LENGTH_MAX, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@~-]*$")
]
Limit = Annotated[int, Query(ge=1, le=50, description="How many at most.")]


@dataclass(frozen=True, slots=True)
class Listing:
    """The routes that list orders."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        routes.get("/orders", self.orders, OrdersAnswer, TAG)
        routes.get("/customers/{customer_id}/orders", self.of_customer, OrdersAnswer, TAG)

    def of_customer(
        self, customer_id: PathId, limit: Limit = 20, cursor: Cursor = None
    ) -> Response[OrdersAnswer]:
        """List a customer's orders, newest first.

        From the views, which follow the streams within a moment.
        """
        return self._page(customer_id, limit, cursor)

    def orders(
        self, customer_id: CustomerId, limit: Limit = 20, cursor: Cursor = None
    ) -> Response[OrdersAnswer]:
        """List a customer's orders, newest first, by query."""
        return self._page(customer_id, limit, cursor)

    def _page(self, customer_id: str, limit: int, cursor: str | None) -> Response[OrdersAnswer]:
        position = opened(customer_id, cursor)
        page = self.api.views.orders_of(customer_id, limit, position)
        found = [order for id_ in page.ids if (order := self._order(id_))]
        further = sealed(customer_id, page.cursor) if page.cursor else None
        return respond(OrdersAnswer(orders=found, next_cursor=further))

    def _order(self, order_id: str) -> OrderAnswer | None:
        """Join an order's rows; None while its own row is not there yet."""
        rows = self.api.views.order(order_id)
        dossier = from_rows(rows)
        if dossier is None:
            return None
        versions = {
            (f"order#{order_id}" if sort == "order" else sort): version
            for sort, version in rows.versions.items()
        }
        return order_with_all(dossier, versions)
