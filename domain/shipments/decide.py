"""What a shipment decides: one function a command; the last one dispatches."""

import re
from collections.abc import Sequence
from typing import Final, assert_never

from domain.kernel.claims import Claim, ClaimAction
from domain.kernel.decider import Decider
from domain.kernel.ids import checked_id
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.shipments import commands as c
from domain.shipments import events as e
from domain.shipments.scanning import import_shipment, record_scan
from domain.shipments.state import FOLD, NoShipment, Shipment, ShipmentState

ShipmentEvents = Sequence[e.ShipmentEvent]

_CARRIER: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_NUMBER: Final = re.compile(r"[A-Za-z0-9]{4,64}")


def create(command: c.CreateShipment, state: ShipmentState) -> ShipmentEvents:
    """Create the shipment, and the intent of a label where a carrier is named; once for each id."""
    if isinstance(state, Shipment):
        if state.order_id != command.order_id:
            raise Refused(c.ShipmentRefusal.SHIPMENT_EXISTS, "shipment_id")
        return []
    at = When(command.now)
    created = e.ShipmentCreated(
        shipment_id=checked_id(command.shipment_id, "shipment_id"),
        order_id=command.order_id,
        customer_id=command.customer_id,
        lines=command.lines,
        at=at,
    )
    if command.carrier:
        return [created, e.LabelRequested(checked_carrier(command.carrier), at)]
    return [created]


def checked_carrier(carrier: str) -> str:
    """Return a carrier's code. Raises Refused(INVALID_CARRIER)."""
    if not _CARRIER.fullmatch(carrier):
        raise Refused(c.ShipmentRefusal.INVALID_CARRIER, "carrier")
    return carrier


def normalised_number(tracking_number: str) -> str:
    """Return a tracking number as it is compared: upper case, without blanks and hyphens.

    Raises Refused(INVALID_TRACKING_NUMBER).
    """
    number = re.sub(r"[\s-]", "", tracking_number)
    if not _NUMBER.fullmatch(number):
        raise Refused(c.ShipmentRefusal.INVALID_TRACKING_NUMBER, "tracking_number")
    return number.upper()  # Only now: other alphabets have letters whose capitals are Latin.


def _registered(carrier: str, tracking_number: str, at: When) -> e.TrackingRegistered:
    return e.TrackingRegistered(checked_carrier(carrier), normalised_number(tracking_number), at)


def keep_lines(command: c.KeepLines, state: ShipmentState) -> ShipmentEvents:
    """Let go of the units that the order has given to other parcels."""
    shipment = _existing(state)
    if shipment.lines == command.lines:
        return []
    return [e.ShipmentSplit(command.lines, When(command.now))]


def register_tracking(command: c.RegisterTracking, state: ShipmentState) -> ShipmentEvents:
    """Let the parcel travel under this number; the same number again is nothing new."""
    shipment = _open(state)
    registered = _registered(command.carrier, command.tracking_number, When(command.now))
    known = (shipment.carrier, shipment.tracking_number)
    if known == (registered.carrier, registered.tracking_number):
        return []
    if shipment.moving:
        raise Refused(c.ShipmentRefusal.ALREADY_MOVING, "tracking_number")
    return [registered]


def record_label(command: c.RecordLabel, state: ShipmentState) -> ShipmentEvents:
    """Record the carrier's answer to the label that was asked for."""
    shipment = _existing(state)
    if not shipment.label_open:
        return []  # Answered already, or no longer wanted.
    at = When(command.now)
    match command.answer:
        case c.LabelBought(tracking_number=number):
            return [_registered(shipment.carrier, number, at)]
        case c.LabelDenied(code=code):
            return [e.LabelRefused(shipment.carrier, code, at)]
        case c.LabelPending() if shipment.label_unknown:
            return []
        case c.LabelPending():
            return [e.LabelUnknown(shipment.carrier, at)]
        case _:
            assert_never(command.answer)


def cancel(command: c.CancelShipment, state: ShipmentState) -> ShipmentEvents:
    """Do not send it, unless a carrier has had it in hand."""
    shipment = _ours(state)
    if shipment.cancelled:
        return []
    if shipment.moving:
        raise Refused(c.ShipmentRefusal.ALREADY_MOVING, status=shipment.status.value)
    return [e.ShipmentCancelled(command.reason, When(command.now))]


def _existing(state: ShipmentState) -> Shipment:
    if isinstance(state, NoShipment):
        raise Refused(c.ShipmentRefusal.SHIPMENT_NOT_FOUND, "shipment_id")
    return state


def _ours(state: ShipmentState) -> Shipment:
    shipment = _existing(state)
    if shipment.imported:
        raise Refused(c.ShipmentRefusal.SHIPMENT_IMPORTED, "shipment_id")
    return shipment


def _open(state: ShipmentState) -> Shipment:
    shipment = _ours(state)
    if shipment.cancelled or shipment.finished:
        raise Refused(c.ShipmentRefusal.SHIPMENT_CLOSED, status=shipment.status.value)
    return shipment


def decide(command: c.ShipmentCommand, state: ShipmentState) -> ShipmentEvents:
    """Answer one command; raises Refused with a reason of ShipmentRefusal or KernelRefusal."""
    match command:
        case c.CreateShipment():
            return create(command, state)
        case c.ImportShipment():
            return import_shipment(command, state)
        case c.KeepLines():
            return keep_lines(command, state)
        case c.RegisterTracking():
            return register_tracking(command, state)
        case c.RecordLabel():
            return record_label(command, state)
        case c.RecordScan():
            return record_scan(command, _existing(state))
        case c.CancelShipment():
            return cancel(command, state)
        case _:
            assert_never(command)


def claims(state: ShipmentState, events: ShipmentEvents) -> Sequence[Claim]:
    """A live number belongs to one shipment: taken when registered, released at the end."""
    after = FOLD.over(events, state)
    held, wanted = _number_of(state), _number_of(after)
    if held == wanted or not isinstance(after, Shipment):
        return ()
    owner = FOLD.stream(after.shipment_id)
    released = (Claim(held, owner, ClaimAction.RELEASE),) if held else ()
    taken = (Claim(wanted, owner),) if wanted else ()
    return (*released, *taken)


def _number_of(state: ShipmentState) -> str:
    """Name the claim on a shipment's number; empty when it holds none."""
    if isinstance(state, NoShipment) or not state.tracking_number:
        return ""
    if state.cancelled or state.finished:
        return ""
    return f"tracking#{state.carrier}#{state.tracking_number}"


DECIDER: Final[Decider[c.ShipmentCommand, ShipmentState, e.ShipmentEvent]] = Decider(
    FOLD, decide, claims
)
