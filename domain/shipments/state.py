"""The states a shipment can be in, and `evolve`: what each event makes of them."""

from dataclasses import dataclass, replace
from typing import Final, assert_never

from domain.kernel.decider import Fold, Routing
from domain.kernel.times import When
from domain.shipments import events as e
from domain.shipments.events import ShipmentStatus, ShippedLine
from domain.shipments.scans import Scan, first_of, moving, status_of


@dataclass(frozen=True, slots=True)
class NoShipment:
    """Nothing is being sent under this id."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment, with everything that its own decisions need."""

    shipment_id: str
    order_id: str
    customer_id: str
    lines: tuple[ShippedLine, ...]
    created_at: When
    carrier: str = ""
    tracking_number: str = ""
    label_open: bool = False
    label_refused: str = ""
    label_unknown: bool = False
    former_numbers: tuple[tuple[str, str], ...] = ()
    scans: tuple[Scan, ...] = ()
    cancelled: bool = False
    anomalies: tuple[str, ...] = ()
    seller_id: str = ""
    imported: bool = False

    @property
    def status(self) -> ShipmentStatus:
        """Where it is: a function of the set of its scans, whatever order they came in."""
        if self.cancelled:
            return ShipmentStatus.CANCELLED
        if self.scans:
            return status_of(self.scans)
        return ShipmentStatus.LABEL_PURCHASED if self.tracking_number else ShipmentStatus.CREATED

    @property
    def moving(self) -> bool:
        """Whether a carrier has ever had it in hand."""
        return moving(self.scans)

    @property
    def finished(self) -> bool:
        """Whether it has arrived somewhere for good."""
        return self.status in (ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED)

    @property
    def handed_over_at(self) -> When | None:
        """When a carrier first had it, if that is known to have happened."""
        return first_of(self.scans, ShipmentStatus.PICKED_UP)

    @property
    def delivered_at(self) -> When | None:
        """When it arrived, if it has."""
        return first_of(self.scans, ShipmentStatus.DELIVERED)


ShipmentState = NoShipment | Shipment


def evolve(state: ShipmentState, event: e.ShipmentEvent) -> ShipmentState:
    """Return the shipment after one more event."""
    if isinstance(event, e.ShipmentCreated):
        return Shipment(
            shipment_id=event.shipment_id,
            order_id=event.order_id,
            customer_id=event.customer_id,
            lines=event.lines,
            created_at=event.at,
            seller_id=event.seller_id,
            imported=event.imported,
        )
    if isinstance(state, NoShipment):
        message = f"{type(event).__name__} cannot be a shipment's first event"
        raise TypeError(message)
    return _evolve_shipment(state, event)


def _evolve_shipment(shipment: Shipment, event: e.ShipmentEvent) -> Shipment:
    match event:
        case e.ShipmentCreated():
            return shipment
        case e.ShipmentSplit(lines=lines):
            return replace(shipment, lines=lines)
        case e.LabelRequested(carrier=carrier):
            return replace(
                shipment, carrier=carrier, label_open=True, label_refused="", label_unknown=False
            )
        case e.LabelRefused(code=code):
            return replace(shipment, label_open=False, label_refused=code)
        case e.TrackingRegistered():
            return _registered(shipment, event)
        case e.ScanRecorded(scan_id=scan_id, status=status, at=at):
            return replace(shipment, scans=(*shipment.scans, Scan(scan_id, status, at)))
        case e.ScanAnomalyRecorded(kind=kind):
            return replace(shipment, anomalies=(*shipment.anomalies, kind))
        case e.ShipmentCancelled():
            return replace(shipment, cancelled=True, label_open=False)
        case e.LabelUnknown():
            return replace(shipment, label_unknown=True)
        case e.ShipmentStatusChanged() | e.ShipmentDelivered() | e.ReturnedToSender():
            return shipment  # Said for others to hear; the scans hold it already.
        case _:
            assert_never(event)


def _registered(shipment: Shipment, event: e.TrackingRegistered) -> Shipment:
    former = ((shipment.carrier, shipment.tracking_number),) if shipment.tracking_number else ()
    return replace(
        shipment,
        carrier=event.carrier,
        tracking_number=event.tracking_number,
        label_open=False,
        label_refused="",
        former_numbers=(*shipment.former_numbers, *former),
    )


def _route(state: ShipmentState) -> Routing:
    if isinstance(state, NoShipment):
        message = "a shipment without events belongs to nobody"
        raise TypeError(message)
    return Routing(state.order_id, state.customer_id, state.imported)


FOLD: Final[Fold[ShipmentState, e.ShipmentEvent]] = Fold(
    "shipment", 1, NoShipment(), evolve, _route
)
