"""Lambda `ci_broadcast`: CI's commits to EventBridge for other teams and to SNS for ourselves.

No mark is kept for each commit: notices only wake those who look for themselves, and what other
teams must hear, that a job has ended, stands among the debts of that end until it has left.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Final

from domain.ci.debts import Debt, strike_one
from domain.ci.jobs.state import FOLD
from domain.ci.ports import CiStreams
from domain.kernel.commits import Commit
from domain.kernel.consumers import Parking
from domain.published.ci import translate
from domain.published.ports import (
    Bus,
    MalformedEntryError,
    Notices,
    Outgoing,
    notice_of,
    outgoing_of,
)
from handlers.logs import get_logger
from handlers.streams.batch import Arrived, Consumer, park, run

NAME: Final = "ci_broadcast"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of CI's events table's stream."""
    from handlers.wiring import ci  # noqa: PLC0415  # Tests bring ports of their own.

    return run(event, _consumer(), report=ci.reports_stream_failures())


@cache
def _consumer() -> Consumer:
    from handlers.wiring import ci  # noqa: PLC0415  # As above.

    return consumer(ci.streams(), ci.bus(), ci.notices(), ci.parking(), ci.read_record)


def consumer(
    streams: CiStreams,
    bus: Bus,
    notices: Notices,
    parking: Parking,
    read: Callable[[dict[str, Any]], Arrived],
) -> Consumer:
    """Make the consumer over the ports it is given."""
    return Consumer(NAME, parking, read, partial(_handle, streams, bus, notices, parking))


def _handle(
    streams: CiStreams, bus: Bus, notices: Notices, parking: Parking, arrived: Sequence[Arrived]
) -> frozenset[int]:
    """Wake ourselves first, then tell others; return the positions of what is not done for now.

    What the bus does not take stays owed, and a sweep pays it: were the batch to come again, we
    would wake everybody again, and who is behind it would wait. After one that it did not take no
    other is tried: a bus that hangs would hold us up with each.
    """
    commits = [one.commit for one in arrived]
    undone = notices.notify([notice_of(commit) for commit in commits])
    is_there = True
    for commit in commits:
        if commit.published and is_there:
            is_there = _told(streams, bus, parking, commit)
    return undone


def _told(streams: CiStreams, bus: Bus, parking: Parking, commit: Commit[Any]) -> bool:
    """Publish, or park, or leave it to a sweep; whether the bus is there."""
    try:
        is_taken = _publish(streams, bus, commit)
    except MalformedEntryError as error:
        park(NAME, parking, commit.stream, commit.last, error)
        return True
    except Exception as error:  # noqa: BLE001  # Whatever it is, that it is owed is durable.
        get_logger().warning("bus_failed", stream=commit.stream, error=repr(error))
        return False
    if not is_taken:
        get_logger().warning("bus_later", stream=commit.stream, version=commit.last)
    return is_taken


def _publish(streams: CiStreams, bus: Bus, commit: Commit[Any]) -> bool:
    """Publish what a commit says to others, and strike that debt: sent first, marked after."""
    outgoing = outgoing_of(commit, translate)
    if outgoing and bus.publish(outgoing):
        return False
    _strike(streams, commit.stream, outgoing)
    return True


def publish_ends(streams: CiStreams, bus: Bus, job_id: str) -> bool:
    """Publish again what a job's ends have published; False where the bus did not take it all."""
    done = [
        _publish(streams, bus, commit)
        for commit in streams.jobs.read(job_id)
        if outgoing_of(commit, translate)
    ]
    return all(done)


def _strike(streams: CiStreams, stream: str, outgoing: Sequence[Outgoing]) -> None:
    """Each end publishes one event, so the event's sequence is the end's number."""
    job_id = stream.removeprefix(FOLD.stream(""))
    for one in outgoing:
        strike_one(streams.boards, job_id, one.sequence, Debt.BUS)
