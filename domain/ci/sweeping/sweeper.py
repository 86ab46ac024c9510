"""Sweeping, every minute: whatever no event will wake, done by the code that an event would wake.

The boards hold what is open, and two lines a customer: so a sweep costs by what there is to do, and
not by what was ever done. What is told outside, to a runner, to GitHub or by mail, is left to the
queues: the notice that should have brought it to them is sent again, so that nobody out there
holds a sweep up. It tells the bus itself, and asks of runs that have fallen silent, which it may
stop, and GitHub for what never arrived, each within a budget.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import UnionType
from typing import Any, Final, TypeVar

from domain.ci.board import Running, board_from
from domain.ci.choosing import choose
from domain.ci.debts import Debt
from domain.ci.jobs.events import JobClaimed
from domain.ci.jobs.state import End, Job, run_name
from domain.ci.places import LANE, OWED, customer_of, milliseconds
from domain.ci.ports import CiStreams, Deliveries, Runner, RunStatus
from domain.ci.running import settle
from domain.ci.scheduling import schedule
from domain.ci.sweeping.budget import Budget, in_turn
from domain.ci.sweeping.pacing import Pacing
from domain.ci.sweeping.redelivering import Redelivering
from domain.ci.sweeping.swept import Swept
from domain.kernel.boards import Line
from domain.kernel.commits import Commit

STARTED_WITHIN: Final = timedelta(seconds=30)
"""A run that nobody has heard of for so long is woken again; if it runs, it is adopted."""
RUNS_AT_MOST: Final = timedelta(minutes=4)
"""The longest distance at which a run is woken: meanwhile it holds a slot and its branch."""
GRACE: Final = timedelta(minutes=1)
"""What an end owes for less is left to those whom the end itself has woken."""

Boards = Mapping[str, Sequence[Line]]
"""The lines of each board, by whose it is."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ports:
    """What a sweep asks of the world.

    What a deployment may lack comes as a factory and is made where it is needed: a wrong setting is
    trouble with what needs it, and stops nothing else. `wake` sends the notice of a commit again,
    to those who pay some debts or to all, and `publish` tells other teams of a job's ends, by the
    job's id: both raise unless that was taken. `deliveries` are GitHub's lists of what it sent us,
    by name.
    """

    streams: CiStreams
    runner: Callable[[], Runner]
    wake: Callable[[Commit[Any], Collection[Debt]], object]
    publish: Callable[[str], object]
    deliveries: Callable[[], Mapping[str, Callable[[], Deliveries]]]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Memory:
    """Whom sweeps have woken and asked lately; in one process only, and nothing depends on it."""

    runs: Pacing = field(default_factory=partial(Pacing, RUNS_AT_MOST))
    ends: Pacing = field(default_factory=Pacing)
    lists: dict[str, Redelivering] = field(default_factory=dict)
    odd: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class CiSweeper:
    """Compares the boards with what should have followed from them."""

    ports: Ports
    memory: Memory = field(default_factory=Memory)

    def sweep(self, until: datetime | None = None, grace: timedelta = GRACE) -> Swept:
        """Sweep once; trouble with one thing keeps no other from being seen to.

        Nothing new is begun after `until`. First comes what can move, for half of the time at most,
        then what ends owe, for half of the rest, then what never arrived; where that is too much,
        another sweep begins elsewhere.
        """
        now, budget = self.ports.clock(), Budget(self.ports.clock, until)
        odd_before = frozenset(self.memory.odd)
        self.memory.odd.clear()
        latest_ms = milliseconds(now - grace)
        sweep = _Sweep(self.ports, self.memory, budget, now, latest_ms, odd_before)
        sweep.run()
        return sweep.swept


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One sweep: it began at `now`, and an end is old enough that was at `latest_ms`.

    `odd_before`: whose count was not that of their runs the last time; a scan is no snapshot, so
    only what was so twice is told.
    """

    ports: Ports
    memory: Memory
    budget: Budget
    now: datetime
    latest_ms: int
    odd_before: frozenset[str] = frozenset()
    swept: Swept = field(default_factory=Swept)

    def run(self) -> None:
        customers, owed = _by_whose(self.ports.streams.boards.scan())
        self._forget(customers, owed)
        half = self.budget.part(0.5)
        self._each(customers, partial(self._customer, half), half)
        self._each(owed, self._owed, self.budget.part(0.5))
        self.swept.tried("deliveries", self._lists)

    def _each(
        self, todo: Mapping[str, T], see_to: Callable[[str, T], object], budget: Budget
    ) -> None:
        """See to each, from another one on each minute; count what there is no time for."""
        for name in in_turn([*todo], self.now):
            if budget.is_spent:
                self.swept.left += 1
            else:
                self.swept.tried(name, partial(see_to, name, todo[name]))

    def _forget(self, customers: Boards, owed: Boards) -> None:
        """Whom nothing is to be done about any more need not be remembered."""
        lines = [line for one in customers.values() for line in one]
        self.memory.runs.keep({line.owner for line in lines if line.place.startswith(LANE)})
        self.memory.ends.keep({_newest(one) for one in owed.values()})

    # ---- what can move ------------------------------------------------------------------------

    def _customer(self, budget: Budget, customer_id: str, lines: Sequence[Line]) -> None:
        self.swept.customers += 1
        board = board_from(customer_id, lines)
        runs = {run.job_id: run for run in board.running}
        self._each(runs, partial(self._see_to_run, customer_id), budget)
        if board.taken != len(board.running):
            self.memory.odd.add(customer_id)
            if customer_id in self.odd_before:
                self.swept.drifted.append(customer_id)
        plan = choose(board)
        if not plan.is_empty:
            self._schedule(customer_id)

    def _schedule(self, customer_id: str) -> None:
        correlation_id = f"sweep-{customer_id}"
        done = schedule(self.ports.streams, customer_id, self.ports.clock, correlation_id)
        self.swept.scheduled += len(done.started)
        self.swept.ended += len(done.ended)

    def _see_to_run(self, customer_id: str, job_id: str, running: Running) -> None:
        now_ms = milliseconds(self.ports.clock())
        has_lapsed = running.until_ms <= now_ms
        if has_lapsed and self._settle(customer_id, running) is not RunStatus.ABSENT:
            return
        name = run_name(job_id, running.attempt)
        if running.is_unheard and running.began_ms + STARTED_WITHIN // _MS <= now_ms:
            self.swept.runs_woken += self._wake_run(job_id, name)

    def _settle(self, customer_id: str, running: Running) -> RunStatus:
        status = settle(
            self.ports.streams,
            self.ports.runner(),
            customer_id,
            running,
            self.ports.clock,
            f"sweep-{running.job_id}",
        )
        self.swept.extended += status is RunStatus.RUNNING
        self.swept.ended += status is RunStatus.ENDED
        self.swept.lost += status is RunStatus.ABSENT and not running.is_unheard
        return status

    # ---- what ends owe ------------------------------------------------------------------------

    def _owed(self, job_id: str, lines: Sequence[Line]) -> None:
        """Tell other teams, and wake those who tell GitHub and the user.

        Of a job that runs again only other teams are told: its next end pays the rest.
        """
        debts = {one for line in lines for one in line.note if line.number(one) <= self.latest_ms}
        end = _newest(lines)
        # Before anything is read: thousands may wait while no bus or mail is taken.
        if debts and self.memory.ends.is_due(end, self.now):
            self.memory.ends.done(end, self.now)
            if Debt.BUS in debts:
                self.swept.published += self.swept.tried(job_id, partial(self._publish, job_id))
            if others := {Debt(one) for one in debts} - {Debt.BUS}:
                self.swept.ends_woken += self._wake_end(job_id, others)
        for line in lines:
            if not line.note:  # Two who struck its last two debts at once have left nothing on it.
                self.ports.streams.boards.strike(line.board, line.place, "")

    def _publish(self, job_id: str) -> bool:
        self.ports.publish(job_id)
        return True

    def _wake_end(self, job_id: str, debts: Collection[Debt]) -> bool:
        job = self.ports.streams.jobs.load(job_id).state
        has_ended = isinstance(job, Job) and job.has_ended
        return has_ended and self._wake(job_id, End, debts)

    def _wake_run(self, job_id: str, name: str) -> bool:
        if not self.memory.runs.is_due(name, self.now):
            return False
        self.memory.runs.done(name, self.now)
        return self._wake(job_id, JobClaimed)

    def _wake(self, job_id: str, event: type | UnionType, debts: Collection[Debt] = ()) -> bool:
        """Send again the notice of a job's last commit with such an event."""
        commits = self.ports.streams.jobs.read(job_id)
        found = [one for one in commits if any(isinstance(said, event) for said in one.events)]
        if found:
            self.ports.wake(found[-1], debts)
        return bool(found)

    # ---- what never arrived -------------------------------------------------------------------

    def _lists(self) -> None:
        known = self.ports.deliveries()
        lists = {f"deliveries of {name}": one for name, one in known.items()}
        self._each(lists, self._list, self.budget)

    def _list(self, name: str, deliveries: Callable[[], Deliveries]) -> None:
        remembered = self.memory.lists.setdefault(name, Redelivering())
        remembered.see_to(deliveries, self.now, self.swept, self.budget)


_MS: Final = timedelta(milliseconds=1)


def _by_whose(lines: Iterable[Line]) -> tuple[Boards, Boards]:
    """Return customers' boards, and those of jobs whose ends owe something, in a lasting order."""
    boards: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        boards[line.board].append(line)
    customers = {whose: boards[one] for one in sorted(boards) if (whose := customer_of(one))}
    owed = {one.removeprefix(OWED): boards[one] for one in sorted(boards) if one.startswith(OWED)}
    return customers, owed


def _newest(lines: Sequence[Line]) -> str:
    """Name the newest of a job's ends that owe something."""
    newest = max(lines, key=lambda line: (len(line.place), line.place))
    return f"{newest.board} {newest.place}"
