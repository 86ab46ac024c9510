"""The whole service in memory: the real handlers' code over memory ports, driven step by step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.codec.views import BODIES
from adapters.gateways.memory_book import MemoryBook
from adapters.gateways.sandbox import SandboxCarrier, SandboxProvider
from adapters.memory.consumers import MemoryMarks, MemoryParking
from adapters.memory.event_store import MemoryEventStore, Shared
from adapters.memory.published import MemoryBus, MemoryNotices
from adapters.memory.views import MemoryViews
from domain.kernel.commits import Commit
from domain.kernel.consumers import Seen
from domain.kernel.transition import Request, Transitioned, transition
from domain.orders import commands as o
from domain.orders.decide import DECIDER as ORDERS
from domain.orders.events import PaymentMode
from domain.orders.state import FOLD as ORDER_FOLD
from domain.orders.state import OrderState
from domain.payments.commands import PaymentCommand
from domain.payments.decide import DECIDER as PAYMENTS
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.payments.state import PaymentState
from domain.payments.use_cases import settle_operations
from domain.policies.dossier import Streams, open_dossier
from domain.policies.react import react
from domain.policies.standing import Standing, standing
from domain.published.commerce import count
from domain.shipments import commands as s
from domain.shipments.decide import DECIDER as SHIPMENTS
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from domain.shipments.state import ShipmentState
from domain.shipments.use_cases import settle_label
from handlers.streams import broadcast, project
from handlers.streams.batch import Arrived
from handlers.streams.broadcasting import Broadcaster
from handlers.streams.projection import categories
from handlers.timers.sweeping import Sweeper, Swept

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def unread(_record: dict[str, Any]) -> Arrived:
    """Stand where records would be decoded: this world hands commits over directly."""
    raise AssertionError


@dataclass
class World:
    """Everything that the service is made of, and its clock, which moves when it is told to."""

    shared: Shared = field(default_factory=Shared)
    views: MemoryViews = field(default_factory=MemoryViews)
    bus: MemoryBus = field(default_factory=MemoryBus)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    parking: MemoryParking = field(default_factory=MemoryParking)
    book: MemoryBook = field(default_factory=MemoryBook)
    now: datetime = NOON
    commands: int = 0

    def __post_init__(self) -> None:
        """Wire the parts as the composition root does."""
        self.streams = Streams(
            MemoryEventStore(self.shared, ORDER_FOLD, count),
            MemoryEventStore(self.shared, PAYMENT_FOLD, count),
            MemoryEventStore(self.shared, SHIPMENT_FOLD, count),
        )
        self.provider = SandboxProvider(self.book)
        self.carrier = SandboxCarrier(self.book)
        self.broadcaster = Broadcaster(self.streams, self.bus, self.notices, self.marks)

    def clock(self) -> datetime:
        """Return the time, a second later each time."""
        self.now += timedelta(seconds=1)
        return self.now

    def order(
        self, order_id: str, make: Callable[[datetime], o.OrderCommand], key: str = ""
    ) -> Transitioned[OrderState]:
        """Run a command against an order."""
        request = self._request(order_id, make(self.clock()), key)
        return transition(self.streams.orders, ORDERS, request)

    def payment(
        self, payment_id: str, make: Callable[[datetime], PaymentCommand], key: str = ""
    ) -> Transitioned[PaymentState]:
        """Run a command against a payment."""
        request = self._request(payment_id, make(self.clock()), key)
        return transition(self.streams.payments, PAYMENTS, request)

    def shipment(
        self, shipment_id: str, make: Callable[[datetime], s.ShipmentCommand], key: str = ""
    ) -> Transitioned[ShipmentState]:
        """Run a command against a shipment."""
        request = self._request(shipment_id, make(self.clock()), key)
        return transition(self.streams.shipments, SHIPMENTS, request)

    def _request(self, entity_id: str, command: Any, key: str) -> Request[Any]:  # noqa: ANN401
        self.commands += 1
        return Request(entity_id, command, key or f"command-{self.commands}", "test", "test")

    def stream_names(self) -> list[str]:
        """Name every stream."""
        return list(self.shared.commits)

    def commits(self) -> list[Commit[Any]]:
        """Return every commit of every stream."""
        return [commit for stream in self.shared.commits.values() for commit in stream]

    def project(self, commits: Iterable[Commit[Any]]) -> frozenset[int]:
        """Hand commits to `project`, as one batch."""
        reader = project.consumer(self.streams, self.views, self.parking, unread)
        return reader.handle([Arrived(str(i), one, None) for i, one in enumerate(commits)])

    def broadcast(self, commits: Iterable[Commit[Any]]) -> frozenset[int]:
        """Hand commits to `broadcast`, as one batch."""
        reader = broadcast.consumer(self.broadcaster, self.parking, unread)
        return reader.handle([Arrived(str(i), one, None) for i, one in enumerate(commits)])

    def settle(self, stream: str, _correlation_id: str = "") -> tuple[str, ...]:
        """Have the sandbox answer what is open in one stream."""
        category, _, id_ = stream.partition("#")
        if category == "payment":
            store = self.streams.payments
            return settle_operations(store, self.provider, id_, self.clock, "test")
        if category == "shipment":
            return settle_label(self.streams.shipments, self.carrier, id_, self.clock, "test")
        return ()

    def run(self, order_id: str) -> Standing:
        """Let policies, provider and carrier work until nothing moves; return how it stands."""
        before = -1
        while before != len(self.commits()):
            before = len(self.commits())
            react(self.streams, order_id, self.clock, "test")
            for stream in self.stream_names():
                self.settle(stream)
        return self.standing(order_id)

    def standing(self, order_id: str) -> Standing:
        """Return how an order stands, from its streams."""
        dossier = open_dossier(self.streams, order_id)
        assert dossier is not None
        return standing(dossier)

    def sweep(self, grace: timedelta = timedelta()) -> Swept:
        """Sweep once, over every stream."""
        heads = [
            Seen(stream, commits[-1].last, commits[-1].recorded_at, commits[-1].routing)
            for stream, commits in self.shared.commits.items()
            if commits
        ]
        sweeper = Sweeper(
            self.streams,
            self.views,
            self.broadcaster,
            self.marks,
            self.parking,
            self.settle,
            self.clock,
        )
        return sweeper.sweep([heads], grace)

    def bytes_of_views(self) -> dict[tuple[str, str], tuple[int, tuple[str, str] | None]]:
        """Return every row as it would be stored."""
        return {
            key: (version, BODIES.encode(body) if body is not None else None)
            for key, (version, body) in self.views.rows.items()
        }

    def bytes_of_folds(self) -> dict[tuple[str, str], tuple[int, tuple[str, str] | None]]:
        """Fold every stream from its first event, and return the rows that this must make."""
        expected: dict[tuple[str, str], tuple[int, tuple[str, str] | None]] = {}
        for stream, commits in self.shared.commits.items():
            known = categories(self.streams)[stream.partition("#")[0]]
            state = known.store.fold.over([e for one in commits for e in one.events])
            for row in known.rows(state):
                body = BODIES.encode(row.body) if row.body is not None else None
                expected[row.partition, row.sort] = (1 if row.fixed else commits[-1].last, body)
        return expected


def place(
    order_id: str = "o1",
    *lines: tuple[str, int, int],
    shipping_minor: int = 500,
    payment: PaymentMode = PaymentMode.AUTOMATIC,
) -> Callable[[datetime], o.PlaceOrder]:
    """Make a PlaceOrder of (sku, quantity, unit price) lines, once it knows the time."""
    asked = lines or (("A-1", 2, 1999), ("B-1", 3, 333))
    new_lines = tuple(o.NewLine(*line) for line in asked)
    return lambda now: o.PlaceOrder(
        order_id, "c-1", "EUR", new_lines, now, shipping_minor, payment=payment
    )
