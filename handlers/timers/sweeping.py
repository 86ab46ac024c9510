"""Sweeping: close what no event will ever wake, with the same code that an event would have run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from domain.kernel.consumers import Marks, Parking, Seen
from domain.kernel.views import Views, own_row
from domain.policies.dossier import Dossier, Streams, from_rows
from domain.policies.due import due
from domain.policies.react import react
from handlers.logs import get_logger
from handlers.streams.batch import WILL_NOT_PASS, Arrived, park
from handlers.streams.broadcasting import NAME as BROADCAST
from handlers.streams.broadcasting import Broadcaster
from handlers.streams.project import NAME as PROJECT
from handlers.streams.projection import categories, project

Aside = set[tuple[str, str]]
"""What was parked before this sweep: consumer and stream."""


@dataclass(slots=True)
class Swept:
    """What a sweep found and closed."""

    streams: int = 0
    projected: int = 0
    broadcast: int = 0
    settled: int = 0
    reacted: int = 0
    parked: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Compares each stream's head with everything that should have followed it."""

    streams: Streams
    views: Views
    broadcaster: Broadcaster
    marks: Marks
    parking: Parking
    settle: Callable[[str, str], tuple[str, ...]]
    clock: Callable[[], datetime]

    def sweep(self, segments: Iterable[Iterable[Seen]], grace: timedelta = timedelta()) -> Swept:
        """Close gaps of views and bus first, then carry out what the orders still owe.

        What is newer than `grace` is left out: its readers may still be on their way to it.
        """
        swept, open_orders = Swept(), set[str]()
        parked = {(one.consumer, one.stream) for one in self.parking.parked()}
        latest = self.clock() - grace
        for segment in segments:
            heads = [head for head in segment if head.recorded_at <= latest]
            swept.streams += len(heads)
            self._broadcast(heads, parked, swept)
            self._project(heads, parked, swept)
            open_orders |= {h.routing.root_id for h in heads if not h.routing.imported}
        for order_id in sorted(open_orders):
            self._owed(order_id, swept)
        swept.parked = sum(1 for _ in self.parking.parked())
        return swept

    def _broadcast(self, heads: list[Seen], parked: Aside, swept: Swept) -> None:
        marks = self.marks.read(BROADCAST, [head.stream for head in heads])
        for head in heads:
            done = marks[head.stream] >= head.last
            if not done:
                repair = partial(self.broadcaster.mark, head.stream, head.last, head.last)
                done = self._tried(BROADCAST, head, repair, swept)
                swept.broadcast += done
            if done and (BROADCAST, head.stream) in parked:
                self.parking.release(BROADCAST, head.stream)

    def _project(self, heads: list[Seen], parked: Aside, swept: Swept) -> None:
        rows = {head.stream: own_row(head.stream, head.routing.root_id) for head in heads}
        versions = self.views.versions(rows.values())
        for head in heads:
            stands = versions[rows[head.stream]]
            done = stands >= head.last
            if not done:
                done = self._tried(PROJECT, head, partial(self._catch_up, head, stands), swept)
                swept.projected += done
            if done and (PROJECT, head.stream) in parked:
                self.parking.release(PROJECT, head.stream)

    def _catch_up(self, head: Seen, stands: int) -> bool:
        category, _, entity_id = head.stream.partition("#")
        known = categories(self.streams)[category]
        commits = [Arrived("", commit, None) for commit in known.store.read(entity_id, stands)]
        project(known, self.views, commits)
        return True

    def _tried(self, consumer: str, head: Seen, repair: Callable[[], bool], swept: Swept) -> bool:
        """Repair one stream; trouble with it keeps no other from being repaired."""
        try:
            return repair()
        except WILL_NOT_PASS as error:
            park(consumer, self.parking, head.stream, head.last, error)
        except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
            get_logger().warning("sweep_failed", stream=head.stream, error=repr(error))
            swept.failed += 1
        return False

    def _owed(self, order_id: str, swept: Swept) -> None:
        """Ask what is open of providers, then carry out what is due."""
        correlation_id = f"sweep-{order_id}"
        try:
            dossier = from_rows(self.views.order(order_id))
            if dossier is None:
                return
            asked = [self.settle(stream, correlation_id) for stream in _open_streams(dossier)]
            swept.settled += sum(not unknown for unknown in asked)
            if asked or due(dossier, self.clock()):
                swept.reacted += bool(react(self.streams, order_id, self.clock, correlation_id))
        except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
            get_logger().warning("sweep_failed", stream=f"order#{order_id}", error=repr(error))
            swept.failed += 1


def _open_streams(dossier: Dossier) -> list[str]:
    payments = [f"payment#{one.payment_id}" for one in dossier.payments if one.open_operations]
    shipments = [f"shipment#{one.shipment_id}" for one in dossier.shipments if one.label_open]
    return payments + shipments
