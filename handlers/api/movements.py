"""Moving a payment's money over HTTP, by hand: capture, void, refund.

The movement stands in the order's plan when the caller is answered; the provider's word on it
comes later, in the payment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.refused import Refused
from domain.kernel.transition import Transitioned
from domain.orders import commands as c
from domain.orders.decide import DECIDER
from domain.orders.state import Order, OrderState
from domain.policies.dossier import Dossier
from domain.policies.due import payment_facts
from handlers.api import payment_models as m
from handlers.api.answers import money
from handlers.api.api import Api
from handlers.api.commands import Asking, ChangeHeaders, asking
from handlers.api.deciding import decided_on_all
from handlers.api.looking import opened, ordered
from handlers.api.models import PathId
from handlers.api.reacting import react_now
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Payments"


@dataclass(frozen=True, slots=True)
class Movements:
    """The routes that move a payment's money."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        one = "/orders/{order_id}/payments/{payment_id}"
        routes.post(f"{one}/capture", self.capture, m.OperationRequested, TAG, 202)
        routes.post(f"{one}/void", self.void, m.OperationRequested, TAG, 202)
        routes.post(f"{one}/refund", self.refund, m.OperationRequested, TAG, 202)

    def capture(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        payment_id: PathId,
        body: Annotated[m.AmountBody, Body()] = m.ALL_THERE_IS,
    ) -> Response[m.OperationRequested]:
        """Capture held money: all that is held, or the given amount of it."""
        asked = asking(http, headers)
        part_id = asked.new_id("capture", order_id)

        def command(facts: c.PaymentFacts) -> c.CapturePayment:
            now = self.api.clock()
            return c.CapturePayment(payment_id, facts, now, body.amount_minor, part_id)

        return self._move(order_id, payment_id, part_id, command, asked)

    def void(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        payment_id: PathId,
        body: Annotated[m.AmountBody, Body()] = m.ALL_THERE_IS,
    ) -> Response[m.OperationRequested]:
        """Void held money: let go all that is held, or the given amount of it."""
        asked = asking(http, headers)
        part_id = asked.new_id("void", order_id)

        def command(facts: c.PaymentFacts) -> c.VoidPayment:
            now = self.api.clock()
            return c.VoidPayment(payment_id, facts, now, body.amount_minor, part_id)

        return self._move(order_id, payment_id, part_id, command, asked)

    def refund(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        payment_id: PathId,
        body: Annotated[m.RefundBody, Body()] = m.ALL_BACK,
    ) -> Response[m.OperationRequested]:
        """Refund taken money: give back all of it, or the given amount."""
        asked = asking(http, headers)
        part_id = asked.new_id("refund", order_id)

        def command(dossier: Dossier) -> c.RefundPayment:
            facts = _facts(dossier, payment_id)
            others = tuple(
                payment_facts(one) for one in dossier.payments if one.payment_id != payment_id
            )
            now = self.api.clock()
            return c.RefundPayment(
                payment_id, facts, now, body.amount_minor, part_id, body.reason, others
            )

        done = decided_on_all(self.api, asked, order_id, command)
        return self._answered(order_id, payment_id, part_id, done, asked)

    def _move(
        self,
        order_id: str,
        payment_id: str,
        part_id: str,
        command: Callable[[c.PaymentFacts], c.OrderCommand],
        asked: Asking,
    ) -> Response[m.OperationRequested]:
        wanted = command(_facts(opened(self.api, order_id), payment_id))
        done = asked.carry_out(self.api.streams.orders, DECIDER, order_id, wanted)
        return self._answered(order_id, payment_id, part_id, done, asked)

    def _answered(
        self,
        order_id: str,
        payment_id: str,
        part_id: str,
        done: Transitioned[OrderState],
        asked: Asking,
    ) -> Response[m.OperationRequested]:
        react_now(self.api, order_id, done.outcome, asked.correlation_id)
        answer = _requested(ordered(done.state), done.version, part_id)
        location = f"/orders/{order_id}/payments/{payment_id}"
        return respond(answer, 202, outcome=done.outcome, location=location)


def _facts(dossier: Dossier, payment_id: str) -> c.PaymentFacts:
    """Look up what the order's decision needs.

    Captures and voids cannot be misled by its being old: the figures only grow, and what others
    have planned meanwhile stands in the order itself.
    """
    if all(asked.payment_id != payment_id for asked in dossier.order.payments):
        raise Refused(c.OrderRefusal.UNKNOWN_PAYMENT, "payment_id")
    known = dossier.payment(payment_id)
    return payment_facts(known) if known else c.PaymentFacts(payment_id, 0, 0)


def _requested(order: Order, version: int, part_id: str) -> m.OperationRequested:
    """Show the movement that the command has planned, now or before."""
    part = next(one for one in order.parts if one.part_id == part_id)
    return m.OperationRequested(
        operation_id=part.part_id,
        kind=part.kind.value,
        amount=money(part.amount_minor, order.currency),
        status="requested",
        order_id=order.order_id,
        order_version=version,
        payment_id=part.payment_id,
    )
