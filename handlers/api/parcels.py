"""What happens to one parcel, over HTTP: its number, its scans, its cancellation."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.refused import Refused
from domain.kernel.times import UNKNOWN_TIME, When
from domain.kernel.transition import Outcome
from domain.shipments import commands as c
from domain.shipments.decide import DECIDER
from domain.shipments.state import Shipment
from handlers.api import shipment_models as m
from handlers.api.answers import shipment
from handlers.api.api import Api
from handlers.api.commands import Asking, ChangeHeaders, asking
from handlers.api.models import PathId
from handlers.api.reacting import react_now
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "Shipments"


@dataclass(frozen=True, slots=True)
class Parcels:
    """The routes of a shipment's own stream; If-Match compares with its version."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        one = "/orders/{order_id}/shipments/{shipment_id}"
        routes.post(f"{one}/tracking", self.track, m.ShipmentAnswer, TAG)
        routes.post(f"{one}/scans", self.scan, m.ShipmentAnswer, TAG)
        routes.post(f"{one}/cancel", self.cancel, m.ShipmentAnswer, TAG)

    def track(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        shipment_id: PathId,
        body: Annotated[m.TrackingBody, Body()],
    ) -> Response[m.ShipmentAnswer]:
        """Register the tracking number that a shipment travels under."""
        command = c.RegisterTracking(body.carrier, body.tracking_number, self.api.clock())
        answer, _ = self._change(order_id, shipment_id, command, asking(http, headers))
        return answer

    def scan(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        shipment_id: PathId,
        body: Annotated[m.ScanBody, Body()],
    ) -> Response[m.ShipmentAnswer]:
        """Record a scan: what a carrier saw.

        It is kept whether or not it moves the status; the same words again are the same scan.
        """
        at, now = When(body.at) if body.at else UNKNOWN_TIME, self.api.clock()
        command = c.RecordScan(body.status, at, now, body.location, body.text)
        answer, _ = self._change(order_id, shipment_id, command, asking(http, headers))
        return answer

    def cancel(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        shipment_id: PathId,
        body: Annotated[m.CancelShipmentBody, Body()] = m.NO_REASON,
    ) -> Response[m.ShipmentAnswer]:
        """Cancel a shipment: its units are open again. Refused once a carrier has had it."""
        asked = asking(http, headers)
        command = c.CancelShipment(body.reason, self.api.clock())
        answer, outcome = self._change(order_id, shipment_id, command, asked)
        react_now(self.api, order_id, outcome, asked.correlation_id)
        return answer

    def _change(
        self, order_id: str, shipment_id: str, command: c.ShipmentCommand, asked: Asking
    ) -> tuple[Response[m.ShipmentAnswer], Outcome]:
        store = self.api.streams.shipments
        known = store.load(shipment_id).state
        if not isinstance(known, Shipment) or known.order_id != order_id:
            raise Refused(c.ShipmentRefusal.SHIPMENT_NOT_FOUND, "shipment_id")
        done = asked.carry_out(store, DECIDER, shipment_id, command)
        if not isinstance(done.state, Shipment):
            message = f"a command left {type(done.state).__name__} where a shipment was"
            raise TypeError(message)
        answer = shipment(done.state, done.version)
        return respond(answer, outcome=done.outcome, version=done.version), done.outcome
