"""Lambda `settle`: ask the payment provider and the carrier what is open, until it is known."""

from typing import Any

from domain.payments.use_cases import settle_operations
from domain.published.ports import Notice
from domain.shipments.use_cases import settle_label
from handlers import wiring
from handlers.logs import get_logger
from handlers.queues.messages import run


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle one batch of notices."""
    return run(event, _settle)


def _settle(notice: Notice) -> bool:
    unknown = settle(notice.stream, notice.correlation_id)
    if unknown:
        get_logger().info("answer_unknown", operations=list(unknown))
    return not unknown


def settle(stream: str, correlation_id: str) -> tuple[str, ...]:
    """Settle what is open in a payment or a shipment; return what is still unknown."""
    category, _, entity_id = stream.partition("#")
    streams = wiring.streams()
    if category == streams.payments.fold.category:
        provider = wiring.payment_provider()
        return settle_operations(
            streams.payments, provider, entity_id, wiring.clock, correlation_id
        )
    if category == streams.shipments.fold.category:
        carrier = wiring.carrier()
        return settle_label(streams.shipments, carrier, entity_id, wiring.clock, correlation_id)
    return ()
