"""What a sweep does about news that did not leave: it leaves as if it were new."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from domain.ci.debts import Debt
from domain.ci.jobs.state import FOLD
from domain.ci.ports import CiStreams
from domain.kernel.commits import Commit
from domain.kernel.consumers import Parking
from domain.published.ports import Bus, Notices, notice_of
from handlers.streams.ci.broadcast import NAME as BROADCAST
from handlers.streams.ci.broadcast import publish_ends

NOTICE_TYPES: Final = {Debt.STATUS: "StatusOwed", Debt.MAIL: "MailOwed"}
START_OWED: Final = "StartOwed"
"""What a notice is said to be of, by which the subscriptions of those who pay choose it."""


class NotTakenError(Exception):
    """A notice was not accepted; it may be the next time."""


def wake(notices: Notices, commit: Commit[Any], debts: Collection[Debt] = ()) -> None:
    """Send the notice of a commit again: to those who pay these debts, or else to who starts runs.

    Raises NotTakenError.
    """
    notice = notice_of(commit)
    owed = tuple(NOTICE_TYPES[debt] for debt in sorted(debts)) or (START_OWED,)
    if notices.notify([replace(notice, types=owed)]):
        message = f"the notice of {commit.stream} up to {commit.last} was not taken"
        raise NotTakenError(message)


def publish(streams: CiStreams, bus: Bus, parking: Parking, job_id: str) -> None:
    """Publish a job's ends again. Raises NotTakenError.

    Once it is taken, nothing is left of a commit that was parked on its way to the bus.
    """
    if not publish_ends(streams, bus, job_id):
        message = f"the bus did not take all that the ends of {job_id} publish"
        raise NotTakenError(message)
    parking.release(BROADCAST, FOLD.stream(job_id))
