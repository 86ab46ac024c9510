"""What a sweep does about news that did not leave: it leaves as if it were new."""

from typing import Any

from domain.ci.jobs.state import FOLD
from domain.ci.ports import CiStreams
from domain.kernel.commits import Commit
from domain.kernel.consumers import Parking
from domain.published.ports import Bus, Notices, notice_of
from handlers.streams.ci.broadcast import NAME as BROADCAST
from handlers.streams.ci.broadcast import publish_ends


class NotTakenError(Exception):
    """A notice was not accepted; it may be the next time."""


def wake(notices: Notices, commit: Commit[Any]) -> None:
    """Send the notice of a commit again, to whoever is subscribed. Raises NotTakenError."""
    if notices.notify([notice_of(commit)]):
        message = f"the notice of {commit.stream} up to {commit.last} was not taken"
        raise NotTakenError(message)


def publish(streams: CiStreams, bus: Bus, parking: Parking, job_id: str) -> bool:
    """Publish what a job's ends have published; False where the bus did not take it all.

    Once it did, nothing is left of a commit that was parked on its way to the bus.
    """
    is_told = publish_ends(streams, bus, job_id)
    if is_told:
        parking.release(BROADCAST, FOLD.stream(job_id))
    return is_told
