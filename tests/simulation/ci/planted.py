"""Bugs that somebody might write, planted one at a time: the simulation must find each of them.

Each takes the function that it replaces, and returns one that is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.memory.boards import MemoryBoards
from adapters.memory.event_store import Shared
from domain.ci import accounts, choosing, intake, mailing, scheduling
from domain.ci.accounts import SLOTS_MAX
from domain.ci.debts import Debt
from domain.ci.hooks import Reason
from domain.ci.jobs import claiming, decide, state
from domain.ci.jobs import events as e
from domain.ci.jobs.state import Job, Status
from domain.ci.places import microseconds
from domain.ci.ports import Checks, CiStreams
from domain.ci.reporting import report_of
from domain.kernel.boards import Boards
from domain.kernel.claims import AnyClaim, ClaimAction, Entry, Share
from domain.kernel.times import When
from tests.simulation.ci import actors

Function = Callable[..., Any]
Events = Sequence[e.JobEvent]


@dataclass(frozen=True)
class Plant:
    """What is replaced, and by what."""

    where: object
    name: str
    bug: Callable[[Function], Function]


def _keeps_the_slot(real: Function) -> Function:
    def run(before: object, after: object, events: Events) -> object:
        is_lost = any(isinstance(event, e.RunLost) for event in events)
        claims = real(before, after, events)
        return tuple(one for one in claims if not (is_lost and isinstance(one, Share)))

    return run


def _takes_any_lane(real: Function) -> Function:
    def grants(shared: Shared, claim: AnyClaim) -> object:
        is_lane = isinstance(claim, Entry) and claim.place.startswith("lane#")
        return (is_lane and claim.action is ClaimAction.TAKE) or real(shared, claim)

    return grants


def _takes_any_number_of_slots(real: Function) -> Function:
    def run(before: object, after: object, events: Events) -> object:
        claims = real(before, after, events)
        return tuple(replace(c, most=SLOTS_MAX) if isinstance(c, Share) else c for c in claims)

    return run


def _forgets_the_lapse(real: Function) -> Function:
    def run(before: object, after: object, events: Events) -> object:
        claims = real(before, after, events)
        return tuple(replace(c, lapsed_ms=None) if isinstance(c, Entry) else c for c in claims)

    return run


def _holds_no_commit(_real: Function) -> Function:
    return lambda _before, _after: ()


def _records_no_twin(_real: Function) -> Function:
    return lambda _command, _job: []


def _takes_any_attempt(real: Function) -> Function:
    return lambda job, _attempt: real(job, job.attempt)


def _ends_again(real: Function) -> Function:
    return lambda command, job: real(command, replace(job, status=Status.ACTIVE))


def _leaves_the_queue(real: Function) -> Function:
    def place(before: object, after: Job) -> object:
        is_lost = isinstance(before, Job) and after.losses > before.losses
        return () if is_lost else real(before, after)

    return place


def _goes_to_the_end(real: Function) -> Function:
    def changed(job: Job, event: object) -> object:
        after = real(job, event)
        if isinstance(event, e.RunLost) and event.at.utc:
            return replace(after, key_us=microseconds(event.at.utc))
        return after

    return changed


def _names_no_attempt(real: Function) -> Function:
    return lambda each, job_id, command, turn: real(each, job_id, command, turn.partition(".")[0])


def _goes_by_delivery(real: Function) -> Function:
    def once(streams: object, arrival: intake.Arrival, *more: object, **options: object) -> object:
        return real(streams, replace(arrival, body_sha256=arrival.correlation_id), *more, **options)

    return once


def _skips_what_is_taken(real: Function) -> Function:
    def build(streams: object, arrival: object, wanted: object) -> object:
        taken = real(streams, arrival, wanted)
        is_twin = taken.became is intake.Became.TWIN
        skipped = intake.Taken(intake.Became.RECORDED, reason=Reason.COMMIT_SKIPPED)
        return skipped if is_twin else taken

    return build


def _extends_any_lease(real: Function) -> Function:
    def extend(boards: MemoryBoards, board: str, place: str, _owner: str, until_ms: int) -> object:
        lines = boards.look(board, SLOTS_MAX).lines
        owner = next((line.owner for line in lines if line.place == place), "")
        return real(boards, board, place, owner, until_ms)

    return extend


def _forgets_priorities(real: Function) -> Function:
    return lambda ready, busy: real(sorted(ready, key=lambda one: one.queued_us), busy)


def _waits_for_the_first(real: Function) -> Function:
    return lambda ready, busy: real(ready, busy) if ready and ready[0].lane not in busy else ()


def _reports_once(_real: Function) -> Function:
    def report(streams: CiStreams, checks: Checks, job_id: str, _clock: object) -> bool:
        job = streams.jobs.load(job_id).state
        if isinstance(job, Job):
            checks.show(report_of(job))
            streams.boards.strike(f"owed#{job_id}", str(job.ends), Debt.STATUS)
        return True

    return report


def _strikes_first(real: Function) -> Function:
    def is_owed(boards: Boards, job_id: str, end: int, debt: Debt) -> object:
        owed = real(boards, job_id, end, debt)
        boards.strike(f"owed#{job_id}", str(end), debt)
        return owed

    return is_owed


def _judges_by_the_look(_real: Function) -> Function:
    return lambda command, _job: [e.JobRejected(command.reason, When(command.now))]


def _tells_less_of_twins(**untold: object) -> Callable[[Function], Function]:
    def bug(real: Function) -> Function:
        def record_twin(command: object, job: object) -> object:
            twin, *more = real(command, job) or [None]
            return [replace(twin, **untold), *more] if twin else []

        return record_twin

    return bug


def _lets_twins_join_the_dead(real: Function) -> Function:
    return lambda command, job: real(command, job)[:1]


PLANTS: Final = {
    "a lost run keeps its slot": Plant(claiming, "_run", _keeps_the_slot),
    "a lane is taken whoever holds it": Plant(Shared, "grants", _takes_any_lane),
    "a claim knows no limit": Plant(claiming, "_run", _takes_any_number_of_slots),
    "a run is lost although its lease goes on": Plant(claiming, "_run", _forgets_the_lapse),
    "a commit is not held": Plant(claiming, "_commit", _holds_no_commit),
    "a twin leaves no trace": Plant(decide, "record_twin", _records_no_twin),
    "a result counts for any attempt": Plant(decide, "_current", _takes_any_attempt),
    "a late result changes an end": Plant(decide, "record_result", _ends_again),
    "a lost run's job leaves the queue": Plant(claiming, "_place", _leaves_the_queue),
    "a lost run's job goes to the queue's end": Plant(state, "_changed", _goes_to_the_end),
    "a claim is named without its attempt": Plant(
        getattr(scheduling, "_Pass"),  # noqa: B009  # A plant reaches where nobody else may.
        "_done",
        _names_no_attempt,
    ),
    "a hook is known by its delivery id": Plant(intake, "_once", _goes_by_delivery),
    "a commit that is being built counts as skipped": Plant(intake, "_build", _skips_what_is_taken),
    "a heartbeat extends whatever is in its lane": Plant(
        MemoryBoards, "extend", _extends_any_lease
    ),
    "the queue forgets priorities": Plant(choosing, "_first_in_each_lane", _forgets_priorities),
    "a busy lane holds up the queue": Plant(choosing, "_first_in_each_lane", _waits_for_the_first),
    "a report is sent and believed": Plant(actors, "report", _reports_once),
    "a debt is struck before it is paid": Plant(mailing, "is_owed", _strikes_first),
    "a stranger is turned away although vouched for": Plant(decide, "reject", _judges_by_the_look),
    "nobody vouches": Plant(decide, "record_twin", _tells_less_of_twins(vouched_by="")),
    "another branch joins unseen": Plant(
        decide, "record_twin", _tells_less_of_twins(joined_from="")
    ),
    "a branch that is pushed back stays old": Plant(
        decide, "record_twin", _tells_less_of_twins(pushed_s=0)
    ),
    "the last to come is the newest": Plant(
        choosing, "_newness", lambda _: lambda one: (one.queued_us, one.job_id)
    ),
    "who asks for what was cancelled waits for ever": Plant(
        decide, "record_twin", _lets_twins_join_the_dead
    ),
    "the last word to come is the newest": Plant(
        accounts, "_is_old_news", lambda _: lambda _told, _known: False
    ),
}
"""By what is wrong."""
