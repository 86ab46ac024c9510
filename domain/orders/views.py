"""What is shown of an order: its own row, and one among its customer's orders."""

from dataclasses import dataclass

from domain.kernel.times import sort_key
from domain.kernel.views import Row, customer_partition, order_partition
from domain.orders.state import NoOrder, Order, OrderState


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """An order in its customer's list: enough to name it; the rest is joined at read."""

    order_id: str


def rows(state: OrderState) -> tuple[Row, ...]:
    """Return every row that an order's stream feeds."""
    if isinstance(state, NoOrder):
        return ()
    return (
        Row(order_partition(state.order_id), "order", state),
        Row(
            customer_partition(state.customer_id),
            listing_sort(state),
            CustomerOrder(state.order_id),
            fixed=True,
        ),
    )


def listing_sort(order: Order) -> str:
    """Key an order among its customer's: by when it was placed, then by id."""
    return f"{sort_key(order.placed_at).isoformat(timespec='microseconds')}#{order.order_id}"
