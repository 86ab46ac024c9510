"""Dry runs: what a command that is due would do now, were it carried out."""

from collections.abc import Mapping
from typing import Any

from domain.kernel.commits import Head, start
from domain.kernel.refused import Refused
from domain.orders.decide import DECIDER as ORDERS
from domain.payments.decide import DECIDER as PAYMENTS
from domain.policies.due import Due, ForOrder, ForPayment, ForShipment
from domain.shipments.commands import RegisterTracking
from domain.shipments.decide import DECIDER as SHIPMENTS


def would_happen(wanted: Due, heads: Mapping[str, Head[Any]]) -> bool:
    """Whether a command would change something: neither refused nor nothing new.

    A number may be another parcel's, which only its claim tells: that one is taken as refused.
    """
    if isinstance(wanted.command, RegisterTracking):
        return False
    decider, id_ = _meant(wanted)
    head = heads.get(decider.fold.stream(id_)) or start(decider.fold, id_)
    try:
        return bool(decider.decide(wanted.command, head.state))
    except Refused:
        return False


def _meant(wanted: Due) -> tuple[Any, str]:
    match wanted:
        case ForOrder(order_id=id_):
            return ORDERS, id_
        case ForPayment(payment_id=id_):
            return PAYMENTS, id_
        case ForShipment(shipment_id=id_):
            return SHIPMENTS, id_
