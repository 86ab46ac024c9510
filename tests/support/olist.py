"""Small Olist folders for tests: three files with the rows that a test names."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.olist.tables import ITEM_COLUMNS, ORDER_COLUMNS, PAYMENT_COLUMNS
from domain.kernel.views import OrderRows, order_partition
from tests.support.world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDERS = "olist_orders_dataset.csv"
PAYMENTS = "olist_order_payments_dataset.csv"
ITEMS = "olist_order_items_dataset.csv"


def order_row(
    order_id: str = "o1",
    *,
    status: str = "delivered",
    purchased: str = "2017-11-20 10:00:00",
    approved: str = "2017-11-20 10:30:00",
    carrier: str = "2017-11-21 12:00:00",
    delivered: str = "2017-11-25 09:00:00",
    estimated: str = "2017-12-01 00:00:00",
    customer_id: str = "c1",
) -> str:
    """Write a row of the orders file; the defaults are an ordinary life."""
    fields = (order_id, customer_id, status, purchased, approved, carrier, delivered, estimated)
    return ",".join(fields)


def payment_row(
    order_id: str = "o1",
    sequential: str = "1",
    method: str = "credit_card",
    instalments: str = "1",
    value: str = "30.00",
) -> str:
    """Write a row of the payments file."""
    return f"{order_id},{sequential},{method},{instalments},{value}"


def item_row(
    order_id: str = "o1",
    item_id: str = "1",
    product_id: str = "p1",
    seller_id: str = "s1",
    ship_by: str = "2017-11-23 10:30:00",
    price: str = "25.00",
    freight: str = "5.00",
) -> str:
    """Write a row of the items file."""
    return f"{order_id},{item_id},{product_id},{seller_id},{ship_by},{price},{freight}"


@dataclass
class Folder:
    """Three files in the making."""

    path: Path
    orders: list[str] = field(default_factory=lambda: [order_row()])
    payments: list[str] = field(default_factory=lambda: [payment_row()])
    items: list[str] = field(default_factory=lambda: [item_row()])

    def write(self, newline: str = "\n", prefix: bytes = b"") -> Path:
        """Write the files and return their folder."""
        self.path.mkdir(exist_ok=True)
        tables: Sequence[tuple[str, tuple[str, ...], list[str]]] = (
            (ORDERS, ORDER_COLUMNS, self.orders),
            (PAYMENTS, PAYMENT_COLUMNS, self.payments),
            (ITEMS, ITEM_COLUMNS, self.items),
        )
        for name, columns, rows in tables:
            text = newline.join([",".join(columns), *rows, ""])
            (self.path / name).write_bytes(prefix + text.encode())
        return self.path


def project_all(world: World) -> None:
    """Bring the views up to every stream, as the stream's reader would."""
    world.project(world.commits())


@contextmanager
def indexed(world: World) -> Iterator[World]:
    """Let the views find an order without a search through all rows, while nothing is written."""
    views = world.views
    found: dict[str, OrderRows] = {}
    for (partition, sort), (version, body) in views.rows.items():
        rows = found.setdefault(partition, OrderRows({}, {}, ()))
        rows.versions[sort] = version
        if body is not None:
            rows.bodies[sort] = body
    timelines: dict[str, list[Any]] = {}
    for (order_id, *_), happened in views.events.items():
        timelines.setdefault(order_id, []).append(happened)

    def order(order_id: str) -> OrderRows:
        rows = found.get(order_partition(order_id), OrderRows({}, {}, ()))
        return OrderRows(rows.bodies, rows.versions, tuple(timelines.get(order_id, ())))

    views.order = order  # type: ignore[method-assign]  # The same answer, found faster.
    try:
        yield world
    finally:
        del views.order
