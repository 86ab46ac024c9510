"""How a schedule closes: the trouble is over, and everything must come to its end by itself."""

from datetime import timedelta
from typing import Final

from domain.ci.jobs.state import Job
from domain.ci.reporting import report_of
from tests.simulation.ci.customer import Known
from tests.simulation.ci.invariants import Broken, Invariant
from tests.simulation.ci.outcome import check_outcome
from tests.simulation.ci.runs import end
from tests.simulation.ci.schedule import Message, Schedule
from tests.simulation.ci.service import UNTOLD, addresses
from tests.simulation.ci.trouble import Mood

ROUNDS_MAX: Final = 150
MESSAGES_MAX: Final = 2000


def close(schedule: Schedule, *, by_sweeps_alone: bool) -> None:
    """Go on without trouble until nothing is left, and check that all is as it should be.

    By sweeps alone: no further wake-up arrives, and no run's result.
    """
    lines = schedule.trouble.mood.lines
    schedule.trouble.set(Mood(unheard=1 if by_sweeps_alone else 0, lines=lines))
    if by_sweeps_alone:
        schedule.queue[:] = [one for one in schedule.queue if _must_come(one)]
    # At the full hour a sweep asks GitHub for all that it remembers.
    schedule.now = (schedule.now + timedelta(hours=1)).replace(minute=0, second=0)
    has_replayed = False
    attempts = {known.job_id: known.attempt for known in schedule.actors.witness.jobs.values()}
    for _ in range(ROUNDS_MAX):
        _go_on(schedule, is_heard=not by_sweeps_alone)
        if not _left(schedule):
            if has_replayed:
                break
            _replay(schedule)
            has_replayed = True
        schedule.act("sweep")
        schedule.wait(60 if by_sweeps_alone else 120)
    if left := _left(schedule):
        raise Broken(Invariant.DRAINED, f"after {ROUNDS_MAX} sweeps there is left: {left}")
    for known in schedule.actors.witness.jobs.values():
        _check_news(schedule, known)
        _check_starts(schedule, known, attempts.get(known.job_id, 0))
    check_outcome(schedule.actors.witness, schedule.github)
    schedule.actors.jobs.check_heads()


def _must_come(message: Message) -> bool:
    """A wake-up may be lost before it was ever begun; a hook, and what somebody asked, may not."""
    return message.has_begun or message.what[0] in ("hook", "ask", "choose")


def _go_on(schedule: Schedule, *, is_heard: bool) -> None:
    """Handle all messages, oldest first; resume who is suspended; end what runs."""
    _empty(schedule)
    for customer_id, told in schedule.github.installed.items():
        if told.action == "suspend":
            schedule.deliver(schedule.github.change(customer_id, "unsuspend"))
    for script in schedule.actors.runner.scripts.values():
        if not script.is_over:
            end(schedule, script, is_heard=is_heard)
    _empty(schedule)


def _empty(schedule: Schedule) -> None:
    for _ in range(MESSAGES_MAX):
        if not schedule.queue:
            return
        message = schedule.queue.pop(0)
        if not schedule.act(*message.what):
            schedule.queue.append(message)
    raise Broken(Invariant.DRAINED, f"messages without end: {schedule.queue}")


def _replay(schedule: Schedule) -> None:
    """Send again, under ids of their own, what had something run again, and one body more."""
    witness, github = schedule.actors.witness, schedule.github
    had = [body for body in github.bodies if "JobRetried" in witness.effects.get(body.sha256, ())]
    for body in (*had, schedule.rng.choice(github.bodies)):
        schedule.deliver(github.replay(body))


def _left(schedule: Schedule) -> list[object]:
    """Return what is not yet as it should be in the end."""
    witness = schedule.actors.witness
    jobs = [job for job in witness.jobs.values() if job.stands != "ended"]
    lines = [
        line
        for line in witness.shared.lines.values()
        if line.place != "account" and not (line.place == "count" and line.count == 0)
    ]
    return [*jobs, *lines, *schedule.github.missing()]


def _check_news(schedule: Schedule, known: Known) -> None:
    """Check that whoever is to hear of a job's ends has heard."""
    actors = schedule.actors
    job = actors.jobs.load(known.job_id).state
    assert isinstance(job, Job)
    wanted, shown = report_of(job), actors.checks.shown.get(job.job_id)
    if shown != wanted and job.sha not in actors.checks.refused:
        raise Broken(Invariant.NEWS, f"{shown} is shown, and should be {wanted}")
    key = f"{job.job_id}-{known.ends}"
    is_mailed = key in actors.mailer.sent or key in actors.mailer.refused
    if not is_mailed and addresses(known) and known.how not in UNTOLD:
        raise Broken(Invariant.NEWS, f"nobody was mailed about {known}")
    ends = {f"job.{job.job_id}.{number}" for number in range(1, known.ends + 1)}
    if not ends <= actors.bus.sent.keys():
        raise Broken(Invariant.NEWS, f"other teams did not hear of all ends of {known}")


def _check_starts(schedule: Schedule, known: Known, attempts: int) -> None:
    """Check that no run was lost, after the trouble was over, for want of being started."""
    runner = schedule.actors.runner
    if any(sha in known.commit for sha in runner.unstartable):
        return
    for attempt in range(attempts + 1, known.attempt + 1):
        if f"{known.job_id}-{attempt}" not in runner.scripts:
            raise Broken(Invariant.EXPECTED, f"attempt {attempt} was never started of {known}")
