"""Importing: a whole life taken over into its streams, so that doing it again changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from domain.kernel.decider import Command, Decider
from domain.kernel.ids import derived_id
from domain.kernel.ports import EventStore
from domain.kernel.refused import Refused
from domain.kernel.transition import Outcome, Request, transition
from domain.orders.commands import ImportOrder
from domain.orders.decide import DECIDER as ORDERS
from domain.payments.commands import ImportPayment
from domain.payments.decide import DECIDER as PAYMENTS
from domain.policies.dossier import Streams
from domain.shipments.commands import ImportShipment
from domain.shipments.decide import DECIDER as SHIPMENTS

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E")


class ImportRefusal(StrEnum):
    """Why history cannot be taken over; each value is a stable code."""

    ID_IN_USE = "id_in_use"


@dataclass(frozen=True, slots=True)
class Life:
    """An order's whole history; `origin` says where in the source it stands, for people."""

    order: ImportOrder
    payments: tuple[ImportPayment, ...]
    shipments: tuple[ImportShipment, ...]
    origin: str


@dataclass(frozen=True, slots=True)
class Landed:
    """A stream that holds its part of a life, up to `version`; `new` when this run wrote it."""

    stream: str
    version: int
    new: bool


def take_over(streams: Streams, life: Life) -> tuple[Landed, ...]:
    """Write a life: the order first, since it names the others, then each of them.

    Every stream is created by one commit under an id derived from the source and the stream, so
    what was written before is found and what is missing follows. Raises Refused: COMMAND_ID_REUSED
    where the source says something else than the last time, ID_IN_USE where the id belongs to
    something that was not imported, and by the contexts' rules for values.
    """
    return tuple(_landed(streams, life))


def _landed(streams: Streams, life: Life) -> Iterator[Landed]:
    order = life.order
    yield _create(streams.orders, ORDERS, order.order_id, order, life)
    for payment in life.payments:
        yield _create(streams.payments, PAYMENTS, payment.payment_id, payment, life)
    for shipment in life.shipments:
        yield _create(streams.shipments, SHIPMENTS, shipment.shipment_id, shipment, life)


def _create(
    store: EventStore[S, E], decider: Decider[C, S, E], entity_id: str, command: C, life: Life
) -> Landed:
    fold = decider.fold
    cause = derived_id("import", life.order.source, "order", life.order.order_id)
    request = Request(
        entity_id=entity_id,
        command=command,
        command_id=derived_id("import", life.order.source, fold.category, entity_id),
        correlation_id=cause,
        causation_id=cause,
        creates=True,
    )
    done = transition(store, decider, request)
    if not fold.route(done.state).imported:
        raise Refused(ImportRefusal.ID_IN_USE, stream=fold.stream(entity_id))
    return Landed(fold.stream(entity_id), done.version, new=done.outcome is Outcome.APPLIED)
