"""What several decisions ask of an order first."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Final

from domain.kernel.ids import checked_id
from domain.kernel.money import checked_amount
from domain.kernel.refused import Refused
from domain.orders.commands import NewLine, OrderRefusal
from domain.orders.lines import Line
from domain.orders.state import NoOrder, Order, OrderState

LINES_MAX: Final = 500
SHIPMENTS_MAX: Final = 100
PAYMENTS_MAX: Final = 100
MOVEMENTS_MAX: Final = 1000
"""What one decision reads, and one item holds, has an end; real orders stay far below."""
QUANTITY_MAX: Final = 1_000_000


def existing(state: OrderState) -> Order:
    """Return the order. Raises Refused(ORDER_NOT_FOUND)."""
    if isinstance(state, NoOrder):
        raise Refused(OrderRefusal.ORDER_NOT_FOUND, "order_id")
    return state


def ours(state: OrderState) -> Order:
    """Return an order that lives here: history taken over from elsewhere is read-only.

    Raises Refused(ORDER_NOT_FOUND, ORDER_IMPORTED).
    """
    order = existing(state)
    if order.imported:
        raise Refused(OrderRefusal.ORDER_IMPORTED, "order_id", source=order.source)
    return order


def alive(state: OrderState) -> Order:
    """Return an order that can still change.

    Raises Refused(ORDER_NOT_FOUND, ORDER_IMPORTED, ORDER_CLOSED).
    """
    order = ours(state)
    if not order.live:
        raise Refused(OrderRefusal.ORDER_CLOSED, status=order.status.value)
    return order


def line_of(order: Order, line_id: str, field: str) -> Line:
    """Return a line by its id. Raises Refused(UNKNOWN_LINE) naming `field`."""
    for line in order.lines:
        if line.line_id == line_id:
            return line
    raise Refused(OrderRefusal.UNKNOWN_LINE, field, line_id=line_id[:64])


def checked_quantity(quantity: int, field: str, *, least: int = 1) -> int:
    """Return a quantity within bounds. Raises Refused(INVALID_QUANTITY)."""
    if not least <= quantity <= QUANTITY_MAX:
        raise Refused(OrderRefusal.INVALID_QUANTITY, field, least=least, most=QUANTITY_MAX)
    return quantity


def checked_new_lines(
    lines: tuple[NewLine, ...], known: tuple[Line, ...] = ()
) -> tuple[NewLine, ...]:
    """Check lines as asked for; those without an id are numbered by their place in the order."""
    if len(known) + len(lines) > LINES_MAX:
        raise Refused(OrderRefusal.TOO_MANY_LINES, "lines", most=LINES_MAX)
    return tuple(
        replace(
            line,
            sku=checked_id(line.sku, f"lines[{index}].sku"),
            quantity=checked_quantity(line.quantity, f"lines[{index}].quantity"),
            unit_price_minor=checked_amount(
                line.unit_price_minor, f"lines[{index}].unit_price_minor"
            ),
            line_id=checked_id(line.line_id, f"lines[{index}].line_id"),
            seller_id=line.seller_id and checked_id(line.seller_id, f"lines[{index}].seller_id"),
        )
        for index, line in enumerate(_numbered(lines, known))
    )


def _numbered(lines: tuple[NewLine, ...], known: tuple[Line, ...]) -> Iterator[NewLine]:
    taken = {line.line_id for line in known} | {line.line_id for line in lines}
    for place, line in enumerate(lines, start=len(known) + 1):
        free = (str(number) for number in count(place) if str(number) not in taken)
        line_id = line.line_id or next(free)
        taken.add(line_id)
        yield replace(line, line_id=line_id)


def distinct(line_ids: Iterable[str], known: tuple[Line, ...] = ()) -> None:
    """Refuse a line named twice: Refused(DUPLICATE_LINE)."""
    seen = {line.line_id for line in known}
    for index, line_id in enumerate(line_ids):
        if line_id in seen:
            raise Refused(OrderRefusal.DUPLICATE_LINE, f"lines[{index}].line_id")
        seen.add(line_id)
