"""Sweeping, every minute: whatever no event will wake, done by the code that an event would wake.

The boards hold what is open, and two lines a customer: so a sweep costs by what there is to do, and
not by what was ever done.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain.ci.choosing import Running, choose, standings
from domain.ci.jobs.claiming import BUS
from domain.ci.jobs.state import Job
from domain.ci.places import LEASE, OWED, customer_of, milliseconds
from domain.ci.ports import CiStreams, Deliveries, Delivery, ReportRefusedError, Runner, RunStatus
from domain.ci.running import settle, start
from domain.ci.scheduling import schedule
from domain.kernel.boards import Line

STARTED_WITHIN: Final = timedelta(seconds=30)
"""A run that nobody has heard of for so long is started again; if it runs, it is adopted."""
LATELY: Final = timedelta(minutes=15)
REMEMBERED: Final = timedelta(days=3)
"""How far back GitHub knows its deliveries; looked through once an hour."""
UNDELIVERED_AFTER: Final = timedelta(minutes=1)
DELIVERED_AT_MOST: Final = 5
"""What failed so often fails for what it says, not for what we were doing."""
REDELIVERIES_MAX: Final = 50
"""In one sweep: GitHub limits how much is asked of it."""

Tell = Callable[[str], object]
"""Tells one kind of news of a job's ends, by its id, and strikes the debt; whether it was told."""


@dataclass(slots=True)
class Swept:
    """What a sweep found and did. `trouble` names what will be tried again, and why."""

    customers: int = 0
    scheduled: int = 0
    started: int = 0
    extended: int = 0
    ended: int = 0
    lost: int = 0
    told: int = 0
    redelivered: int = 0
    drifted: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CiSweeper:
    """Compares the boards with what should have followed from them."""

    streams: CiStreams
    runner: Runner
    tell: Mapping[str, Tell]
    deliveries: Deliveries | None
    clock: Callable[[], datetime]

    def sweep(self) -> Swept:
        """Sweep once; trouble with one job keeps no other from being seen to."""
        swept = Swept()
        boards: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self.streams.boards.scan():
            boards[line.board].append(line)
        for board, lines in sorted(boards.items()):
            if customer_id := customer_of(board):
                _tried(swept, customer_id, partial(self._customer, customer_id, lines, swept))
            elif board.startswith(OWED):
                job_id = board.removeprefix(OWED)
                _tried(swept, job_id, partial(self._owed, job_id, lines, swept))
        if self.deliveries:
            _tried(swept, "deliveries", partial(self._missed, self.deliveries, swept))
        return swept

    def _customer(self, customer_id: str, lines: Iterable[Line], swept: Swept) -> None:
        swept.customers += 1
        board = standings(customer_id, lines)
        for running in board.running:
            _tried(swept, running.job_id, partial(self._run, customer_id, running, swept))
        if board.taken != len(board.running):
            swept.drifted.append(customer_id)
        plan = choose(board)
        if plan.starts or plan.rejects or plan.supersedes or plan.stops:
            _tried(swept, customer_id, partial(self._schedule, customer_id, swept))

    def _schedule(self, customer_id: str, swept: Swept) -> None:
        done = schedule(self.streams, customer_id, self.clock, _correlation(customer_id))
        swept.scheduled += len(done.started)
        swept.ended += len(done.ended)

    def _run(self, customer_id: str, running: Running, swept: Swept) -> None:
        now_ms = milliseconds(self.clock())
        correlation_id = _correlation(running.job_id)
        if running.until_ms <= now_ms:
            status = settle(
                self.streams, self.runner, customer_id, running, self.clock, correlation_id
            )
            swept.extended += status is RunStatus.RUNNING
            swept.ended += status is RunStatus.ENDED
            swept.lost += status is RunStatus.ABSENT
            return
        is_unheard = running.until_ms == running.began_ms + LEASE // _MS
        if is_unheard and running.began_ms + STARTED_WITHIN // _MS <= now_ms:
            start(self.streams, self.runner, running.job_id, self.clock, correlation_id)
            swept.started += 1

    def _owed(self, job_id: str, lines: Sequence[Line], swept: Swept) -> None:
        """Tell what ends still owe; one debt that cannot be paid now keeps no other waiting.

        Of a job that runs again only the bus is told. Its next end pays the rest; and what a sweep
        shows of it could come to stand over that end, with no notice of it to come again.
        """
        debts = {debt for line in lines for debt in line.note}
        job = self.streams.jobs.load(job_id).state
        payable = debts if isinstance(job, Job) and job.has_ended else debts & {BUS}
        for debt in sorted(payable):
            swept.told += _tried(swept, job_id, partial(self.tell[debt], job_id))
        if not debts:
            for line in lines:
                strike = partial(self.streams.boards.strike, line.board, line.place, "")
                _tried(swept, job_id, strike)

    def _missed(self, deliveries: Deliveries, swept: Swept) -> None:
        """Have sent again what GitHub says never arrived: it does not do so by itself."""
        now = self.clock()
        earliest = now - (REMEMBERED if now.minute == 0 else LATELY)
        known: defaultdict[str, list[Delivery]] = defaultdict(list)
        for delivery in deliveries.since(earliest):
            known[delivery.guid].append(delivery)
        for sent in list(known.values()):
            if swept.redelivered == REDELIVERIES_MAX:
                return
            if _is_missed(sent, now):
                self._redeliver(deliveries, sent[0], swept)

    def _redeliver(self, deliveries: Deliveries, sent: Delivery, swept: Swept) -> None:
        """Have one sent again; one that GitHub no longer knows keeps no other from being sent."""
        try:
            deliveries.redeliver(sent.delivery_id)
        except ReportRefusedError as error:
            swept.trouble.append(f"delivery {sent.guid}: {error}")
        else:
            swept.redelivered += 1


_MS: Final = timedelta(milliseconds=1)


def _is_missed(sent: list[Delivery], now: datetime) -> bool:
    newest = max(one.delivered_at for one in sent)
    return (
        not any(one.succeeded for one in sent)
        and len(sent) < DELIVERED_AT_MOST
        and newest <= now - UNDELIVERED_AFTER
    )


def _tried(swept: Swept, what: str, act: Callable[[], object]) -> bool:
    """Return whether something came of it."""
    try:
        return bool(act())
    except Exception as error:  # noqa: BLE001  # The next sweep tries it again.
        swept.trouble.append(f"{what}: {error!r}")
        return False


def _correlation(of: str) -> str:
    return f"sweep-{of}"
