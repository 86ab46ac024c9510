"""Lambda `project`: every commit into the views."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from domain.kernel.consumers import Parking
from domain.kernel.views import Views
from domain.policies.dossier import Streams
from handlers import wiring
from handlers.logs import get_logger
from handlers.streams import writers
from handlers.streams.batch import WILL_NOT_PASS, Arrived, Consumer, by_stream, park, run
from handlers.streams.projection import (
    Category,
    Change,
    categories,
    prepare,
    write_rows,
    write_timeline,
)

NAME: Final = "project"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of the events table's stream."""
    return run(event, _consumer(), report=wiring.reports_stream_failures())


@cache
def _consumer() -> Consumer:
    return consumer(wiring.streams(), wiring.views(), wiring.parking(), wiring.read_record)


def consumer(
    streams: Streams,
    views: Views,
    parking: Parking,
    read: Callable[[dict[str, Any]], Arrived],
) -> Consumer:
    """Make the consumer over the ports it is given."""
    projector = Projector(categories(streams), views, parking)
    return Consumer(NAME, parking, read, projector.handle)


@dataclass(frozen=True, slots=True)
class Projector:
    """Writes the commits of one batch into the views, as many rows a request as it may."""

    known: Mapping[str, Category]
    views: Views
    parking: Parking

    def handle(self, arrived: Sequence[Arrived]) -> frozenset[int]:
        """Return the positions of the commits from the first stream on that failed for now."""
        groups = by_stream(arrived)
        changes: dict[str, Change] = {}
        for stream, positions in groups.items():
            commits = [arrived[position] for position in positions]
            try:
                changes[stream] = prepare(self.known[stream.partition("#")[0]], commits)
            except WILL_NOT_PASS as error:
                park(NAME, self.parking, stream, commits[-1].commit.last, error)
        write_timeline(self.views, list(changes.values()))
        written = writers.at_once(self._written, changes.values())
        done = dict(zip(changes, written, strict=True))
        failed = (stream for stream in groups if not done.get(stream, True))
        return next((_from(stream, groups) for stream in failed), frozenset())

    def _written(self, change: Change) -> bool:
        """Write one stream's rows; False when they are to be tried again."""
        newest = change.commits[-1]
        try:
            write_rows(self.views, change)
        except WILL_NOT_PASS as error:
            park(NAME, self.parking, newest.stream, newest.last, error)
        except Exception as error:  # noqa: BLE001  # Whatever may pass is reported and retried.
            get_logger().warning("project_failed", stream=newest.stream, error=repr(error))
            return False
        return True


def _from(stopped: str, groups: dict[str, list[int]]) -> frozenset[int]:
    """Return the positions of a stream's commits and of every stream after it."""
    streams = list(groups)
    undone = streams[streams.index(stopped) :]
    return frozenset(position for stream in undone for position in groups[stream])
