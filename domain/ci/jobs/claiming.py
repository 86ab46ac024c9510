"""What a job holds elsewhere follows from how it stands: the difference is what a commit claims.

| while | it holds |
| --- | --- |
| it was not turned away | its commit: no other hook builds it again |
| it is pending | a place in its customer's queue |
| it is active | one of its customer's slots, and its branch's lane under a lease |
| an end is not told | a line of debts: the bus, the status at GitHub, the mail |
"""

from collections.abc import Sequence

from domain.ci.debts import owe
from domain.ci.jobs import events as e
from domain.ci.jobs.state import FOLD, Job, JobState, NoJob, Status
from domain.ci.places import (
    COUNT,
    board_of,
    lane_place,
    microseconds,
    milliseconds,
    queue_place,
)
from domain.kernel.claims import UNTIL_MS, AnyClaim, Claim, ClaimAction, Entry, Share
from domain.kernel.times import UNKNOWN_TIME


def claims(state: JobState, events: Sequence[e.JobEvent]) -> Sequence[AnyClaim]:
    """Return what the commit of these events takes and releases."""
    before, after = state, FOLD.over(events, state)
    if not isinstance(after, Job):
        return ()
    return (
        *_commit(before, after),
        *_place(before, after),
        *_run(before, after, events),
        *_debts(before, after),
    )


def _commit(before: JobState, after: Job) -> tuple[AnyClaim, ...]:
    held, wanted = _holds_commit(before), _holds_commit(after)
    if held == wanted:
        return ()
    action = ClaimAction.TAKE if wanted else ClaimAction.RELEASE
    return (Claim(after.commit_key, _stream(after), action),)


def _holds_commit(state: JobState) -> bool:
    """Whether nobody else is to build the commit: what was turned away has not been built."""
    return isinstance(state, Job) and not state.was_turned_away


def _place(before: JobState, after: Job) -> tuple[AnyClaim, ...]:
    held, wanted = _waiting(before), _waiting(after)
    if held == wanted:
        return ()
    if held is None or (wanted and held.place == wanted.place):
        return (wanted,) if wanted else ()
    return (_released(held), wanted) if wanted else (_released(held),)


def _waiting(state: JobState) -> Entry | None:
    """Return a pending job's line in the queue, with what choosing needs to know of it."""
    if isinstance(state, NoJob) or state.status is not Status.PENDING:
        return None
    note = (
        ("lane", state.lane),
        ("repository", state.repository),
        ("user", state.user),
        ("trusted", int(state.is_trusted)),
        ("vouchers", "\n".join(state.vouchers)),
        ("priority", state.priority),
        ("attempt", state.attempt),
        ("round", state.round),
        ("queued_us", microseconds(state.queued_at.utc) if state.queued_at.utc else 0),
        ("pushed_us", state.pushed_us),
        ("joined", int(state.is_joined)),
    )
    place = queue_place(state.key_us, state.job_id)
    return Entry(board_of(state.customer_id), place, state.job_id, note=note)


def _released(entry: Entry) -> Entry:
    return Entry(entry.board, entry.place, entry.owner, ClaimAction.RELEASE)


def _run(before: JobState, after: Job, events: Sequence[e.JobEvent]) -> tuple[AnyClaim, ...]:
    was, is_ = _is_active(before), _is_active(after)
    if was == is_:
        return ()
    board, lane = board_of(after.customer_id), lane_place(after.lane)
    if is_:
        claimed = next(one for one in events if isinstance(one, e.JobClaimed))
        note = (
            ("job", after.job_id),
            ("lane", after.lane),
            ("repository", after.repository),
            ("attempt", after.attempt),
            ("began_ms", milliseconds(claimed.at.utc) if claimed.at.utc else 0),
            (UNTIL_MS, claimed.lease_until_ms),
        )
        return Share(board, COUNT, claimed.slots), Entry(board, lane, after.run, note=note)
    lost = next((one for one in events if isinstance(one, e.RunLost)), None)
    lapsed_ms = milliseconds(lost.at.utc) if lost and lost.at.utc else None
    return (
        Share(board, COUNT, action=ClaimAction.RELEASE),
        Entry(board, lane, after.run, ClaimAction.RELEASE, lapsed_ms=lapsed_ms),
    )


def _debts(before: JobState, after: Job) -> tuple[AnyClaim, ...]:
    ends = 0 if isinstance(before, NoJob) else before.ends
    if after.ends == ends:
        return ()
    return (owe(after.job_id, after.ends, after.ended_at or UNKNOWN_TIME),)


def _is_active(state: JobState) -> bool:
    return isinstance(state, Job) and state.status is Status.ACTIVE


def _stream(job: Job) -> str:
    return FOLD.stream(job.job_id)
