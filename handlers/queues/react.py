"""Lambda `react`: what follows from what, whenever an order, payment or shipment has changed."""

from typing import Any

from domain.policies.react import react
from domain.published.ports import Notice
from handlers import wiring
from handlers.logs import get_logger
from handlers.queues.messages import root_of, run


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of notices: those of one order, of whatever stream, are one look at it."""
    return run(event, _react, root_of)


def _react(notice: Notice) -> bool:
    order_id = notice.routing.root_id
    for carried in react(wiring.streams(), order_id, wiring.clock, notice.correlation_id):
        get_logger().info(
            "policy", policy=carried.policy, entity_id=carried.entity_id, refused=carried.refused
        )
    return True
