"""Sweeping: close what no event will ever wake, with the same code that an event would have run."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from domain.kernel.consumers import Marks, Parking
from domain.kernel.decider import Routing
from domain.kernel.views import Views, order_partition
from domain.policies.dossier import Dossier, Streams, from_rows
from domain.policies.due import due
from domain.policies.react import react
from handlers.logs import get_logger
from handlers.streams.batch import WILL_NOT_PASS, Arrived, park
from handlers.streams.broadcasting import NAME as BROADCAST
from handlers.streams.broadcasting import Broadcaster
from handlers.streams.project import NAME as PROJECT
from handlers.streams.projection import categories, project


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest commit of a stream, as a scan of the event table finds it."""

    stream: str
    last: int
    recorded_at: datetime
    routing: Routing


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
    open_orders: set[str] = field(default_factory=set)


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

    def due_by_now(self, heads: Iterable[Seen], grace: timedelta) -> list[Seen]:
        """Leave out what is so new that its readers may still be on their way to it."""
        latest = self.clock() - grace
        return [head for head in heads if head.recorded_at <= latest]

    def sweep(
        self, segments: Iterable[Iterable[Seen]], swept: Swept, grace: timedelta = timedelta()
    ) -> Swept:
        """Close gaps of views and bus first, then carry out what the orders still owe."""
        for segment in segments:
            heads = self.due_by_now(segment, grace)
            swept.streams += len(heads)
            self._broadcast(heads, swept)
            self._project(heads, swept)
        for order_id in sorted(swept.open_orders):
            self._owed(order_id, swept)
        swept.parked = sum(1 for _ in self.parking.parked())
        return swept

    def _broadcast(self, heads: list[Seen], swept: Swept) -> None:
        marks = self.marks.read(BROADCAST, [head.stream for head in heads])
        for head in heads:
            if marks[head.stream] < head.last:
                repair = partial(self.broadcaster.mark, head.stream, head.last, head.last)
                swept.broadcast += self._tried(BROADCAST, head, repair, swept)

    def _project(self, heads: list[Seen], swept: Swept) -> None:
        rows = {head.stream: _own_row(head) for head in heads}
        versions = self.views.versions(rows.values())
        for head in heads:
            stands = versions[rows[head.stream]]
            if stands < head.last:
                repair = partial(self._catch_up, head, stands)
                swept.projected += self._tried(PROJECT, head, repair, swept)
            if not head.routing.imported:
                swept.open_orders.add(head.routing.order_id)

    def _catch_up(self, head: Seen, stands: int) -> bool:
        category, _, entity_id = head.stream.partition("#")
        known = categories(self.streams)[category]
        commits = [Arrived("", commit, None) for commit in known.store.read(entity_id, stands)]
        project(known, self.views, commits)
        return True

    def _tried(self, consumer: str, head: Seen, repair: Callable[[], bool], swept: Swept) -> int:
        """Repair one stream; trouble with it keeps no other from being repaired."""
        try:
            done = repair()
        except WILL_NOT_PASS as error:
            park(consumer, self.parking, head.stream, head.last, error)
            return 0
        except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
            get_logger().warning("sweep_failed", stream=head.stream, error=repr(error))
            swept.failed += 1
            return 0
        if done:
            self.parking.release(consumer, head.stream)
        return int(done)

    def _owed(self, order_id: str, swept: Swept) -> None:
        dossier = from_rows(self.views.order(order_id))
        if dossier is None:
            return
        try:
            for stream in _open_streams(dossier):
                self.settle(stream, f"sweep-{order_id}")
                swept.settled += 1
            if swept.settled or due(dossier, self.clock()):
                carried = react(self.streams, order_id, self.clock, f"sweep-{order_id}")
                swept.reacted += bool(carried)
        except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
            get_logger().warning("sweep_failed", stream=f"order#{order_id}", error=repr(error))
            swept.failed += 1


def _own_row(head: Seen) -> tuple[str, str]:
    """Name the row whose version is a stream's watermark."""
    sort = "order" if head.stream.startswith("order#") else head.stream
    return order_partition(head.routing.order_id), sort


def _open_streams(dossier: Dossier) -> list[str]:
    payments = [f"payment#{one.payment_id}" for one in dossier.payments if one.open_operations]
    shipments = [f"shipment#{one.shipment_id}" for one in dossier.shipments if one.label_open]
    return payments + shipments
