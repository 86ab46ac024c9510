"""One order as it stands."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.render.money import amount
from handlers.cli.render.text import clean, listed, words
from handlers.cli.render.times import moment

Body = Mapping[str, Any]


def show_order(console: Console, order: Body) -> None:
    """Print status and money first, then lines, payments and shipments."""
    for line in _lines(order):
        console.print(line, soft_wrap=not console.is_terminal)


def _lines(order: Body) -> Iterable[Text]:
    yield Text.assemble("order ", (clean(order.get("order_id")), "bold"))
    yield _row("customer", clean(order.get("customer_id")))
    yield _row("placed", moment(order.get("placed_at")).strip())
    yield _row("status", words(order.get("status")))
    yield _row("payment", words(order.get("payment_status")))
    yield _row("fulfilment", words(order.get("fulfilment_status")))
    yield _row("total", amount(order, "total"))
    for name in ("due", "balance"):
        if order.get(name) is not None:
            yield _row(name, amount(order, name))
    if flags := order.get("flags"):
        yield _row("flags", listed([words(flag) for flag in flags])).append("", style="yellow")
    for line in order.get("lines") or ():
        yield _row("line", _line(line, str((order.get("total") or {}).get("currency", ""))))
    for payment in order.get("payments") or ():
        yield _row("payment", _part(payment, "payment_id", amount(payment, "amount")))
    for shipment in order.get("shipments") or ():
        number = f"{shipment.get('carrier') or ''} {shipment.get('tracking_number') or ''}"
        yield _row("shipment", _part(shipment, "shipment_id", number.strip()))


def _row(name: str, value: str) -> Text:
    return Text.assemble((f"  {name:<11}", "dim"), value)


def _line(line: Body, currency: str) -> str:
    price = amount(line, "unit_price", currency)
    units = f"{line.get('quantity')} x {clean(line.get('sku'))}"
    return f"{clean(line.get('line_id'))}: {units}, {price} each"


def _part(part: Body, id_name: str, more: str) -> str:
    said = [clean(part.get(id_name)), words(part.get("status")), clean(more)]
    return ", ".join(text for text in said if text)
