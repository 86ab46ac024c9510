"""Looking an order up before something is asked of it, and after."""

from domain.kernel.refused import Refused
from domain.orders.commands import OrderRefusal
from domain.orders.state import Order
from domain.policies.dossier import Dossier, open_dossier
from handlers.api.api import Api


def opened(api: Api, order_id: str) -> Dossier:
    """Read an order with all that belongs to it. Raises Refused(ORDER_NOT_FOUND)."""
    dossier = open_dossier(api.streams, order_id)
    if dossier is None:
        raise Refused(OrderRefusal.ORDER_NOT_FOUND, "order_id")
    return dossier


def ordered(state: object) -> Order:
    """Return the order that a transition which succeeded has left."""
    if not isinstance(state, Order):
        message = f"a command left {type(state).__name__} where an order was"
        raise TypeError(message)
    return state
