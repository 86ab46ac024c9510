"""Placing an order."""

from collections.abc import Sequence

from domain.kernel.ids import checked_id
from domain.kernel.money import checked_amount, exponent, spread
from domain.kernel.refused import Refused
from domain.kernel.times import When
from domain.orders.commands import NewLine, OrderRefusal, PlaceOrder
from domain.orders.decisions.guards import checked_new_lines, distinct
from domain.orders.events import OrderedLine, OrderEvent, OrderPlaced
from domain.orders.state import NoOrder, OrderState


def place(command: PlaceOrder, state: OrderState) -> Sequence[OrderEvent]:
    """Order something. The total is our own sum; the caller's is only compared with it."""
    if not isinstance(state, NoOrder):
        raise Refused(OrderRefusal.ORDER_EXISTS, "order_id")
    checked_id(command.order_id, "order_id")
    checked_id(command.customer_id, "customer_id")
    exponent(command.currency)
    if not command.lines:
        raise Refused(OrderRefusal.NO_LINES, "lines")
    lines = checked_new_lines(command.lines)
    distinct(line.line_id for line in lines)
    ordered = priced(lines, command.tax_minor, command.discount_minor)
    total_minor = sum(line.amount_minor for line in ordered) + checked_amount(
        command.shipping_minor, "shipping_minor"
    )
    checked_amount(total_minor, "total")
    if command.expected_total_minor not in (None, total_minor):
        raise Refused(OrderRefusal.TOTAL_DOES_NOT_ADD_UP, "total", expected=total_minor)
    return [
        OrderPlaced(
            order_id=command.order_id,
            customer_id=command.customer_id,
            currency=command.currency,
            lines=ordered,
            shipping_minor=command.shipping_minor,
            total_minor=total_minor,
            at=When(command.now),
            payment=command.payment,
            tax_minor=command.tax_minor,
            discount_minor=command.discount_minor,
        )
    ]


def priced(
    lines: tuple[NewLine, ...], tax_minor: int = 0, discount_minor: int = 0
) -> tuple[OrderedLine, ...]:
    """Give each line its worth: price, and share of tax and discount by largest remainder."""
    prices = tuple(line.quantity * line.unit_price_minor for line in lines)
    checked_amount(sum(prices), "lines")
    if checked_amount(discount_minor, "discount_minor") > sum(prices):
        raise Refused(OrderRefusal.DISCOUNT_EXCEEDS_LINES, "discount_minor", most=sum(prices))
    taxes = spread(checked_amount(tax_minor, "tax_minor"), prices)
    discounts = spread(discount_minor, prices)
    return tuple(
        OrderedLine(
            line_id=line.line_id,
            sku=line.sku,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            amount_minor=price + tax - discount,
            seller_id=line.seller_id,
            ship_by=line.ship_by,
        )
        for line, price, tax, discount in zip(lines, prices, taxes, discounts, strict=True)
    )
