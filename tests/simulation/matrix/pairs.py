"""All pairs of crash points in the main scenario: an order's life, from its placing to its end.

A crash point is the moment after a port call. The moment before the next call is the same one: in
between nothing is durable that was not before.
"""

from dataclasses import dataclass
from typing import Any

from domain.orders.state import OrderStatus
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.staging import Stage
from tests.simulation.commerce.telling import lines_of
from tests.simulation.matrix.shop import Shop
from tests.simulation.matrix.steering import At, Plan, Stop
from tests.support.apps import order


@dataclass(frozen=True, slots=True)
class Pair:
    """Two crashes in one life; `broken` says what did not hold, `story` what happened."""

    first: int
    second: int
    broken: str
    story: tuple[str, ...]


def length(stage: Stage) -> int:
    """Return how many port calls the scenario makes while nothing goes wrong."""
    return len(_live(stage, {}).engine.calls_of[1])


def run_from(stage: Stage, first: int, calls: int) -> list[Pair]:
    """Run all pairs that begin at a crash point; return those that break an invariant."""
    broken = []
    for second in range(first + 1, calls + 1):
        shop = Shop(stage, {At(1, first): Stop.AFTER, At(1, second): Stop.AFTER})
        try:
            _tell(shop)
        except Broken as found:
            story = tuple(lines_of(shop.engine.trace))
            broken.append(Pair(first, second, str(found), story))
    return broken


def _live(stage: Stage, plan: Plan) -> Shop:
    shop = Shop(stage, plan)
    _tell(shop)
    return shop


def _tell(shop: Shop) -> None:
    """Place, pay, confirm, ship, capture, deliver and complete: all of it watched as one."""
    shop.engine.watch = 1
    placed = shop.post("/orders", order())
    order_id = str(placed.json["order_id"])
    shop.schedule.callers.orders.append(order_id)
    shop.drain()
    body = {"carrier": "ups", "tracking_number": "1Z9991"}
    made = shop.post(f"/orders/{order_id}/shipments", body)
    shop.drain()
    parcel = made.json["shipment_id"]
    for status in ("picked_up", "delivered"):
        shop.post(f"/orders/{order_id}/shipments/{parcel}/scans", {"status": status})
        shop.drain()
    shop.engine.watch = 0
    shop.end()
    state: Any = shop.world.witness.heads[f"order#{order_id}"].state
    if state.status is not OrderStatus.COMPLETED:
        raise Broken(Invariant.AT_REST, f"the order is {state.status}")
