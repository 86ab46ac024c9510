"""Looking a job up: its state, its version and its events, from one read of its stream."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.ci.jobs.events import JobEvent
from domain.ci.jobs.state import FOLD, Job, Status
from domain.ci.places import board_of, queue_place
from domain.ci.ports import CiStreams
from domain.ci.refusals import JobRefusal
from domain.kernel.refused import Refused
from handlers.api.ci.board import waiting_lines


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as of a version, and all events up to it, each with its own version."""

    job: Job
    version: int
    events: tuple[tuple[int, JobEvent], ...]


def seen(streams: CiStreams, job_id: str, version: int | None = None) -> Seen:
    """Read a job as it stands now, or as it stood at the end of an earlier commit.

    Raises Refused(JOB_NOT_FOUND).
    """
    events = tuple(
        (at, event) for at, event in _numbered(streams, job_id) if version is None or at <= version
    )
    job = FOLD.over([event for _, event in events])
    if not isinstance(job, Job):
        raise Refused(JobRefusal.JOB_NOT_FOUND, "job_id")
    return Seen(job, events[-1][0], events)


def _numbered(streams: CiStreams, job_id: str) -> Iterator[tuple[int, JobEvent]]:
    for commit in streams.jobs.read(job_id):
        yield from enumerate(commit.events, commit.first)


def position_of(streams: CiStreams, job: Job) -> int | None:
    """Count a waiting job's place in its queue, from 1; None where it does not wait there.

    It costs by how many stand before it: half a kilobyte each.
    """
    if job.status is not Status.PENDING:
        return None
    place = queue_place(job.key_us, job.job_id)
    board = board_of(job.customer_id)
    for position, line in enumerate(waiting_lines(streams.boards, board), start=1):
        if line.place >= place:
            return position if line.place == place else None
    return None
