"""The oracle: is told every event in the order of the commits, and says whether it may be.

It knows the events and the rules, and nothing of the code that decides: no fold, no claim, no plan.
"""

from typing import Final

from domain.ci.accounts import AccountChanged, AccountEvent, SettingsChanged
from domain.ci.hooks import Trigger
from domain.ci.jobs import events as e
from tests.simulation.ci.customer import ENDED, RUNS, WAITS, Customer, Known, count_us
from tests.simulation.ci.due import is_needless, may_run, needless, newest, startable
from tests.simulation.ci.invariants import Broken, Invariant

LOSSES_FORGIVEN: Final = 3
LEVEL_NORMAL: Final = 5
STANDINGS: Final = {
    "granted": "active",
    "resumed": "active",
    "suspended": "suspended",
    "revoked": "revoked",
}


def account_changed(customer: Customer, event: AccountEvent) -> None:
    """Take note of an account's event."""
    customer.has_account = True
    match event:
        case AccountChanged(change=change):
            customer.standing = STANDINGS[change.value]
        case SettingsChanged(settings=settings):
            customer.slots = settings.slots
            customer.supersedes = settings.supersedes
            customer.allowed = settings.allowed
            customer.blocked = settings.blocked
            customer.slots_ever.add(settings.slots)
            customer.aging_ever.add(settings.aging_s)
            customer.blocked_ever.update(settings.blocked)


def queued(customer: Customer, event: e.JobQueued) -> Known:
    """Take a new job in."""
    if event.job_id in customer.jobs:
        raise Broken(Invariant.BODY, f"{event.job_id} was queued twice")
    lane = f"{event.repository_id}#{event.ref}"
    at_us, who = count_us(event.at), (event.user, event.is_trusted)
    pushed_us = 0 if event.trigger is Trigger.RERUN else event.pushed_s * 10**6 or at_us
    what = (event.body_sha256, commit_of(event))
    job = Known(event.job_id, lane, *who, *what, at_us, at_us, pushed_us)
    customer.jobs[job.job_id] = customer.waiting[job.job_id] = job
    return job


def commit_of(event: e.JobQueued) -> str:
    """Name what no other job may build; a tag's build is not its branch's."""
    own = f"#{event.ref}" if event.trigger is Trigger.TAG else ""
    return f"commit#{event.repository_id}#{event.sha}{own}"


def happened(customer: Customer, job: Known, event: e.JobEvent, *, is_fresh: bool) -> None:
    """Check an event of a known job against the rules, and take it in.

    `is_fresh`: whoever caused it knew how things stand.
    """
    match event:
        case e.JobQueued():
            raise Broken(Invariant.BODY, f"{job.job_id} was queued twice")
        case e.TwinRecorded():
            _twin(job, event)
        case e.PriorityChanged():
            _moved(customer, job, event)
        case e.JobClaimed():
            _claimed(customer, job, event, is_fresh=is_fresh)
        case e.CancellationRequested():
            _must(job, RUNS, event)
            job.is_stopping, job.over_s = True, count_us(event.at) // 10**6
            job.is_wanted_again = False
            job.late_twins.clear()
        case e.RetryRequested():
            _must(job, RUNS, event)
            job.is_wanted_again, job.is_answer_enough = True, event.unless_answered
        case e.RunLost():
            _lost(customer, job, event)
        case e.JobRetried():
            _retried(customer, job, event)
        case _:
            _check_end(customer, job, event, is_fresh=is_fresh)
            job.stands, job.how = ENDED, type(event).__name__
            job.why, job.heard_at_end = why(event), {job.body, *job.twins}
            job.ends += 1
            job.over_s = job.over_s if job.is_stopping else count_us(event.at) // 10**6
            job.is_stopping = False
            if job.how != "JobCancelled":
                job.late_twins.clear()
                job.is_wanted_again &= job.how == "JobFinished" and not job.is_answer_enough
            customer.waiting.pop(job.job_id, None)
            customer.running.pop(job.job_id, None)


def _twin(job: Known, event: e.TwinRecorded) -> None:
    is_void = job.is_turned_away or job.has_no_answer
    (job.void_twins if is_void else job.twins).add(event.body_sha256)
    if job.is_stopping:
        job.late_twins.add(event.body_sha256)
    job.vouchers += (event.vouched_by,) if event.vouched_by else ()
    job.is_joined = job.is_joined or event.joined_from != ""
    if job.pushed_us:
        job.pushed_us = max(job.pushed_us, event.pushed_s * 10**6)


def _moved(customer: Customer, job: Known, event: e.PriorityChanged) -> None:
    _must(job, WAITS, event)
    moved_us = job.queued_us - event.key_us
    worth = {(event.priority - LEVEL_NORMAL) * aging * 10**6 for aging in customer.aging_ever}
    if moved_us not in worth:
        raise Broken(Invariant.PRIORITY, f"{event} moved {job} by {moved_us} us, not {worth}")
    job.key_us = event.key_us


def _claimed(customer: Customer, job: Known, event: e.JobClaimed, *, is_fresh: bool) -> None:
    _must(job, WAITS, event, Invariant.ATTEMPTS)
    if event.attempt != job.attempt + 1:
        raise Broken(Invariant.ATTEMPTS, f"attempt {event.attempt} of {job}")
    if event.slots not in customer.slots_ever or len(customer.running) >= event.slots:
        raise Broken(Invariant.LIMIT, f"{len(customer.running)} are active before {event}")
    if beside := [one for one in customer.running.values() if one.lane == job.lane]:
        raise Broken(Invariant.LANE, f"{job} is claimed beside {beside}")
    if is_fresh:
        first = next(iter(startable(customer)), None)
        if first is not job or event.slots != customer.slots:
            raise Broken(Invariant.ORDER, f"{job} was claimed, and first is {first}")
        if older := needless(customer):
            raise Broken(Invariant.NEWER, f"{job} was claimed before the end of {older}")
    job.stands, job.attempt, job.until_ms = RUNS, event.attempt, event.lease_until_ms
    customer.running[job.job_id] = customer.waiting.pop(job.job_id)


def _lost(customer: Customer, job: Known, event: e.RunLost) -> None:
    _must(job, RUNS, event)
    if event.attempt != job.attempt:
        raise Broken(Invariant.FENCED, f"{event} of {job}")
    if job.until_ms > count_us(event.at) // 1000:
        raise Broken(Invariant.LEASE, f"{job} was lost at {event.at.utc}")
    job.losses += 1
    job.lost.add(job.attempt)
    job.stands = WAITS
    customer.waiting[job.job_id] = customer.running.pop(job.job_id)


def _retried(customer: Customer, job: Known, event: e.JobRetried) -> None:
    _must(job, ENDED, event)
    job.stands, job.losses = WAITS, 0
    job.queued_us = job.key_us = count_us(event.at)
    job.twins |= job.void_twins
    job.void_twins.clear()
    job.late_twins.clear()
    job.is_wanted_again = False
    customer.waiting[job.job_id] = job


def why(event: e.JobEvent) -> str:
    """Return what turned a job away: a reason, or a newer job."""
    match event:
        case e.JobRejected(reason=reason):
            return reason.value
        case e.JobSuperseded(by_job=by_job):
            return by_job
        case _:
            return ""


End = e.JobFinished | e.JobCancelled | e.JobSuperseded | e.JobRejected | e.JobGivenUp


def _check_end(customer: Customer, job: Known, event: End, *, is_fresh: bool) -> None:
    if job.stands == ENDED:
        raise Broken(Invariant.ENDED, f"{event} of {job}")
    match event:
        case e.JobFinished(attempt=attempt):
            _must(job, RUNS, event)
            if attempt != job.attempt:
                raise Broken(Invariant.FENCED, f"{event} of {job}")
        case e.JobGivenUp():
            if job.losses != LOSSES_FORGIVEN + 1:
                raise Broken(Invariant.LOST, f"{job} was given up")
        case e.JobSuperseded():
            _must(job, WAITS, event)
            is_due = is_needless(customer, job) and event.by_job == newest(customer, job.lane)
            if is_fresh and not is_due:
                raise Broken(Invariant.ORDER, f"{event} of {job}")
        case e.JobRejected():
            _must(job, WAITS, event)
            _check_rejection(customer, job, event, is_fresh=is_fresh)
        case e.JobCancelled():
            pass


def _check_rejection(
    customer: Customer, job: Known, event: e.JobRejected, *, is_fresh: bool
) -> None:
    if event.reason is e.Rejection.ACCOUNT_REVOKED:
        is_due = not is_fresh or customer.standing == "revoked"
    elif not customer.blocked_ever.issuperset(job.trusted):
        raise Broken(Invariant.ALLOWED, f"{event} of {job}")
    else:
        is_due = not is_fresh or not may_run(customer, job)
    if not is_due:
        raise Broken(Invariant.ORDER, f"{event} of {job}")


def _must(
    job: Known, stands: str, event: e.JobEvent, otherwise: Invariant = Invariant.FENCED
) -> None:
    if job.stands != stands:
        broken = Invariant.ENDED if job.stands == ENDED else otherwise
        raise Broken(broken, f"{event} of {job}")
