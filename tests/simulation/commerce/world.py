"""A world: the models, the ports over them, and the real handlers between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from adapters.codec.event_codec import UnknownEventError
from adapters.codec.published import notice_text
from adapters.gateways.memory_book import MemoryBook
from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.commits import Commit, Head
from domain.kernel.consumers import Seen
from domain.orders.state import FOLD as ORDER_FOLD
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.policies.dossier import Streams
from domain.published.commerce import count
from domain.published.ports import Notice
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from handlers.api.api import Api
from handlers.streams.batch import Arrived
from tests.simulation.commerce.dice import Dice
from tests.simulation.commerce.engine import Engine
from tests.simulation.commerce.ports import (
    NEW_EVENTS,
    WRITE,
    TroubledBus,
    TroubledCarrier,
    TroubledMarks,
    TroubledNotices,
    TroubledParking,
    TroubledProvider,
    TroubledStore,
    TroubledViews,
)
from tests.simulation.commerce.queues import Queue, subscribers
from tests.simulation.commerce.records import Mapping, Stream
from tests.simulation.commerce.trouble import Mood
from tests.simulation.commerce.witness import Witness
from tests.support.builders import NOW


@dataclass(frozen=True, slots=True)
class WorldRetries:
    """Puts messages of one queue back."""

    engine: Engine
    queue: Queue

    def back_off(self, receipt_handle: str, received: int, least_s: int = 0) -> None:
        """Let a message come again, later each time."""
        fault = self.engine.before(WRITE, "back_off", self.queue.name)
        delay_s = max(min(2 * 2 ** (received - 1), 900), least_s)
        self.queue.back_off(receipt_handle, delay_s, self.engine.now)
        self.engine.after(fault)


class World:
    """Everything that one schedule is made of."""

    def __init__(self, dice: Dice, mood: Mood, make_engine: type[Engine] = Engine) -> None:
        self.engine = make_engine(dice, mood, NOW)
        self.shared = Shared()
        self.witness = Witness(self.shared)
        self.book = MemoryBook()
        self.unknown: set[str] = set()
        self.stream = Stream(1 + dice.choose(2))
        engine, met = self.engine, self.engine.met
        self.project = Mapping("project", self.stream, met)
        self.broadcast = Mapping("broadcast", self.stream, met)
        self.queues = {name: Queue(name, met) for name in ("react", "settle")}
        self.streams = Streams(
            *(
                TroubledStore(
                    engine,
                    self.witness,
                    self.shared,
                    MemoryEventStore(self.shared, fold, count),
                    self._wrote,
                    self.unknown,
                )
                for fold in (ORDER_FOLD, PAYMENT_FOLD, SHIPMENT_FOLD)
            )
        )
        self.views = TroubledViews(engine)
        self.marks = TroubledMarks(engine)
        self.parking = TroubledParking(engine)
        self.bus = TroubledBus(engine, self.witness)
        self.notices = TroubledNotices(engine, self.witness, self.tell)
        self.provider = TroubledProvider(engine, self.witness, self.book)
        self.carrier = TroubledCarrier(engine, self.witness, self.book)
        self.api = Api(self.streams, self.views, engine.clock)
        self.began: dict[str, Head[Any]] = {}
        """Where the streams stood when the schedule began; and rows and timelines of the views."""
        self.began_rows: dict[tuple[str, str], tuple[int, Any]] = {}
        self.began_timeline: set[tuple[str, str, int]] = set()

    def began_at(self, stream: str) -> int:
        """Return the version at which a stream stood when the schedule began."""
        head = self.began.get(stream)
        return head.version if head else 0

    # ---- what follows from a write ----------------------------------------------------------

    def _wrote(self, commit: Commit[Any]) -> None:
        mood, dice = self.engine.mood, self.engine.dice
        if any(isinstance(event, NEW_EVENTS) for event in commit.events):
            self.unknown.add(commit.stream)
        overtakes = bool(mood.disorder) and dice.chance(mood.disorder)
        self.engine.met["record overtook"] += overtakes
        self.stream.put(commit, self.engine.now, overtakes=overtakes)

    def tell(self, notice: Notice) -> None:
        """Hand a notice to the queues that are subscribed to it."""
        mood, dice = self.engine.mood, self.engine.dice
        text = notice_text(notice)
        for name in subscribers(notice):
            if mood.unheard and dice.chance(mood.unheard):
                self.engine.met["notice unheard"] += 1
            else:
                self.queues[name].send(notice, text, self.engine.now)

    # ---- what the composition root has ------------------------------------------------------

    def retries(self, arn: str) -> WorldRetries:
        """Return how messages of a queue are put back."""
        return WorldRetries(self.engine, self.queues[arn.rpartition(":")[2]])

    def read_record(self, record: dict[str, Any]) -> Arrived:
        """Decode a record; the release before does not know every event."""
        commit: Commit[Any] = record["commit"]
        task = self.engine.task
        if task and task.is_old and any(isinstance(one, NEW_EVENTS) for one in commit.events):
            kind = type(commit.events[0]).__name__
            raise UnknownEventError(commit.stream, commit.first, kind, 1)
        # Where it costs no write unit, a record bears the state as well.
        bears = commit.first % 3 != 0
        state = self.witness.states[commit.stream, commit.last] if bears else None
        return Arrived(record["dynamodb"]["SequenceNumber"], commit, state)

    def heads(self, segment: int, segments: int) -> Iterator[Seen]:
        """Scan one segment, eventually consistent: a stream's newest commit may be missing."""
        self.engine.before(0, "scan", str(segment))
        mood, dice = self.engine.mood, self.engine.dice
        for stream, commits in list(self.shared.commits.items()):
            if not commits or crc32(stream.encode()) % segments != segment:
                continue
            is_stale = bool(mood.stale) and len(commits) > 1 and dice.chance(mood.stale)
            self.engine.met["scan stale"] += is_stale
            newest = commits[-2] if is_stale else commits[-1]
            yield Seen(stream, newest.last, newest.recorded_at, newest.routing)

    # ---- time -------------------------------------------------------------------------------

    def pass_time(self, to: datetime) -> None:
        """Let it be later, or earlier."""
        self.engine.now = to
        self.stream.trim(to)
