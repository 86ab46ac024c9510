"""The ports of the service over models in memory, with trouble before and after each call."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final, TypeVar

from adapters.codec.event_codec import UnknownEventError
from adapters.gateways.memory_book import MemoryBook
from adapters.gateways.sandbox import SandboxCarrier, SandboxProvider
from adapters.memory.consumers import MemoryMarks, MemoryParking
from adapters.memory.event_store import MemoryEventStore, Shared
from adapters.memory.views import MemoryViews
from domain.kernel.commits import Commit, Draft, Head, Past, start
from domain.kernel.consumers import Marks, Parked, Parking
from domain.kernel.decider import Fold
from domain.kernel.ports import ClaimHeld, Conflict, Contended, EventStore
from domain.kernel.views import Happened, OrderRows, Page, Row, Views
from domain.orders import events as oe
from domain.payments.commands import Answer
from domain.payments.ports import Instruction, PaymentProvider
from domain.published.ports import Bus, MalformedEntryError, Notice, Notices, Outgoing
from domain.shipments.commands import LabelAnswer, LabelBought
from domain.shipments.ports import Carrier, Consignment
from tests.simulation.commerce.engine import Engine
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.trouble import Fault, Kind
from tests.simulation.commerce.witness import Witness

S = TypeVar("S")
E = TypeVar("E")

READ, WRITE, APPEND, SEND = (int(kind) for kind in Kind)
CONTENDED, OWN_CONFLICT, PARTIAL = int(Fault.CONTENDED), int(Fault.OWN_CONFLICT), int(Fault.PARTIAL)
NEW_EVENTS: Final = (oe.OrderModified, oe.LineCancelled, oe.OrderHeld, oe.AllocationSplit)
"""What the release before does not know yet, where two releases run side by side."""
_last: Final = attrgetter("last")
EXPECTED_TO_PARK: Final = ("MalformedEntryError", "UnknownEventError")


class TroubledStore(EventStore[S, E]):
    """One category's streams; each commit is shown to the witness, and to `wrote`.

    `unknown` are the streams with events that the release before does not know.
    """

    def __init__(
        self,
        engine: Engine,
        witness: Witness,
        shared: Shared,
        model: MemoryEventStore[S, E],
        wrote: Callable[[Commit[Any]], None],
        unknown: set[str],
    ) -> None:
        self._engine = engine
        self._witness = witness
        self._shared = shared
        self._model = model
        self._wrote = wrote
        self._unknown = unknown

    @property
    def fold(self) -> Fold[S, E]:
        return self._model.fold

    def load(self, entity_id: str) -> Head[S]:
        stream = self._asked("load", entity_id)
        # What the newest append led to: folding it anew each time would take a third of all time.
        head = self._witness.heads.get(stream) or start(self._model.fold, entity_id)
        if task := self._engine.task:
            task.seen[stream] = head
        return head

    def load_at(self, entity_id: str, version: int) -> Past[S, E]:
        stream = self._asked("load_at", entity_id)
        if (stream, version) in self._witness.states:
            commits = self._shared.commits[stream]
            commit = commits[bisect_left(commits, version, key=_last)]
            return Past(stream, self._witness.states[stream, version], version, commit)
        return self._model.load_at(entity_id, version)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[E]]:
        self._asked("read", entity_id)
        return self._model.read(entity_id, after)

    def append(
        self, base: Head[S], draft: Draft[E]
    ) -> Head[S] | Conflict[E] | ClaimHeld | Contended:
        fault = self._engine.before(APPEND, "append", base.stream)
        if fault == CONTENDED:
            return Contended()
        task = self._engine.task
        if task and task.is_old and any(isinstance(event, NEW_EVENTS) for event in draft.events):
            raise UnknownEventError(base.stream, 0, "a command of the next release", 1)
        answer = self._model.append(base, draft)
        if isinstance(answer, Head):
            commit = self._shared.commits[answer.stream][-1]
            self._witness.wrote(commit, base, answer)
            self._wrote(commit)
            if fault == OWN_CONFLICT:  # The client asked again, and met what it had written.
                answer = Conflict(commit)
        if fault:
            self._engine.after(fault)
        return answer

    def _asked(self, call: str, entity_id: str) -> str:
        stream = self._model.fold.stream(entity_id)
        self._engine.before(READ, call, stream)
        task = self._engine.task
        if task:
            self._witness.touched(task, stream)
            if task.is_old and stream in self._unknown:
                raise UnknownEventError(stream, 0, "an event of the next release", 1)
        return stream


class TroubledViews(Views):
    """Views whose versions must never go back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.model = MemoryViews()

    def put_fixed(self, happened: Sequence[Happened], rows: Sequence[Row] = ()) -> None:
        key = happened[0].stream if happened else ""
        fault = self._engine.before(WRITE, "put_fixed", key)
        self.model.put_fixed(happened, rows)
        self._engine.after(fault)

    def put_newer(self, row: Row, version: int) -> None:
        fault = self._engine.before(WRITE, "put_newer", row.sort)
        stood = self._stands(row)
        self.model.put_newer(row, version)
        self._check(row, stood)
        self._engine.after(fault)

    def advance(self, row: Row, before: int, version: int) -> int:
        fault = self._engine.before(WRITE, "advance", row.sort)
        stood = self._stands(row)
        stands = self.model.advance(row, before, version)
        self._check(row, stood)
        self._engine.after(fault)
        return stands

    def versions(self, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        self._engine.before(READ, "versions", "")
        return self.model.versions(rows)

    def order(self, order_id: str) -> OrderRows:
        self._engine.before(READ, "order", order_id)
        return self.model.order(order_id)

    def orders_of(self, customer_id: str, limit: int, cursor: str | None) -> Page:
        self._engine.before(READ, "orders_of", customer_id)
        return self.model.orders_of(customer_id, limit, cursor)

    def parcels(self, carrier: str, tracking_number: str) -> tuple[object, ...]:
        self._engine.before(READ, "parcels", tracking_number)
        return self.model.parcels(carrier, tracking_number)

    def _stands(self, row: Row) -> int:
        return self.model.rows.get((row.partition, row.sort), (0, None))[0]

    def _check(self, row: Row, stood: int) -> None:
        if self._stands(row) < stood:
            raise Broken(Invariant.FOLD, f"{row.sort} went from {stood} to {self._stands(row)}")


class TroubledMarks(Marks):
    """Marks of consumers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.model = MemoryMarks()

    def advance(self, consumer: str, stream: str, before: int, version: int) -> int:
        fault = self._engine.before(WRITE, "mark", stream)
        stands = self.model.advance(consumer, stream, before, version)
        self._engine.after(fault)
        return stands

    def read(self, consumer: str, streams: Iterable[str]) -> dict[str, int]:
        self._engine.before(READ, "marks", consumer)
        return self.model.read(consumer, streams)


class TroubledParking(Parking):
    """Parked streams; nothing is to be parked but what trouble made unreadable or unsendable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.model = MemoryParking()

    def park(self, consumer: str, stream: str, version: int, error: str) -> None:
        if not error.startswith(EXPECTED_TO_PARK):
            raise Broken(Invariant.EXPECTED, f"{consumer} parks {stream} for {error}")
        fault = self._engine.before(WRITE, "park", stream)
        self._engine.met["commit parked"] += 1
        self.model.park(consumer, stream, version, error)
        self._engine.after(fault)

    def release(self, consumer: str, stream: str) -> None:
        fault = self._engine.before(WRITE, "release", stream)
        self.model.release(consumer, stream)
        self._engine.after(fault)

    def parked(self) -> Iterator[Parked]:
        self._engine.before(READ, "parked", "")
        return self.model.parked()


class TroubledBus(Bus):
    """A bus that takes some entries and leaves others; `malformed` it takes of no one."""

    def __init__(self, engine: Engine, witness: Witness) -> None:
        self._engine = engine
        self._witness = witness
        self._judged: dict[str, bool] = {}

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        if not outgoing:
            return frozenset()
        fault = self._engine.before(SEND, "publish", outgoing[0].stream)
        for one in outgoing:
            if self._is_malformed(one):
                raise MalformedEntryError(one.event_id)
        refused = refused_of(self._engine, fault, len(outgoing))
        for place, one in enumerate(outgoing):
            if place not in refused:
                self._witness.accepted(one)
        self._engine.after(fault)
        return refused

    def _is_malformed(self, one: Outgoing) -> bool:
        mood = self._engine.mood
        if not mood.malformed:
            return False
        if one.event_id not in self._judged:
            is_malformed = self._engine.dice.chance(mood.malformed)
            self._engine.met["event malformed"] += is_malformed
            self._judged[one.event_id] = is_malformed
        return self._judged[one.event_id]


class TroubledNotices(Notices):
    """A topic that hands notices on to whoever `tell` tells."""

    def __init__(self, engine: Engine, witness: Witness, tell: Callable[[Notice], None]) -> None:
        self._engine = engine
        self._witness = witness
        self._tell = tell

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        if not notices:
            return frozenset()
        fault = self._engine.before(SEND, "notify", notices[0].stream)
        refused = refused_of(self._engine, fault, len(notices))
        for place, notice in enumerate(notices):
            if place not in refused:
                self._witness.notified(notice)
                self._tell(notice)
        self._engine.after(fault)
        return refused


def refused_of(engine: Engine, fault: int, entries: int) -> frozenset[int]:
    """Choose which entries of a batch are not accepted, where some are not."""
    if fault != PARTIAL:
        return frozenset()
    first = engine.dice.choose(entries)
    is_lone = engine.dice.choose(2)
    return frozenset({first} if is_lone else range(first, entries))


class TroubledProvider(PaymentProvider):
    """The sandbox's provider, over a line that may break before and after."""

    def __init__(self, engine: Engine, witness: Witness, book: MemoryBook) -> None:
        self._engine = engine
        self._witness = witness
        self._provider = SandboxProvider(book)

    def carry_out(self, instruction: Instruction) -> Answer:
        fault = self._engine.before(WRITE, "carry_out", instruction.payment_id)
        if task := self._engine.task:
            self._witness.instructed(instruction, task)
        answer = self._provider.carry_out(instruction)
        self._engine.after(fault)
        return answer

    def look_up(self, key: str) -> Answer | None:
        self._engine.before(READ, "look_up", key)
        if task := self._engine.task:
            task.looked.add(key)
        return self._provider.look_up(key)


class TroubledCarrier(Carrier):
    """The sandbox's carrier, over such a line."""

    def __init__(self, engine: Engine, witness: Witness, book: MemoryBook) -> None:
        self._engine = engine
        self._witness = witness
        self._carrier = SandboxCarrier(book)

    def book_label(self, consignment: Consignment) -> LabelAnswer:
        fault = self._engine.before(WRITE, "book_label", consignment.shipment_id)
        self._witness.consigned(consignment)
        answer = self._carrier.book_label(consignment)
        self._engine.after(fault)
        return answer

    def look_up(self, key: str) -> LabelAnswer | None:
        self._engine.before(READ, "look_up", key)
        return self._carrier.look_up(key)

    def sold(self, key: str) -> str:
        """Return the number of the label that was sold under a key; empty for none."""
        answer = self._carrier.look_up(key)
        return answer.tracking_number if isinstance(answer, LabelBought) else ""
