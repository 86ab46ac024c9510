"""A day of one busy customer, event by event: jobs come, wait in the queue, and run. No wall time.

What is chosen next is the service's own decision, on a board as the service would look at it; the
stores can stand behind it too. Jobs come at random moments (a Poisson process) and run for random
times (exponential), each on a branch of its own, so that only slots are scarce.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from operator import attrgetter
from random import Random
from typing import Protocol

from domain.ci.accounts import Account, Settings
from domain.ci.board import Board, Running, Waiting, board_from
from domain.ci.choosing import choose
from domain.ci.jobs.events import PriorityChanged
from domain.ci.places import queue_key_us
from domain.ci.scheduling import FIRST_LOOK
from domain.kernel.boards import Line
from domain.kernel.times import When
from tests.support.builders import NOW
from tests.support.ci_builders import CUSTOMER, branch, job_after, place, queued, running
from tests.support.ci_desk import Desk

LOW, NORMAL, HIGH = 3, 5, 7


@dataclass(frozen=True)
class Day:
    """How busy the customer is: `load` is the work that comes over the work that can be done.

    Normal and high jobs alone bring 98 % of what can be done, so whoever serves them strictly first
    has next to nothing left for the low ones.
    """

    hours: float = 24
    load: float = 1.15
    slots: int = 10
    run_min: float = 5
    shares: tuple[tuple[int, float], ...] = ((LOW, 0.15), (NORMAL, 0.60), (HIGH, 0.25))
    seed: int = 18

    @property
    def end(self) -> datetime:
        """When the last job may come; what is left is worked off after it."""
        return NOW + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Came:
    """A job as it comes."""

    job_id: str
    at: datetime
    priority: int
    runs_for: timedelta


@dataclass(frozen=True)
class Served:
    """A job, and when it was started."""

    came: Came
    started: datetime

    @property
    def waited(self) -> timedelta:
        """How long it waited."""
        return self.started - self.came.at


def arrivals(day: Day) -> list[Came]:
    """Return the jobs of a day; the same seed makes the same day."""
    dice = Random(day.seed)
    priorities, shares = zip(*day.shares, strict=True)
    jobs: list[Came] = []
    at = NOW
    while (at := at + _minutes(dice.expovariate(day.load * day.slots / day.run_min))) < day.end:
        (priority,) = dice.choices(priorities, shares)
        runs_for = _minutes(dice.expovariate(1 / day.run_min))
        jobs.append(Came(f"j{len(jobs):05}", at, int(priority), runs_for))
    return jobs


class Queue(Protocol):
    """Whatever chooses."""

    def add(self, job: Came) -> None:
        """Let a job wait."""

    def start(self, now: datetime) -> Sequence[str]:
        """Start what is due; return its ids in turn."""

    def finish(self, job_id: str, now: datetime) -> None:
        """Let a run end."""


def served(jobs: Sequence[Came], queue: Queue) -> list[Served]:
    """Serve jobs until none is left; return them in the order in which they were started."""
    by_id = {job.job_id: job for job in jobs}
    events = [(job.at, "", job.job_id) for job in jobs]  # Sorted, hence a heap already.
    done: list[Served] = []
    while events:
        now, what, job_id = heappop(events)
        if what == "finish":
            queue.finish(job_id, now)
        else:
            queue.add(by_id[job_id])
        for started in queue.start(now):
            done.append(Served(by_id[started], now))
            heappush(events, (now + by_id[started].runs_for, "finish", started))
    return done


@dataclass
class ChosenQueue:
    """The service's decision, over the lines that its first look at a board would find."""

    aging_s: int
    slots: int
    waiting: list[Waiting] = field(default_factory=list)
    runs: dict[str, Running] = field(default_factory=dict)

    def add(self, job: Came) -> None:
        """Put a job where its key says, with the line that it would have on the board."""
        key_us = queue_key_us(job.at, job.priority, self.aging_s)
        came = queued(job.job_id, branch(job.job_id), When(job.at))
        entry = place(job_after(came, PriorityChanged(job.priority, key_us, "ann", When(job.at))))
        line = Line(entry.board, entry.place, entry.owner, dict(entry.note))
        (waiting,) = board_from(CUSTOMER, [line]).waiting
        insort(self.waiting, waiting, key=attrgetter("place"))

    def start(self, _now: datetime) -> Sequence[str]:
        """Choose, and start as many as there are slots."""
        if len(self.runs) == self.slots:
            return ()
        account = Account(CUSTOMER, settings=Settings(slots=self.slots, aging_s=self.aging_s))
        runs = tuple(self.runs.values())
        seen = tuple(self.waiting[: FIRST_LOOK - len(runs)])
        board = Board(account, len(runs), runs, seen)
        chosen = choose(board).starts[: board.free]
        for one in chosen:
            self.waiting.remove(one)
            self.runs[one.job_id] = running(one.job_id)
        return [one.job_id for one in chosen]

    def finish(self, job_id: str, _now: datetime) -> None:
        """Give a slot back."""
        del self.runs[job_id]


class StoredQueue:
    """The whole of scheduling, over stores in memory."""

    def __init__(self, aging_s: int, slots: int) -> None:
        """Open a desk with these settings."""
        self.desk = Desk()
        self.aging_s = aging_s
        self.ids: dict[str, str] = {}
        self.desk.choose(Settings(slots=slots, aging_s=aging_s))

    def add(self, job: Came) -> None:
        """Push, and set the priority."""
        self.desk.now = job.at
        job_id = self.desk.push(job.job_id)
        self.ids[job_id] = job.job_id
        self.desk.prioritise(job_id, job.priority, self.aging_s)

    def start(self, now: datetime) -> Sequence[str]:
        """Have a pass made over the board."""
        self.desk.now = now
        return [self.ids[job_id] for job_id in self.desk.schedule().started]

    def finish(self, job_id: str, now: datetime) -> None:
        """Have the runner say that it has passed."""
        self.desk.now = now
        (stored,) = [known for known, name in self.ids.items() if name == job_id]
        self.desk.finish(stored)


# ---- what a day came to -----------------------------------------------------------------------


def waits_min(jobs: Sequence[Served], priority: int) -> list[float]:
    """Return how long the jobs of a priority waited, in minutes, the shortest first."""
    return sorted(job.waited / _minutes(1) for job in jobs if job.came.priority == priority)


def oldest_min(jobs: Sequence[Served], priority: int, at: datetime) -> float:
    """Return how long the oldest job that waits at a moment has waited; 0 where none does."""
    ages = (
        (at - job.came.at) / _minutes(1)
        for job in jobs
        if job.came.priority == priority and job.came.at <= at < job.started
    )
    return max(ages, default=0.0)


def promised(
    jobs: Sequence[Served], low: int, high: int, aging_s: int
) -> Iterator[tuple[Served, timedelta]]:
    """Yield jobs of the lower priority, each with the longest wait that a setting allows it.

    What a setting promises: no job is overtaken by one that came later than it by more than the
    levels between them are worth. So a job starts no later than any higher one that came so much
    later, the first of which to start bounds its wait: by what the levels are worth, the time until
    such a job happens to come, and that job's own wait. What no higher job bounds is left out: so
    little more comes that it is worked off with the rest.
    """
    worth = timedelta(seconds=(high - low) * aging_s)
    highs = sorted((job for job in jobs if job.came.priority == high), key=_came, reverse=True)
    soonest: list[datetime] = []  # Of each high job and all later ones, beside `highs`.
    for job in highs:
        soonest.append(min(job.started, soonest[-1]) if soonest else job.started)
    for job in sorted((one for one in jobs if one.came.priority == low), key=_came):
        while highs and highs[-1].came.at <= job.came.at + worth:
            highs.pop()
            soonest.pop()
        if highs:
            yield job, soonest[-1] - job.came.at


def _came(job: Served) -> datetime:
    return job.came.at


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
