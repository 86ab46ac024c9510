"""An order's payments over HTTP: create and read.

The order decides and records first; the payment follows from that, at once or by its queue.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.refused import Refused
from domain.kernel.transition import Transitioned
from domain.orders.commands import OrderRefusal, RequestPayment
from domain.orders.decide import DECIDER
from domain.orders.state import OrderState
from domain.policies.dossier import Dossier
from domain.policies.due import missing_minor
from handlers.api import payment_models as m
from handlers.api.answers import intended_payment, payment, payments
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
class Payments:
    """The routes that create and read an order's payments."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        base = "/orders/{order_id}/payments"
        routes.post(base, self.create, m.PaymentAnswer, TAG, 201)
        routes.get(base, self.list_all, m.PaymentsAnswer, TAG)
        routes.get(f"{base}/{{payment_id}}", self.read, m.PaymentAnswer, TAG)

    def create(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.CreatePaymentBody, Body()] = m.WHAT_IS_MISSING,
    ) -> Response[m.PaymentAnswer]:
        """Create a payment.

        Its authorisation is asked for at once; without an amount, it is for what is due and not
        covered by other payments.
        """
        asked = asking(http, headers)
        payment_id = asked.new_id("payment", order_id)
        done = self._request(order_id, payment_id, body, asked)
        react_now(self.api, order_id, done.outcome, asked.correlation_id)
        order = ordered(done.state)
        intent = next(one for one in order.payments if one.payment_id == payment_id)
        location = f"/orders/{order_id}/payments/{payment_id}"
        answer = payment(intended_payment(order, intent), 0)
        return respond(answer, 201, outcome=done.outcome, location=location)

    def _request(
        self, order_id: str, payment_id: str, body: m.CreatePaymentBody, asked: Asking
    ) -> Transitioned[OrderState]:
        now, method = self.api.clock(), body.method or ""
        command = RequestPayment(payment_id, now, body.amount_minor, method)
        if body.amount_minor is not None:
            return asked.carry_out(self.api.streams.orders, DECIDER, order_id, command)

        def of_what_is_missing(dossier: Dossier) -> RequestPayment:
            return replace(command, missing_minor=missing_minor(dossier))

        return decided_on_all(self.api, asked, order_id, of_what_is_missing)

    def list_all(self, order_id: PathId) -> Response[m.PaymentsAnswer]:
        """List an order's payments, oldest first."""
        dossier = opened(self.api, order_id)
        return respond(m.PaymentsAnswer(payments=payments(dossier, dict(dossier.versions))))

    def read(self, order_id: PathId, payment_id: PathId) -> Response[m.PaymentAnswer]:
        """Read a payment, from its own stream."""
        dossier = opened(self.api, order_id)
        for answer in payments(dossier, dict(dossier.versions)):
            if answer.payment_id == payment_id:
                return respond(answer)
        raise Refused(OrderRefusal.UNKNOWN_PAYMENT, "payment_id")
