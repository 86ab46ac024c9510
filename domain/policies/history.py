"""History: an order's events of all three contexts, from the views, made whole from streams."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from domain.kernel.commits import Commit
from domain.kernel.times import When
from domain.kernel.views import Happened, Views
from domain.orders.state import Order
from domain.policies.dossier import Streams


def history(streams: Streams, views: Views, order_id: str) -> tuple[Happened, ...]:
    """Return all that has happened to an order, oldest first; empty when there is no such order.

    What a view does not hold yet is read from the streams themselves, so one reads one's own
    writes at the price of one short query a stream.
    """
    rows = views.order(order_id)
    known = {(one.stream, one.version): one for one in rows.timeline}
    reached = _reached(known)
    order = streams.orders.load(order_id).state
    for commit in _newer(streams, order_id, order if isinstance(order, Order) else None, reached):
        for version, event in enumerate(commit.events, start=commit.first):
            happened = Happened(order_id, commit.stream, version, commit.recorded_at, event)
            known[commit.stream, version] = happened
    return in_order(known.values())


def _reached(known: dict[tuple[str, int], Happened]) -> dict[str, int]:
    """Say up to where each stream's timeline is whole."""
    reached: dict[str, int] = {}
    for stream, version in sorted(known):
        if version == reached.get(stream, 0) + 1:
            reached[stream] = version
    return reached


def _newer(
    streams: Streams, order_id: str, order: Order | None, reached: dict[str, int]
) -> Iterator[Commit[object]]:
    yield from streams.orders.read(order_id, reached.get(f"order#{order_id}", 0))
    for asked in order.payments if order else ():
        id_ = asked.payment_id
        yield from streams.payments.read(id_, reached.get(f"payment#{id_}", 0))
    for kept in order.allocations if order else ():
        id_ = kept.shipment_id
        yield from streams.shipments.read(id_, reached.get(f"shipment#{id_}", 0))


def in_order(happened: Iterable[Happened]) -> tuple[Happened, ...]:
    """Sort by when it happened; a stream's own order always stands, whatever its times claim."""
    effective: dict[str, datetime] = {}
    keyed = []
    for one in sorted(happened, key=lambda each: (each.stream, each.version)):
        at = getattr(one.event, "at", None)
        claimed = at.utc if isinstance(at, When) and at.utc else datetime.min.replace(tzinfo=UTC)
        effective[one.stream] = max(claimed, effective.get(one.stream, claimed))
        keyed.append((effective[one.stream], one.stream, one.version, one))
    return tuple(one for *_, one in sorted(keyed, key=lambda key: key[:3]))
