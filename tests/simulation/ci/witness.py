"""The witness: sees every write at the moment it is made, and holds it against the oracle."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.memory.event_store import Shared
from domain.ci.accounts import AccountChanged, AccountEvent, SettingsChanged
from domain.ci.jobs import events as e
from domain.ci.records import HookRecorded
from domain.kernel.boards import Line
from domain.kernel.commits import Commit
from tests.simulation.ci import oracle
from tests.simulation.ci.board import check_board
from tests.simulation.ci.customer import ENDED, Customer, Known
from tests.simulation.ci.invariants import Broken, Invariant

REMEMBERED: Final = 8
"""Writes that a late look may miss."""
DEBTS: Final = frozenset({"bus", "status", "mail"})

Event = e.JobEvent | AccountEvent | HookRecorded
ASKING: Final = (e.TwinRecorded, e.JobRetried, e.RetryRequested)


@dataclass(slots=True)
class Act:
    """Somebody at work. `body` and `attempt` are what it speaks for, if it is a hook or a run.

    `knows` is how many commits of `customer_id` the board showed that it looked at; -1 for one that
    it saw at two moments.
    """

    what: tuple[Any, ...]
    body: str = ""
    attempt: int = 0
    customer_id: str = ""
    knows: int = -1
    has_written: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """How all boards stood, and how many commits each customer had had."""

    lines: dict[tuple[str, str], Line]
    commits: Mapping[str, int]


@dataclass(slots=True)
class Witness:
    """All customers; and what became of each body, each commit to build, and each debt.

    `effects` holds by body the event that it caused, and whose; `holders` by commit the stream that
    holds it; `owed` by job and end what is owed.
    """

    shared: Shared
    customers: dict[str, Customer] = field(default_factory=dict)
    jobs: dict[str, Known] = field(default_factory=dict)
    owners: dict[str, Customer] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    effects: dict[str, tuple[str, str]] = field(default_factory=dict)
    records: dict[str, list[HookRecorded]] = field(default_factory=dict)
    owed: defaultdict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    earlier: deque[Moment] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def of(self, customer_id: str) -> Customer:
        """Return a customer."""
        if customer_id not in self.customers:
            self.customers[customer_id] = Customer(customer_id)
        return self.customers[customer_id]

    def now(self) -> Moment:
        """Return how all boards stand."""
        commits = {one.customer_id: one.commits for one in self.customers.values()}
        return Moment(self.shared.lines, commits)

    def remember(self) -> None:
        """Keep how all boards stand, for those who will look late."""
        now = self.now()
        self.earlier.append(Moment(dict(now.lines), now.commits))

    # ---- commits ----------------------------------------------------------------------------

    def wrote(self, commit: Commit[Any], act: Act) -> None:
        """Check a commit that was just written, and the board that it has changed."""
        act.has_written = True
        customer = self.of(commit.routing.customer_id)
        is_fresh = act.customer_id == customer.customer_id and act.knows == customer.commits
        asked = next((one for one in reversed(commit.events) if isinstance(one, ASKING)), None)
        for event in commit.events:
            self._event(customer, commit.stream, event, act, asked, is_fresh=is_fresh)
        job = self.jobs.get(commit.stream.removeprefix("job#"))
        if job and job.is_wanted_again and job.stands == ENDED:
            raise Broken(Invariant.ANSWER, f"{commit.events} left {job} as it was")
        if self.shared.claims != self.holders:
            raise Broken(Invariant.COMMIT, f"{self.shared.claims}, and should be {self.holders}")
        if not commit.stream.startswith("hook#"):
            customer.commits += 1
            act.knows = customer.commits if is_fresh else act.knows
        board = f"ci#{customer.customer_id}"
        lines = self.shared.lines.items()
        check_board(customer, (line for (name, _), line in lines if name == board))
        self.remember()

    def _event(
        self,
        customer: Customer,
        stream: str,
        event: Event,
        act: Act,
        asked: Event | None,
        *,
        is_fresh: bool,
    ) -> None:
        """Take an event in; `asked` is what the commit did for whoever asked."""
        match event:
            case AccountChanged() | SettingsChanged():
                self._effect(act, event, "")
                oracle.account_changed(customer, event)
            case HookRecorded():
                self.records.setdefault(event.body_sha256, []).append(event)
                if event.commit_key:
                    self._hold(event.commit_key, stream)
            case e.JobQueued(job_id=job_id):
                self._effect(act, event, job_id)
                self.jobs[job_id] = oracle.queued(customer, event)
                self.owners[job_id] = customer
                self._hold(self.jobs[job_id].commit, stream)
            case _:
                job = self.jobs[stream.removeprefix("job#")]
                self._job_event(customer, job, event, act, asked, is_fresh=is_fresh)

    def _job_event(
        self,
        customer: Customer,
        job: Known,
        event: e.JobEvent,
        act: Act,
        asked: Event | None,
        *,
        is_fresh: bool,
    ) -> None:
        is_after_its_end = isinstance(event, e.JobRetried) and job.is_wanted_again
        is_its_own = (act.attempt, "runs") == (job.attempt, job.stands)
        if act.attempt and not (is_its_own or is_after_its_end):
            raise Broken(Invariant.FENCED, f"{act.what} led to {event} of {job}")
        is_void = isinstance(event, e.TwinRecorded) and (job.is_turned_away or job.has_no_answer)
        if event is asked and not is_void:
            self._effect(act, event, job.job_id)
        was_turned_away, ends = job.is_turned_away, job.ends
        oracle.happened(customer, job, event, is_fresh=is_fresh)
        if job.is_turned_away and not was_turned_away:
            del self.holders[job.commit]
        elif was_turned_away and not job.is_turned_away:
            self._hold(job.commit, f"job#{job.job_id}")
        if job.ends > ends:
            self.owed[job.job_id][str(job.ends)] = set(DEBTS)
            self._check_debts(job.job_id)

    def _effect(self, act: Act, event: Event, job_id: str) -> None:
        """A body has one effect; what was then turned away has had none."""
        if not act.body:
            return
        name, of = self.effects.get(act.body, ("", ""))
        is_void = of != job_id and of in self.jobs and self.jobs[of].is_turned_away
        if name and not is_void:
            raise Broken(Invariant.EFFECT, f"{act.what} led to {event} after {name} of {of}")
        self.effects[act.body] = (type(event).__name__, job_id)

    def _hold(self, commit: str, stream: str) -> None:
        if holder := self.holders.get(commit):
            raise Broken(Invariant.COMMIT, f"{commit} is {stream}'s, and was {holder}'s")
        self.holders[commit] = stream

    # ---- leases and debts -------------------------------------------------------------------

    def extended(self, board: str, place: str, owner: str, until_ms: int) -> None:
        """Check that a lease was made longer by its holder."""
        runs = self.of(board.removeprefix("ci#")).running.values()
        job = next((one for one in runs if one.run == owner), None)
        if job is None or place != f"lane#{job.lane}":
            raise Broken(Invariant.LEASE, f"{owner} has made the lease of {place} longer")
        job.until_ms = max(job.until_ms, until_ms)
        self.remember()

    def struck(self, job_id: str, place: str, name: str, *, is_paid: bool) -> None:
        """Check that what is struck off was paid, or is news of an end that another followed."""
        owed = self.owed[job_id].get(place, set())
        is_old_news = name != "bus" and int(place) < self.jobs[job_id].ends
        if name in owed and not is_paid and not is_old_news:
            raise Broken(Invariant.DEBT, f"{name} of end {place} of {job_id} was not paid")
        owed.discard(name)
        self._check_debts(job_id)
        self.remember()

    def _check_debts(self, job_id: str) -> None:
        board, lines = f"owed#{job_id}", self.shared.lines.items()
        said = {place: set(line.note) for (name, place), line in lines if name == board}
        owed = {place: debts for place, debts in self.owed[job_id].items() if debts}
        if said != owed:
            raise Broken(Invariant.DEBT, f"{board} says {said}, and {owed} is owed")
