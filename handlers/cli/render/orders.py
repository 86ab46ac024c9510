"""A customer's orders as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.render.money import amount
from handlers.cli.render.text import clean, words
from handlers.cli.render.times import moment

HEADER = ("order", "placed", "status", "payment", "fulfilment", "total")
WIDE = 112
"""Width from which everything of an order stands in one row; ids are never cut."""


def show_orders(console: Console, customer_id: str, orders: Sequence[Mapping[str, Any]]) -> None:
    """Print a row an order; on a narrow terminal its id stands on a line of its own."""
    if not orders:
        console.print(f"customer {clean(customer_id)} has no orders", soft_wrap=True)
    elif console.is_terminal and console.width < WIDE:
        for order in orders:
            order_id, *rest = _cells(order)
            console.print(Text(order_id, style="bold"), soft_wrap=True)
            console.print(Text("  " + ", ".join(rest)))
    else:
        rows = [HEADER, *(_cells(order) for order in orders)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            first, *rest = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            console.print(Text.assemble((first, "bold"), "  ", "  ".join(rest)), soft_wrap=True)


def _cells(order: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        clean(order.get("order_id")),
        moment(order.get("placed_at")).strip(),
        words(order.get("status")),
        words(order.get("payment_status")),
        words(order.get("fulfilment_status")),
        amount(order, "total"),
    )
