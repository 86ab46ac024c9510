"""What holds of a job whatever is asked of it, in any order, by whomever."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.ci.jobs import commands as c
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion, JobEvent, Rejection
from domain.ci.jobs.state import Job, JobState, Status
from domain.ci.reporting import report_of
from domain.kernel.refused import Refused
from tests.support.ci_builders import build, claim, later, lose, prioritise, queue, retry
from tests.support.ci_desk import Desk

MINUTES_MAX: Final = 25

Asking = Callable[[datetime], c.JobCommand]
"""Makes a command, once it knows the time."""

ASKINGS: Final[tuple[Asking, ...]] = (
    lambda now: replace(queue(), now=now),
    lambda now: claim(now=now),
    lambda now: c.CancelJob("ann", now),
    lambda now: c.CancelJob("bob", now),
    lambda now: c.SupersedeJob("j2", now),
    lambda now: retry(now=now),
    *[lambda now, body=body: c.RecordTwin(build(), body, now) for body in "ab"],
    *[lambda now, to=to: replace(prioritise(to), now=now) for to in (0, 1, 5, 9)],
    *[lambda now, why=why: c.RejectJob(why, now) for why in Rejection],
    *[lambda now, run=run: lose(run, now) for run in range(1, 5)],
    *[
        lambda now, run=run, end=end: c.RecordResult(run, end, 0, now)
        for run in range(1, 4)
        for end in (*Conclusion, None)
    ],
)

lives = st.lists(
    st.one_of(st.sampled_from(ASKINGS), st.sampled_from(ASKINGS[:6])), max_size=MINUTES_MAX
).map(lambda made: tuple(asking(later(minute)) for minute, asking in enumerate(made)))


def lived(commands: tuple[c.JobCommand, ...]) -> Iterator[tuple[c.JobCommand, Job, list[JobEvent]]]:
    """Yield each command that was not refused, the job after it, and what has happened so far."""
    state: JobState = DECIDER.fold.initial
    events: list[JobEvent] = []
    for command in (queue(), *commands):
        with suppress(Refused):
            decided = DECIDER.decide(command, state)
            events.extend(decided)
            state = DECIDER.fold.over(decided, state)
            assert isinstance(state, Job)
            yield command, state, events


@for_all(lives)
def test_the_same_again_changes_nothing(commands: tuple[c.JobCommand, ...]) -> None:
    for command, job, _ in lived(commands):
        with suppress(Refused):
            assert list(DECIDER.decide(command, job)) == []


@for_all(lives)
def test_an_end_is_left_by_a_retry_or_where_it_is_no_answer_by_whoever_asks_anew(
    commands: tuple[c.JobCommand, ...],
) -> None:
    before: Job | None = None
    for command, job, _ in lived(commands):
        if before and before.has_ended and not isinstance(command, c.RetryJob):
            is_asked = isinstance(command, c.RecordTwin) and before.has_no_answer
            assert job.ends == before.ends
            assert job.status is before.status or (is_asked and job.status is Status.PENDING)
        before = job


@for_all(lives)
def test_attempts_count_the_runs_and_ends_count_the_ends(
    commands: tuple[c.JobCommand, ...],
) -> None:
    ends = {"JobFinished", "JobCancelled", "JobSuperseded", "JobRejected", "JobGivenUp"}
    for _, job, events in lived(commands):
        names = [type(event).__name__ for event in events]
        assert job.attempt == names.count("JobClaimed")
        assert job.ends == sum(name in ends for name in names)
        assert names.count("JobQueued") == 1


@for_all(lives)
def test_what_is_reported_never_falls_behind_but_for_a_lost_run(
    commands: tuple[c.JobCommand, ...],
) -> None:
    shown = (0, 0)
    for command, job, _ in lived(commands):
        rank = report_of(job).rank
        assert rank >= shown or isinstance(command, c.LoseRun) or job.losses
        shown = max(shown, rank)


@for_all(lives)
def test_the_boards_hold_what_the_job_stands_for_and_nothing_else(
    commands: tuple[c.JobCommand, ...],
) -> None:
    desk = Desk()
    desk.ask("j1", queue())
    for command in commands:
        with suppress(Refused):
            desk.ask("j1", command)
        job, board = desk.job("j1"), desk.board
        assert board.queue == (("j1",) if job.status is Status.PENDING else ())
        assert list(board.runs.values()) == ([job.run] if job.status is Status.ACTIVE else [])
        assert set(desk.owed("j1")) == {str(end) for end in range(1, job.ends + 1)}
