"""Tracking over HTTP: the parcels that have travelled under a carrier's number."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from domain.kernel.refused import Refused
from domain.shipments.decide import checked_carrier, normalised_number
from domain.shipments.state import Shipment
from handlers.api.answers import shipment
from handlers.api.api import Api
from handlers.api.edge import EdgeRefusal
from handlers.api.responses import respond
from handlers.api.routing import Routes
from handlers.api.shipment_models import ShipmentAnswer, ShipmentsAnswer

TAG = "Tracking"


@dataclass(frozen=True, slots=True)
class Tracking:
    """The route of tracking numbers."""

    api: Api

    def register(self, routes: Routes) -> None:
        """Add the route."""
        path = "/tracking/{carrier}/{tracking_number}"
        routes.get(path, self.read, ShipmentsAnswer, TAG)

    def read(
        self,
        carrier: Annotated[str, Path(max_length=64)],
        tracking_number: Annotated[str, Path(max_length=128)],
    ) -> Response[ShipmentsAnswer]:
        """Find parcels by carrier and number.

        Usually one; several where a carrier has used its number again. A number is found within a
        moment of its registration; each parcel is as it stands now.
        """
        number = normalised_number(tracking_number)
        found = self.api.views.parcels(checked_carrier(carrier), number)
        parcels = [
            self._now(parcel.shipment_id) for parcel in found if isinstance(parcel, Shipment)
        ]
        if not parcels:
            raise Refused(EdgeRefusal.TRACKING_NOT_FOUND, "tracking_number")
        return respond(ShipmentsAnswer(shipments=parcels))

    def _now(self, shipment_id: str) -> ShipmentAnswer:
        """Read the parcel's stream: a scan recorded a moment ago is in it."""
        head = self.api.streams.shipments.load(shipment_id)
        if not isinstance(head.state, Shipment):
            message = f"a view names shipment {shipment_id}, which has no stream"
            raise LookupError(message)  # noqa: TRY004  # A row without its stream, not a type.
        return shipment(head.state, head.version)
