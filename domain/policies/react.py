"""Reacting: carry out what is due to an order, until nothing is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from domain.kernel.ids import derived_id
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import Request, transition
from domain.orders.decide import DECIDER as ORDERS
from domain.payments.decide import DECIDER as PAYMENTS
from domain.policies.dossier import Dossier, Streams, open_dossier
from domain.policies.due import Due, ForOrder, ForPayment, ForShipment, due
from domain.shipments.decide import DECIDER as SHIPMENTS

_MOVED_ON: Final = KernelRefusal.STALE_VERSION.value
ROUNDS_MAX: Final = 12
"""One more than the longest chain of what follows from what; beyond it, something contradicts."""


class UnsettledError(Exception):
    """Commands are still due after every round: others are writing too, or a rule contradicts."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A command that was carried out, or refused by the stream it was meant for."""

    policy: str
    entity_id: str
    refused: str = ""


def react(
    streams: Streams, order_id: str, clock: Callable[[], datetime], correlation_id: str
) -> tuple[Carried, ...]:
    """Carry out what is due, round by round, from strong reads each time.

    A refusal is not an error: the state had moved on, and the next round sees it. The same refusal
    of the same command twice ends it, for a person to look at. Raises UnsettledError (try again).
    """
    carried: list[Carried] = []
    for _ in range(ROUNDS_MAX):
        dossier = open_dossier(streams, order_id)
        commands = due(dossier, clock()) if dossier else ()
        if dossier is None or not commands:
            return tuple(carried)
        done = [
            carry_out(streams, dossier, command, ordinal, correlation_id)
            for ordinal, command in enumerate(commands)
        ]
        if all(one.refused not in ("", _MOVED_ON) and one in carried for one in done):
            return tuple(carried)
        carried.extend(done)
    message = f"order {order_id}: commands are still due after {ROUNDS_MAX} rounds"
    raise UnsettledError(message)


def carry_out(
    streams: Streams, dossier: Dossier, wanted: Due, ordinal: int, correlation_id: str
) -> Carried:
    """Run one command under an id derived from what was read: doing it again is the same."""
    versions = ",".join(f"{stream}@{version}" for stream, version in dossier.versions)
    causation_id = derived_id("versions", versions)
    entity_id = _entity(wanted)
    command_id = derived_id("policy", wanted.policy, str(ordinal), causation_id)
    try:
        match wanted:
            case ForOrder(order_id=id_, command=order_command):
                transition(
                    streams.orders,
                    ORDERS,
                    Request(
                        id_,
                        order_command,
                        command_id,
                        correlation_id,
                        causation_id,
                        # Its evidence was weighed against this version, and holds for no other.
                        expected_version=dict(dossier.versions)[streams.orders.fold.stream(id_)],
                    ),
                )
            case ForPayment(payment_id=id_, command=payment_command):
                transition(
                    streams.payments,
                    PAYMENTS,
                    Request(id_, payment_command, command_id, correlation_id, causation_id),
                )
            case ForShipment(shipment_id=id_, command=shipment_command):
                transition(
                    streams.shipments,
                    SHIPMENTS,
                    Request(id_, shipment_command, command_id, correlation_id, causation_id),
                )
            case _:
                assert_never(wanted)
    except Refused as refusal:
        if refusal.retryable:
            raise
        return Carried(wanted.policy, entity_id, refusal.reason.value)
    return Carried(wanted.policy, entity_id)


def _entity(wanted: Due) -> str:
    match wanted:
        case ForOrder(order_id=id_) | ForPayment(payment_id=id_) | ForShipment(shipment_id=id_):
            return id_
