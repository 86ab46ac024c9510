from domain.orders.commands import CancelLine, CancelOrder, OrderRefusal
from tests.support.builders import (
    NOW,
    allocated,
    cancelled,
    confirmed,
    held,
    line,
    line_cancelled,
    order_after,
    placed,
    portion,
    refund_planned,
)
from tests.support.given import given


def cancel_line(line_id: str, quantity: int | None = None) -> CancelLine:
    return CancelLine(line_id, "", NOW, quantity)


def test_a_whole_order_is_cancelled_and_nothing_is_owed_any_more() -> None:
    given(placed()).when(CancelOrder("", NOW)).then(cancelled())
    given(placed(), confirmed(), held()).when(CancelOrder("", NOW)).then(cancelled())
    order = order_after(placed(), cancelled())
    assert (order.due_minor, [each.cancelled_quantity for each in order.lines]) == (0, [2, 3])


def test_a_cancelled_order_is_not_cancelled_again() -> None:
    given(placed(), cancelled()).when(CancelOrder("", NOW)).then_nothing()


def test_what_may_be_in_a_carriers_hands_is_not_cancelled_with_the_order() -> None:
    past = (placed(), confirmed(), allocated("s1", portion("1", 1, 1000)))
    given(*past).when(CancelOrder("", NOW)).then_refused(OrderRefusal.IN_SHIPMENT, shipments="s1")


def test_units_of_a_line_are_cancelled_with_their_share_of_the_money() -> None:
    given(placed()).when(cancel_line("2", 2)).then(line_cancelled("2", 2, 666))
    assert order_after(placed(), line_cancelled("2", 2, 666)).due_minor == 3499 - 666


def test_the_last_unit_takes_the_residue() -> None:
    odd = placed(line("1", 3, 33, 100), line("2", 1, 5))
    given(odd).when(cancel_line("1", 1)).then(line_cancelled("1", 1, 33))
    given(odd, line_cancelled("1", 1, 33)).when(cancel_line("1", 1)).then(
        line_cancelled("1", 1, 33)
    )
    given(odd, line_cancelled("1", 1, 33), line_cancelled("1", 1, 33)).when(
        cancel_line("1", 1)
    ).then(line_cancelled("1", 1, 34))


def test_without_a_quantity_all_open_units_of_the_line_are_cancelled_and_only_once() -> None:
    given(placed()).when(cancel_line("2")).then(line_cancelled("2", 3, 999))
    given(placed(), line_cancelled("2", 3, 999)).when(cancel_line("2")).then_nothing()


def test_the_last_units_of_an_order_take_the_order_with_them() -> None:
    given(placed(), line_cancelled("2", 3, 999)).when(cancel_line("1", 2)).then(
        line_cancelled("1", 2, 2000), cancelled()
    )


def test_the_last_open_units_leave_an_order_alive_whose_others_are_in_a_shipment() -> None:
    past = (placed(), confirmed(), allocated("s1", portion("1", 2, 2000)))
    given(*past).when(cancel_line("2")).then(line_cancelled("2", 3, 999))


def test_units_in_a_shipment_cannot_be_cancelled() -> None:
    past = (placed(), confirmed(), allocated("s1", portion("1", 1, 1000)))
    given(*past).when(cancel_line("1", 2)).then_refused(
        OrderRefusal.LINE_NOT_OPEN, "quantity", most=1
    )
    given(*past).when(cancel_line("1", 1)).then(line_cancelled("1", 1, 1000))


def test_odd_quantities_and_unknown_lines_are_refused() -> None:
    for quantity in (0, -1):
        given(placed()).when(cancel_line("1", quantity)).then_refused(
            OrderRefusal.INVALID_QUANTITY, "quantity"
        )
    given(placed()).when(cancel_line("1", 3)).then_refused(OrderRefusal.LINE_NOT_OPEN, "quantity")
    given(placed()).when(cancel_line("3")).then_refused(OrderRefusal.UNKNOWN_LINE, "line_id")


def test_a_credit_forgives_what_is_owed_and_goes_with_what_is_cancelled() -> None:
    credited = (placed(), refund_planned(1, 3000, credited=3000))
    assert order_after(*credited).due_minor == 499
    assert order_after(*credited, line_cancelled("1", 2, 2000)).due_minor == 0
    assert order_after(*credited, cancelled()).due_minor == 0
