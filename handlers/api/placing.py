"""Placing an order over HTTP: one request to the store, and remembered for ever."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.refused import Refused
from domain.orders.commands import NewLine, OrderRefusal, PlaceOrder
from domain.orders.decide import DECIDER
from domain.policies.dossier import Dossier
from handlers.api.answers import order_with_all
from handlers.api.api import Api
from handlers.api.commands import CreateHeaders, asking
from handlers.api.edge import EdgeRefusal
from handlers.api.looking import ordered
from handlers.api.order_models import AskedLine, OrderAnswer, PlaceOrderBody
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Orders"


@dataclass(frozen=True, slots=True)
class Placing:
    """The route that places orders."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.post("/orders", self.place, OrderAnswer, TAG, 201)

    def place(
        self, http: Request, headers: CreateHeaders, body: Annotated[PlaceOrderBody, Body()]
    ) -> Response[OrderAnswer]:
        """Place an order.

        Its id is derived from the caller and the Idempotency-Key: placed again, it is the same
        order, and the answer is the same.
        """
        asked = asking(http, headers)
        order_id = asked.new_id("order")
        command = PlaceOrder(
            order_id=order_id,
            customer_id=body.customer_id,
            currency=body.currency,
            lines=new_lines(body.lines),
            now=self.api.clock(),
            shipping_minor=body.shipping_minor,
            tax_minor=body.tax_minor,
            discount_minor=body.discount_minor,
            expected_total_minor=_expected_total(body),
            payment=body.payment,
        )
        store = self.api.streams.orders
        done = asked.carry_out(store, DECIDER, order_id, command, creates=True)
        placed = Dossier(ordered(done.state), (), ())
        return respond(
            order_with_all(placed, {f"order#{order_id}": done.version}),
            201,
            outcome=done.outcome,
            version=done.version,
            location=f"/orders/{order_id}",
        )


def new_lines(lines: list[AskedLine]) -> tuple[NewLine, ...]:
    """Put lines into the domain's words."""
    return tuple(
        NewLine(
            line.sku,
            line.quantity,
            line.unit_price_minor,
            line.line_id or "",
            line.seller_id or "",
        )
        for line in lines
    )


def _expected_total(body: PlaceOrderBody) -> int | None:
    """Return the caller's own sum, from whichever field has it."""
    if body.total is None:
        return body.total_minor
    if body.total.currency != body.currency:
        raise Refused(EdgeRefusal.CURRENCY_DIFFERS, "total.currency")
    if body.total_minor not in (None, body.total.amount_minor):
        raise Refused(OrderRefusal.TOTAL_DOES_NOT_ADD_UP, "total_minor")
    return body.total.amount_minor
