"""The life of `life.py` once more, as the library's aggregate is told it."""

from collections.abc import Callable, Sequence
from typing import Final

from tests.bench.life import CAPTURED_MINOR, PAYMENT, TOTAL_MINOR
from tests.bench.peer import NewLine, PeerOrder


def place() -> PeerOrder:
    """Place the order."""
    lines = [
        NewLine("A-1", 2, 1999, "seller-1"),
        NewLine("B-1", 4, 333, "seller-2"),
        NewLine("C-1", 1, 4599, "seller-1"),
    ]
    return PeerOrder.place("customer-1", "EUR", lines, 500)


COMMANDS: Final[Sequence[Callable[[PeerOrder], None]]] = (
    lambda order: order.request_payment(PAYMENT, "card"),
    lambda order: order.confirm(TOTAL_MINOR),
    lambda order: order.hold("address"),
    lambda order: order.release("address"),
    lambda order: order.modify("2", 3),
    lambda order: order.cancel_line("3", "no longer wanted"),
    lambda order: order.allocate("shipment-1", "ups", "1Z999AA10123456784"),
    lambda order: order.split("shipment-1", "shipment-2", "2", 1),
    lambda order: order.settle(PAYMENT, TOTAL_MINOR, "shipment-1"),
    lambda order: order.capture(PAYMENT, TOTAL_MINOR, CAPTURED_MINOR[1]),
    lambda order: order.refund(PAYMENT, sum(CAPTURED_MINOR), 100, "a scratch"),
    lambda order: order.complete(["shipment-1", "shipment-2"], 0),
)
"""Everything after placing, one command of ours each."""
