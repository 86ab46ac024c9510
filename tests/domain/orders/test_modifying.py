from domain.kernel.money import AMOUNT_MINOR_MAX
from domain.kernel.refused import KernelRefusal
from domain.orders.commands import LineQuantity, ModifyOrder, NewLine, OrderRefusal
from domain.orders.decisions.guards import LINES_MAX
from domain.orders.events import LineChange, OrderedLine, OrderModified
from tests.support.builders import (
    AT,
    NOW,
    allocated,
    cancelled,
    confirmed,
    held,
    line,
    line_cancelled,
    new,
    order_after,
    placed,
    portion,
    units,
)
from tests.support.given import given


def modify(
    *quantities: LineQuantity, added: tuple[NewLine, ...] = (), shipping: int | None = None
) -> ModifyOrder:
    return ModifyOrder(quantities, added, NOW, shipping)


def modified(
    *changes: LineChange,
    after: int,
    added: tuple[OrderedLine, ...] = (),
    shipping: int = 500,
    before: int = 3499,
) -> OrderModified:
    return OrderModified(changes, added, shipping, before, after, "EUR", AT)


def test_more_units_cost_their_price() -> None:
    event = modified(LineChange("1", 2, 5, 3000), after=6499)
    given(placed()).when(modify(*units(("1", 5)))).then(event)
    order = order_after(placed(), event)
    assert (order.due_minor, order.total_minor, order.lines[0].open_quantity) == (6499, 6499, 5)


def test_fewer_units_give_back_their_share() -> None:
    odd = placed(line("1", 3, 33, 100), shipping=0)
    given(odd).when(modify(*units(("1", 2)))).then(
        modified(LineChange("1", 3, 2, -33), before=100, after=67, shipping=0)
    )


def test_lines_are_added_under_the_next_number_and_shipping_is_set() -> None:
    given(placed(), confirmed()).when(modify(added=(new(1, 7),), shipping=0)).then(
        modified(after=3006, added=(line("3", 1, 7),), shipping=0)
    )


def test_what_changes_nothing_is_nothing_new() -> None:
    given(placed()).when(modify()).then_nothing()
    given(placed()).when(modify(*units(("1", 2)), shipping=500)).then_nothing()


def test_an_order_on_hold_can_be_modified() -> None:
    given(placed(), held()).when(modify(shipping=0)).then(modified(after=2999, shipping=0))


def test_a_line_never_shrinks_below_what_was_cancelled_or_is_in_a_shipment() -> None:
    past = (
        placed(),
        confirmed(),
        line_cancelled("2", 1, 333),
        allocated("s1", portion("2", 1, 333)),
    )
    given(*past).when(modify(*units(("2", 1)))).then_refused(
        OrderRefusal.LINE_NOT_OPEN, "quantities[0].quantity", least=2
    )
    given(*past).when(modify(*units(("2", 2)))).then(
        modified(LineChange("2", 3, 2, -333), after=3166)
    )


def test_an_order_without_any_unit_left_is_a_cancellation_and_must_be_called_so() -> None:
    given(placed()).when(modify(*units(("1", 0), ("2", 0)))).then_refused(
        OrderRefusal.NO_LINES, "quantities"
    )
    given(placed(), line_cancelled("2", 3, 999)).when(modify(*units(("1", 0)))).then_refused(
        OrderRefusal.NO_LINES, "quantities"
    )
    given(placed()).when(modify(*units(("1", 0)))).then(
        modified(LineChange("1", 2, 0, -2000), after=1499)
    )
    given(placed(line("1", 1, 10))).when(modify(*units(("1", 0)), added=(new(1, 20),))).then(
        modified(LineChange("1", 1, 0, -10), before=510, after=520, added=(line("2", 1, 20),))
    )


def test_odd_modifications_are_refused_by_their_field() -> None:
    start = given(placed())
    start.when(modify(*units(("9", 1)))).then_refused(
        OrderRefusal.UNKNOWN_LINE, "quantities[0].line_id"
    )
    start.when(modify(*units(("1", -1)))).then_refused(
        OrderRefusal.INVALID_QUANTITY, "quantities[0].quantity"
    )
    start.when(modify(*units(("1", 1), ("1", 2)))).then_refused(OrderRefusal.DUPLICATE_LINE)
    start.when(modify(added=(new(line_id="1"),))).then_refused(OrderRefusal.DUPLICATE_LINE)
    start.when(modify(added=(new(),) * (LINES_MAX - 1))).then_refused(OrderRefusal.TOO_MANY_LINES)
    start.when(modify(added=(new(0),))).then_refused(OrderRefusal.INVALID_QUANTITY)
    start.when(modify(shipping=-1)).then_refused(KernelRefusal.INVALID_AMOUNT, "shipping_minor")
    start.when(modify(added=(new(1, AMOUNT_MINOR_MAX),))).then_refused(
        KernelRefusal.INVALID_AMOUNT, "total"
    )


def test_a_closed_order_is_not_modified() -> None:
    given(placed(), cancelled()).when(modify(shipping=0)).then_refused(OrderRefusal.ORDER_CLOSED)
