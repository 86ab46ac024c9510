"""What follows from a command, done at once, so that its caller finds it when it looks."""

from domain.kernel.transition import Outcome
from domain.policies.react import react
from handlers.api.api import Api
from handlers.logs import get_logger


def react_now(api: Api, order_id: str, outcome: Outcome, correlation_id: str) -> None:
    """Carry out what is due to an order; whatever comes in between, the command has succeeded.

    Stopped here or failed here, the same follows from the commit's own notice.
    """
    if outcome is not Outcome.APPLIED:
        return
    try:
        for carried in react(api.streams, order_id, api.clock, correlation_id):
            get_logger().info(
                "policy",
                policy=carried.policy,
                entity_id=carried.entity_id,
                refused=carried.refused,
            )
    except Exception as error:  # noqa: BLE001  # The command is on record and its queue does the rest.
        get_logger().warning("react_later", error=type(error).__name__)
