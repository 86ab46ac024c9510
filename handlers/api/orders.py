"""Orders over HTTP: read and change."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.refused import Refused
from domain.orders import commands as c
from domain.orders.decide import DECIDER
from handlers.api import order_models as m
from handlers.api.answers import order_alone, order_with_all
from handlers.api.api import Api
from handlers.api.commands import Asking, ChangeHeaders, asking
from handlers.api.looking import opened, ordered
from handlers.api.models import PathId
from handlers.api.placing import new_lines
from handlers.api.responses import respond, unless_known
from handlers.api.routing import Routes

TAG = "Orders"


@dataclass(frozen=True, slots=True)
class Orders:
    """The routes of one order."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        one = "/orders/{order_id}"
        routes.get(one, self.read, m.OrderAnswer, TAG)
        routes.post(f"{one}/cancel", self.cancel, m.OrderState, TAG)
        routes.post(f"{one}/hold", self.hold, m.OrderState, TAG)
        routes.post(f"{one}/release", self.release, m.OrderState, TAG)
        routes.post(f"{one}/modify", self.modify, m.OrderState, TAG)
        routes.post(f"{one}/lines/{{line_id}}/cancel", self.cancel_line, m.OrderState, TAG)

    def read(self, http: Request, order_id: PathId) -> Response[m.OrderAnswer]:
        """Read an order with its payments and shipments.

        Read from the streams themselves: what you have written is there. If-None-Match is honoured
        only while the order has no payment and no shipment, since its ETag knows only itself.
        """
        dossier = opened(self.api, order_id)
        versions = dict(dossier.versions)
        version = versions[f"order#{order_id}"]
        if not (dossier.order.payments or dossier.order.allocations):
            unless_known(http.headers, version)
        return respond(order_with_all(dossier, versions), version=version)

    def cancel(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.CancelBody, Body()] = m.NO_REASON,
    ) -> Response[m.OrderState]:
        """Cancel an order.

        Refused while units are in a shipment. What is held is let go, what was taken is refunded.
        """
        command = c.CancelOrder(body.reason, self.api.clock())
        return self._change(order_id, command, asking(http, headers))

    def hold(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.HoldBody, Body()] = m.BY_HAND,
    ) -> Response[m.OrderState]:
        """Hold an order: nothing new leaves."""
        command = c.HoldOrder(body.reason, self.api.clock())
        return self._change(order_id, command, asking(http, headers))

    def release(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.HoldBody, Body()] = m.BY_HAND,
    ) -> Response[m.OrderState]:
        """Release one hold of an order."""
        command = c.ReleaseOrder(body.reason, self.api.clock())
        return self._change(order_id, command, asking(http, headers))

    def modify(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.ModifyBody, Body()],
    ) -> Response[m.OrderState]:
        """Modify an order.

        Set quantities, add lines, set the shipping. A line never shrinks below what has left it.
        """
        _distinct(body.quantities)
        quantities = tuple(c.LineQuantity(one.line_id, one.quantity) for one in body.quantities)
        lines, now = new_lines(body.lines), self.api.clock()
        command = c.ModifyOrder(quantities, lines, now, body.shipping_minor)
        return self._change(order_id, command, asking(http, headers))

    def cancel_line(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        line_id: PathId,
        body: Annotated[m.CancelLineBody, Body()] = m.WHOLE_LINE,
    ) -> Response[m.OrderState]:
        """Cancel units of a line that are in no shipment."""
        command = c.CancelLine(line_id, body.reason, self.api.clock(), body.quantity)
        return self._change(order_id, command, asking(http, headers))

    def _change(
        self, order_id: str, command: c.OrderCommand, asked: Asking
    ) -> Response[m.OrderState]:
        done = asked.carry_out(self.api.streams.orders, DECIDER, order_id, command)
        answer = order_alone(ordered(done.state), done.version)
        return respond(answer, outcome=done.outcome, version=done.version)


def _distinct(quantities: list[m.NewQuantity]) -> None:
    """Refuse a line named twice under the field's own name; new lines are the domain's to check."""
    seen: set[str] = set()
    for index, wanted in enumerate(quantities):
        if wanted.line_id in seen:
            raise Refused(c.OrderRefusal.DUPLICATE_LINE, f"quantities[{index}].line_id")
        seen.add(wanted.line_id)
