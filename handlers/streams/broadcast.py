"""Lambda `broadcast`: every commit to EventBridge for other teams and to SNS for ourselves."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from domain.kernel.commits import Commit
from domain.kernel.consumers import Parking
from domain.published.ports import MalformedEntryError
from handlers import wiring
from handlers.streams import writers
from handlers.streams.batch import WILL_NOT_PASS, Arrived, Consumer, park, run
from handlers.streams.broadcasting import NAME, Broadcaster


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of the events table's stream."""
    return run(event, _consumer(), report=wiring.reports_stream_failures())


@cache
def _consumer() -> Consumer:
    broadcaster = Broadcaster(wiring.streams(), wiring.bus(), wiring.notices(), wiring.marks())
    return consumer(broadcaster, wiring.parking(), wiring.read_record)


def consumer(
    broadcaster: Broadcaster, parking: Parking, read: Callable[[dict[str, Any]], Arrived]
) -> Consumer:
    """Make the consumer over the ports it is given."""

    def handle(arrived: Sequence[Arrived]) -> frozenset[int]:
        sent, undone = _sent(broadcaster, parking, [one.commit for one in arrived])
        return undone | _unmarked(broadcaster, parking, arrived, sent)

    return Consumer(NAME, parking, read, handle)


def _sent(
    broadcaster: Broadcaster, parking: Parking, commits: Sequence[Commit[Any]]
) -> tuple[list[int], frozenset[int]]:
    """Send a batch at once; where an entry will never be accepted, each by itself.

    Return the positions up to the first that was not accepted, without those that were parked, and
    the positions from that first on.
    """
    try:
        undone = broadcaster.send(commits)
        first = min(undone, default=len(commits))
        return list(range(first)), undone
    except MalformedEntryError:
        pass  # Somebody in this batch cannot leave: find out who, and let the others go.
    sent: list[int] = []
    for position, commit in enumerate(commits):
        try:
            refused = broadcaster.send([commit])
        except MalformedEntryError as error:
            park(NAME, parking, commit.stream, commit.last, error)
            refused = broadcaster.tell([commit])  # Our own policies can act on it all the same.
        else:
            sent += [position] if not refused else []
        if refused:
            return sent, frozenset(range(position, len(commits)))
    return sent, frozenset()


def _unmarked(
    broadcaster: Broadcaster, parking: Parking, arrived: Sequence[Arrived], sent: Sequence[int]
) -> frozenset[int]:
    """Mark the streams of what was sent; return the positions that could not be."""
    groups: dict[str, list[int]] = {}
    for position in sent:
        groups.setdefault(arrived[position].commit.stream, []).append(position)

    def marked(positions: Sequence[int]) -> bool:
        commits = sorted((arrived[at].commit for at in positions), key=lambda one: one.first)
        stream = commits[-1].stream
        try:
            return all(broadcaster.mark(stream, one.first - 1, one.last) for one in commits)
        except WILL_NOT_PASS as error:
            park(NAME, parking, stream, commits[-1].last, error)
            return True

    done = writers.at_once(marked, groups.values())
    undone = (
        positions for positions, is_done in zip(groups.values(), done, strict=True) if not is_done
    )
    return frozenset(position for positions in undone for position in positions)
