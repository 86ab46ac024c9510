"""Settling a shipment's open label with the carrier: ask, record, and ask again if unknown."""

from collections.abc import Callable
from datetime import datetime

from domain.kernel.ids import derived_id
from domain.kernel.ports import EventStore
from domain.kernel.refused import Refused
from domain.kernel.transition import Request, transition
from domain.shipments.commands import LabelAnswer, LabelDenied, LabelPending, RecordLabel
from domain.shipments.decide import DECIDER
from domain.shipments.events import ShipmentEvent
from domain.shipments.ports import Carrier, Consignment
from domain.shipments.state import Shipment, ShipmentState


def settle_label(
    store: EventStore[ShipmentState, ShipmentEvent],
    carrier: Carrier,
    shipment_id: str,
    clock: Callable[[], datetime],
    correlation_id: str,
) -> tuple[str, ...]:
    """Have the carrier answer an open label; return its key while the answer is unknown."""
    shipment = store.load(shipment_id).state
    if not isinstance(shipment, Shipment) or not shipment.label_open or shipment.imported:
        return ()
    key = derived_id("label", shipment_id, shipment.carrier)
    consignment = Consignment(key, shipment.carrier, shipment_id, shipment.lines)
    answer = carrier.look_up(key) or carrier.book_label(consignment)
    try:
        _record(store, shipment, answer, clock(), correlation_id)
    except Refused as refusal:
        if refusal.retryable or isinstance(answer, LabelDenied):
            raise
        # A number that is malformed, or another live parcel's: no label that we can use.
        _record(store, shipment, LabelDenied(refusal.reason.value), clock(), correlation_id)
    return (key,) if isinstance(answer, LabelPending) else ()


def _record(
    store: EventStore[ShipmentState, ShipmentEvent],
    shipment: Shipment,
    answer: LabelAnswer,
    now: datetime,
    correlation_id: str,
) -> None:
    id_, command = shipment.shipment_id, RecordLabel(answer, now)
    command_id = derived_id("label", id_, shipment.carrier, repr(answer))
    transition(store, DECIDER, Request(id_, command, command_id, correlation_id, command_id))
