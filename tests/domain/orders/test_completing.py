from domain.orders.commands import CompleteOrder, OrderRefusal
from tests.support.builders import (
    NOW,
    allocated,
    completed,
    confirmed,
    held,
    placed,
    portion,
)
from tests.support.given import given

SENT = (placed(), confirmed(), allocated("s1"))


def complete(*finished: str, balance: int = 0) -> CompleteOrder:
    return CompleteOrder(finished, balance, NOW)


def test_an_order_is_complete_when_all_has_arrived_and_nobody_owes_anything() -> None:
    given(*SENT).when(complete("s1")).then(completed())


def test_a_complete_order_is_not_completed_again() -> None:
    given(*SENT, completed()).when(complete()).then_nothing()


def test_an_order_is_not_complete_while_a_parcel_moves() -> None:
    given(*SENT).when(complete()).then_refused(OrderRefusal.NOT_FINISHED, shipments_moving=1)


def test_an_order_is_not_complete_while_a_cent_is_owed_either_way() -> None:
    for balance in (1, -1):
        given(*SENT).when(complete("s1", balance=balance)).then_refused(
            OrderRefusal.NOT_FINISHED, balance_minor=balance
        )


def test_an_order_is_not_complete_while_a_unit_is_open() -> None:
    past = (placed(), confirmed(), allocated("s1", portion("1", 2, 2000)))
    given(*past).when(complete("s1")).then_refused(OrderRefusal.NOT_FINISHED, open_units=3)


def test_an_order_on_hold_is_not_completed() -> None:
    given(*SENT, held()).when(complete("s1")).then_refused(OrderRefusal.NOT_FINISHED)
