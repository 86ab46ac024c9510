"""Many callers at once: money is taken once and no stream has a gap."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from adapters.gateways.memory_book import MemoryBook
from adapters.gateways.sandbox import SandboxProvider
from domain.kernel.refused import Refused
from domain.kernel.transition import Request, transition
from domain.orders import commands as o
from domain.orders.decide import DECIDER
from domain.orders.state import Order
from domain.payments.state import Payment
from domain.payments.use_cases import settle_operations
from domain.policies.dossier import Streams, open_dossier
from domain.policies.due import payment_facts
from domain.policies.react import react
from tests.support.commerce import streams_on
from tests.support.engines import Engine

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CALLERS = 16

# moto's check and its write are two steps, so that two callers at once may both pass.
pytestmark = pytest.mark.engine("memory", "dynamodb_local", "ministack")


@pytest.fixture
def streams(engine: Engine) -> Streams:
    return streams_on(engine)


def noon() -> datetime:
    return NOON


def ask(streams: Streams, command: o.OrderCommand, key: str, *, creates: bool = False) -> str:
    """Run a command against the order `o1`; return what came of it, in a word."""
    request = Request("o1", command, key, "test", key, creates=creates)
    try:
        return transition(streams.orders, DECIDER, request).outcome.value
    except Refused as refused:
        return refused.reason.value


def at_once(count: int, call: Callable[[int], str]) -> Counter[str]:
    """Let callers loose together; count their answers."""
    with ThreadPoolExecutor(CALLERS) as pool:
        return Counter(pool.map(call, range(count)))


def place(streams: Streams, lines: int = 1) -> None:
    asked = tuple(o.NewLine(f"A-{number}", 10, 100) for number in range(lines))
    ask(streams, o.PlaceOrder("o1", "c-1", "EUR", asked, NOON), "place", creates=True)


def contiguous(streams: Streams) -> bool:
    commits = list(streams.orders.read("o1"))
    return [one.first for one in commits] == [1, *(one.last + 1 for one in commits[:-1])]


def test_a_hundred_concurrent_captures_of_one_payment_take_the_money_once(
    streams: Streams,
) -> None:
    provider = SandboxProvider(MemoryBook())
    place(streams)
    react(streams, "o1", noon, "test")
    payment_id = paid(streams).payment_id
    settle_operations(streams.payments, provider, payment_id, noon, "test")

    def capture(number: int) -> str:
        command = o.CapturePayment(payment_id, payment_facts(paid(streams)), NOON)
        return ask(streams, command, f"capture-{number}")

    answers = at_once(100, capture)
    assert answers == {"applied": 1, "more_than_open": 99}
    at_once(10, lambda _: str(len(react(streams, "o1", noon, "test"))))
    at_once(10, lambda _: str(settle_operations(streams.payments, provider, payment_id, noon, "t")))
    assert paid(streams).captured_minor == 1000
    assert contiguous(streams)


def paid(streams: Streams) -> Payment:
    dossier = open_dossier(streams, "o1")
    assert dossier is not None
    return dossier.payments[0]


def test_fifty_concurrent_different_modifications_all_succeed_or_are_refused_by_name(
    streams: Streams,
) -> None:
    place(streams, lines=50)

    def modify(number: int) -> str:
        quantity = o.LineQuantity(str(number + 1), 11 + number)
        return ask(streams, o.ModifyOrder((quantity,), (), NOON), f"modify-{number}")

    answers = at_once(50, modify)
    assert set(answers) <= {"applied", "busy"}
    assert answers["applied"] >= CALLERS
    order = streams.orders.load("o1").state
    assert isinstance(order, Order)
    assert sum(line.quantity != 10 for line in order.lines) == answers["applied"]
    assert order.total_minor == sum(line.open_minor for line in order.lines)
    assert contiguous(streams)


def test_one_order_placed_ten_times_at_once_with_one_key_is_one_order(streams: Streams) -> None:
    command = o.PlaceOrder("o1", "c-1", "EUR", (o.NewLine("A-1", 1, 100),), NOON)
    answers = at_once(10, lambda _: ask(streams, command, "place", creates=True))
    assert answers == {"applied": 1, "replayed": 9}
    assert len(list(streams.orders.read("o1"))) == 1
