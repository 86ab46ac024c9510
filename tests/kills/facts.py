"""Facts: what must be true of the tables and files after a run, whoever was killed in it."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from adapters.dynamodb.views import DynamoDBViews
from domain.kernel.ids import derived_id
from domain.orders.state import OrderStatus
from domain.payments.ledger import balances
from domain.payments.state import Payment
from domain.policies.dossier import open_dossier
from handlers.streams.projection import categories
from tests.kills.lives import Lives
from tests.kills.shop import Shop, read_lines


def violations(shop: Shop, lives: Lives) -> list[str]:
    """Return all that is not true."""
    found = [*_bus(shop, lives)]
    for order_id in lives.orders:
        found += _order(shop, lives, order_id)
    found += _book(shop, lives)
    for asked, answer in lives.again():
        if answer != asked.answer:
            found.append(f"ONCE: {asked.path} was answered {asked.answer}, and now {answer}")
    return found


def _order(shop: Shop, lives: Lives, order_id: str) -> Iterator[str]:
    dossier = open_dossier(lives.streams, order_id)
    if dossier is None:
        yield f"ONCE: {order_id} was accepted, and is not there"
        return
    if dossier.order.status is not OrderStatus.COMPLETED:
        yield f"AT_REST: {order_id} is {dossier.order.status}"
    known = categories(lives.streams)
    rows: dict[str, tuple[int, object]] = {}
    timeline: set[tuple[str, int]] = set()
    for stream, version in dossier.versions:
        category, _, entity_id = stream.partition("#")
        commits = list(known[category].store.read(entity_id))  # A hole in the versions raises.
        ids = [commit.command_id for commit in commits]
        if len(set(ids)) < len(ids):
            yield f"NEVER_TWICE: {stream} has a command twice"
        state: Any = known[category].store.load(entity_id).state
        for row in known[category].rows(state):
            if row.partition == f"order#{order_id}":
                rows[row.sort] = (1 if row.fixed else version, row.body)
        timeline |= {(stream, number) for number in range(1, version + 1)}
        if isinstance(state, Payment):
            events = [event for commit in commits for event in commit.events]
            if sum(balances(events).values()):
                yield f"LEDGER: {stream} does not sum to 0"
    shown = DynamoDBViews(lives.client, shop.tables.views).order(order_id)
    found = {sort: (shown.versions[sort], shown.bodies.get(sort)) for sort in shown.versions}
    if found != rows:
        yield f"FOLD: {order_id} is shown as {found}, and folds to {rows}"
    if {(one.stream, one.version) for one in shown.timeline} != timeline:
        yield f"FOLD: the timeline of {order_id} is not whole"


def _bus(shop: Shop, lives: Lives) -> Iterator[str]:
    """What left is all that was committed, each event under one id with the same bytes."""
    texts: dict[str, set[str]] = defaultdict(set)
    streams: dict[str, set[str]] = defaultdict(set)
    for line in read_lines(shop.bus_log):
        texts[line["id"]].add(line["text"])
        streams[line["stream"]].add(line["id"])
    for event_id, different in texts.items():
        if len(different) > 1:
            yield f"SAME_BYTES: {event_id} left as {different}"
    for order_id in lives.orders:
        dossier = open_dossier(lives.streams, order_id)
        for stream, _ in dossier.versions if dossier else ():
            category, _, entity_id = stream.partition("#")
            published = categories(lives.streams)[category].store.load(entity_id).published
            wanted = {f"{stream.replace('#', '.')}.{n}" for n in range(1, published + 1)}
            if streams[stream] != wanted:
                yield f"BROADCAST: of {stream} left {streams[stream]}, and should have {wanted}"


def _book(shop: Shop, lives: Lives) -> Iterator[str]:
    """The provider was asked once for each operation, and for nothing else."""
    wanted = set()
    for order_id in lives.orders:
        dossier = open_dossier(lives.streams, order_id)
        for payment in dossier.payments if dossier else ():
            for operation in payment.operations:
                wanted.add(derived_id("operation", payment.payment_id, operation.operation_id))
    pages = lives.client.get_paginator("scan").paginate(TableName=shop.tables.claims)
    items = [item for page in pages for item in page["Items"]]
    booked = {str(item["pk"]["S"]) for item in items}
    done = {key.partition("#")[2] for key in booked if key.startswith("sandbox#")}
    if done != wanted:
        yield f"CHARGED_ONCE: the provider has {done ^ wanted} more or less than we"
