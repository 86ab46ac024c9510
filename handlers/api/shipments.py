"""An order's shipments over HTTP: create, split and read.

Which units travel is decided by the order and recorded there first; the shipment follows from
that, at once or by its queue.
"""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.kernel.ids import short_hash
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import Transitioned
from domain.orders import commands as c
from domain.orders.decide import DECIDER
from domain.orders.state import OrderState
from domain.policies.dossier import Dossier
from domain.policies.due import covered_minor
from domain.shipments.commands import ShipmentRefusal
from domain.shipments.decide import checked_carrier, normalised_number
from domain.shipments.state import Shipment
from handlers.api import shipment_models as m
from handlers.api.answers import intended_shipment, shipment, shipments
from handlers.api.api import Api
from handlers.api.commands import Asking, ChangeHeaders, asking
from handlers.api.deciding import decided_on_all
from handlers.api.looking import opened, ordered
from handlers.api.models import PathId, Units
from handlers.api.reacting import react_now
from handlers.api.responses import respond, unless_known
from handlers.api.routing import Routes

TAG = "Shipments"


@dataclass(frozen=True, slots=True)
class Shipments:
    """The routes that create, split and read an order's shipments."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        base = "/orders/{order_id}/shipments"
        one = f"{base}/{{shipment_id}}"
        routes.post(base, self.create, m.ShipmentAnswer, TAG, 201)
        routes.get(base, self.list_all, m.ShipmentsAnswer, TAG)
        routes.get(one, self.read, m.ShipmentAnswer, TAG)
        routes.post(f"{one}/split", self.split, m.ShipmentAnswer, TAG, 201)

    def create(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        body: Annotated[m.CreateShipmentBody, Body()] = m.ALL_OPEN,
    ) -> Response[m.ShipmentAnswer]:
        """Create a shipment.

        Of the given lines, or of all open units. With a carrier and its number it travels under
        that number; with a carrier alone a label is bought.
        """
        asked = asking(http, headers)
        shipment_id = asked.new_id("shipment", order_id)
        carrier, number = _way(body)
        if number:
            self._check_number(order_id, carrier, number, asked)
        units, now = _units(body.lines), self.api.clock()

        def command(dossier: Dossier) -> c.AllocateShipment:
            covered = covered_minor(dossier)
            return c.AllocateShipment(shipment_id, units, now, carrier, number, covered)

        done = decided_on_all(self.api, asked, order_id, command)
        return self._allocated(order_id, shipment_id, done, asked)

    def _check_number(self, order_id: str, carrier: str, number: str, asked: Asking) -> None:
        """Refuse another shipment's number before the order records it.

        The shipment's own claim on it has the last word; here it can still be said to the caller.
        A command that the order knows already is not asked again.
        """
        remembered = self.api.streams.orders.load(order_id).remembered
        if any(hashed == short_hash(asked.command_id) for hashed, _ in remembered):
            return
        for parcel in self.api.views.parcels(carrier, number):
            if isinstance(parcel, Shipment) and not (parcel.cancelled or parcel.finished):
                raise Refused(KernelRefusal.CLAIM_TAKEN, "tracking_number")

    def split(
        self,
        http: Request,
        headers: ChangeHeaders,
        order_id: PathId,
        shipment_id: PathId,
        body: Annotated[m.SplitBody, Body()],
    ) -> Response[m.ShipmentAnswer]:
        """Split a shipment: some of its units travel in a parcel of their own, the one answered."""
        asked = asking(http, headers)
        parcel_id = asked.new_id("shipment", order_id)
        units, now = _units(body.lines), self.api.clock()
        command = c.SplitAllocation(shipment_id, parcel_id, units, now)
        whole = self.api.streams.shipments.load(shipment_id).state
        parcels = opened(self.api, order_id).order.allocations
        is_known = any(kept.shipment_id == parcel_id for kept in parcels)
        if isinstance(whole, Shipment) and whole.moving and not is_known:
            raise Refused(ShipmentRefusal.ALREADY_MOVING, status=whole.status.value)
        done = asked.carry_out(self.api.streams.orders, DECIDER, order_id, command)
        return self._allocated(order_id, parcel_id, done, asked)

    def _allocated(
        self, order_id: str, shipment_id: str, done: Transitioned[OrderState], asked: Asking
    ) -> Response[m.ShipmentAnswer]:
        react_now(self.api, order_id, done.outcome, asked.correlation_id)
        order = ordered(done.state)
        kept = next(one for one in order.allocations if one.shipment_id == shipment_id)
        answer = shipment(intended_shipment(order, kept), 0)
        location = f"/orders/{order_id}/shipments/{shipment_id}"
        return respond(answer, 201, outcome=done.outcome, location=location)

    def list_all(self, order_id: PathId) -> Response[m.ShipmentsAnswer]:
        """List an order's shipments, oldest first."""
        dossier = opened(self.api, order_id)
        return respond(m.ShipmentsAnswer(shipments=shipments(dossier, dict(dossier.versions))))

    def read(
        self, http: Request, order_id: PathId, shipment_id: PathId
    ) -> Response[m.ShipmentAnswer]:
        """Read a shipment, from its own stream; If-None-Match is honoured."""
        head = self.api.streams.shipments.load(shipment_id)
        if isinstance(head.state, Shipment) and head.state.order_id == order_id:
            unless_known(http.headers, head.version)
            return respond(shipment(head.state, head.version), version=head.version)
        order = opened(self.api, order_id).order
        for kept in order.allocations:
            if kept.shipment_id == shipment_id:
                return respond(shipment(intended_shipment(order, kept), 0))
        raise Refused(ShipmentRefusal.SHIPMENT_NOT_FOUND, "shipment_id")


def _way(body: m.CreateShipmentBody) -> tuple[str, str]:
    """Check how it is to travel before the order records it: a shipment could never follow."""
    if body.carrier is None and body.tracking_number is None:
        return "", ""
    carrier = checked_carrier(body.carrier or "")
    number = normalised_number(body.tracking_number) if body.tracking_number is not None else ""
    return carrier, number


def _units(lines: list[Units]) -> tuple[c.LineQuantity, ...]:
    return tuple(c.LineQuantity(line.line_id, line.quantity) for line in lines)
