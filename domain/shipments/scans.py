"""Scans: a parcel's status is a fold over their sorted set, so duplicates and disorder do nothing.

The order is (time claimed, rank of the status, scan id). `delivered` beats everything and
`returned` all but that: carriers scan, and stamp, late and twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.kernel.ids import derived_id
from domain.kernel.times import When, sort_key
from domain.shipments.events import ShipmentStatus

NOT_PHYSICAL: Final = frozenset(
    {
        ShipmentStatus.CREATED,
        ShipmentStatus.LABEL_PURCHASED,
        ShipmentStatus.UNKNOWN,
        ShipmentStatus.PRE_TRANSIT,
        ShipmentStatus.CANCELLED,
    }
)
"""What carriers report without having seen the parcel."""

_RANK: Final = {status: rank for rank, status in enumerate(ShipmentStatus)}


@dataclass(frozen=True, slots=True)
class Scan:
    """What a carrier saw, as far as decisions need it."""

    scan_id: str
    status: ShipmentStatus
    at: When


def scan_id(status: ShipmentStatus, at: When, location: str, text: str) -> str:
    """Derive a scan's id from what the carrier said: the same words again are the same scan."""
    stamp = at.raw or (at.utc.isoformat() if at.utc else "unknown")
    return derived_id("scan", status, stamp, location, " ".join(text.split()).lower())[:13]


def _sorted(scans: Iterable[Scan]) -> list[Scan]:
    return sorted(scans, key=_position)


def _position(scan: Scan) -> tuple[datetime, int, str]:
    return (sort_key(scan.at), _RANK[scan.status], scan.scan_id)


def status_of(scans: Sequence[Scan]) -> ShipmentStatus:
    """Return the status that a non-empty set of scans comes to."""
    statuses = {scan.status for scan in scans}
    for final in (ShipmentStatus.DELIVERED, ShipmentStatus.RETURNED):
        if final in statuses:
            return final
    return _sorted(scans)[-1].status


def moving(scans: Iterable[Scan]) -> bool:
    """Whether any scan means that a carrier had the parcel in hand."""
    return any(scan.status not in NOT_PHYSICAL for scan in scans)


def first_of(scans: Iterable[Scan], status: ShipmentStatus) -> When | None:
    """Return when a status was first reached; None when never."""
    for scan in _sorted(scans):
        if scan.status is status:
            return scan.at
    return None


def is_late(scan: Scan, known: Iterable[Scan]) -> bool:
    """Whether a scan tells of a moment before one that was known already."""
    moment = scan.at.utc
    moments = (other.at.utc for other in known)
    return moment is not None and any(other and moment < other for other in moments)
