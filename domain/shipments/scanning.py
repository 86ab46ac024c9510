"""Recording scans: facts from outside, never refused for what they say of the parcel."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from domain.kernel.ids import checked_id
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.shipments import events as e
from domain.shipments.commands import ImportShipment, RecordScan, ShipmentRefusal
from domain.shipments.events import ShipmentStatus
from domain.shipments.scans import NOT_PHYSICAL, Scan, is_late, scan_id
from domain.shipments.state import NoShipment, Shipment, ShipmentState, evolve

CLOCKS_DIFFER_BY_MOST: Final = timedelta(hours=26)
"""A scan further ahead than every time zone and a slow clock together is from the future."""

SCANS_MAX: Final = 1000
"""One item holds a shipment with all its scans; the longest real journeys have a hundred."""

_NOT_FROM_CARRIERS: Final = frozenset(
    {ShipmentStatus.CREATED, ShipmentStatus.LABEL_PURCHASED, ShipmentStatus.CANCELLED}
)


def record_scan(command: RecordScan, shipment: Shipment) -> Sequence[e.ShipmentEvent]:
    """Record a scan once, what it changes, and what is odd about it."""
    if command.status in _NOT_FROM_CARRIERS:
        raise Refused(ShipmentRefusal.INVALID_SCAN, "status")
    scan = Scan(
        scan_id(command.status, command.at, command.location, command.text),
        command.status,
        command.at,
    )
    if any(known.scan_id == scan.scan_id for known in shipment.scans):
        return []
    if len(shipment.scans) >= SCANS_MAX:
        raise Refused(ShipmentRefusal.TOO_MANY_SCANS, most=SCANS_MAX)
    recorded = e.ScanRecorded(scan.scan_id, scan.status, scan.at, command.location, command.text)
    return [recorded, *_changes(shipment, recorded), *_anomalies(command, shipment, scan)]


def _changes(shipment: Shipment, recorded: e.ScanRecorded) -> Iterator[e.ShipmentEvent]:
    after = evolve(shipment, recorded)
    if isinstance(after, NoShipment) or after.status is shipment.status:
        return
    yield e.ShipmentStatusChanged(shipment.status, after.status, recorded.scan_id, recorded.at)
    if after.status is ShipmentStatus.DELIVERED:
        yield e.ShipmentDelivered(recorded.at)
    if after.status is ShipmentStatus.RETURNED:
        yield e.ReturnedToSender(recorded.at)


def _anomalies(
    command: RecordScan, shipment: Shipment, scan: Scan
) -> Iterator[e.ScanAnomalyRecorded]:
    at = When(command.now)
    physical = scan.status not in NOT_PHYSICAL
    if shipment.cancelled and physical:
        yield e.ScanAnomalyRecorded(scan.scan_id, "moving_after_cancellation", at)
    if scan.at.utc and scan.at.utc > command.now + CLOCKS_DIFFER_BY_MOST:
        yield e.ScanAnomalyRecorded(scan.scan_id, "in_the_future", at)
    if is_late(scan, shipment.scans):
        yield e.ScanAnomalyRecorded(scan.scan_id, "late", at)
    elif shipment.finished:
        yield e.ScanAnomalyRecorded(scan.scan_id, "after_the_end", at)


def import_shipment(command: ImportShipment, state: ShipmentState) -> Sequence[e.ShipmentEvent]:
    """Take over a shipment's history; asked again, nothing is new."""
    if isinstance(state, Shipment):
        return []
    return list(_history(command))


def _history(command: ImportShipment) -> Iterator[e.ShipmentEvent]:
    created = e.ShipmentCreated(
        shipment_id=checked_id(command.shipment_id, "shipment_id"),
        order_id=command.order_id,
        customer_id=command.customer_id,
        lines=command.lines,
        at=command.created,
        seller_id=command.seller_id,
        imported=True,
    )
    yield created
    shipment = evolve(NoShipment(), created)
    for scan in command.scans:
        if isinstance(shipment, Shipment):
            seen = RecordScan(scan.status, scan.at, command.now, text="imported")
            for event in record_scan(seen, shipment):
                yield event
                shipment = evolve(shipment, event)
