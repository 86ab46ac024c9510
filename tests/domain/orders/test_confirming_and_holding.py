from domain.orders.commands import (
    ConfirmOrder,
    HoldOrder,
    HoldReason,
    OrderRefusal,
    ReleaseOrder,
)
from domain.orders.events import OrderReleased
from tests.support.builders import AT, NOW, confirmed, held, order_after, placed, refund_planned
from tests.support.given import given

FRAUD = HoldReason.FRAUD_REVIEW
STOCK = HoldReason.STOCK


def test_an_order_is_confirmed_once_authorisations_cover_what_is_due() -> None:
    given(placed()).when(ConfirmOrder(3499, NOW)).then(confirmed())
    given(placed()).when(ConfirmOrder(3500, NOW)).then(confirmed())


def test_a_cent_too_little_confirms_nothing() -> None:
    given(placed()).when(ConfirmOrder(3498, NOW)).then_refused(
        OrderRefusal.NOT_AUTHORISED, due_minor=3499, authorised_minor=3498
    )


def test_a_confirmed_order_is_not_confirmed_again() -> None:
    given(placed(), confirmed()).when(ConfirmOrder(0, NOW)).then_nothing()


def test_an_order_on_hold_is_not_confirmed() -> None:
    given(placed(), held(FRAUD), held(STOCK)).when(ConfirmOrder(3499, NOW)).then_refused(
        OrderRefusal.ORDER_ON_HOLD, holds="fraud_review, stock"
    )


def test_holds_of_several_reasons_stack_and_each_is_released_for_itself() -> None:
    given(placed()).when(HoldOrder(FRAUD, NOW)).then(held(FRAUD))
    given(placed(), held(FRAUD)).when(HoldOrder(STOCK, NOW)).then(held(STOCK))
    released = OrderReleased(FRAUD, AT)
    given(placed(), held(FRAUD), held(STOCK)).when(ReleaseOrder(FRAUD, NOW)).then(released)
    assert order_after(placed(), held(FRAUD), held(STOCK), released).holds == (STOCK,)


def test_the_same_reason_holds_once() -> None:
    given(placed(), held(FRAUD)).when(HoldOrder(FRAUD, NOW)).then_nothing()


def test_a_confirmed_order_can_be_held_and_stays_confirmed() -> None:
    given(placed(), confirmed()).when(HoldOrder(FRAUD, NOW)).then(held(FRAUD))
    assert order_after(placed(), confirmed(), held(FRAUD)).status == "confirmed"


def test_what_is_not_held_cannot_be_released() -> None:
    given(placed()).when(ReleaseOrder(FRAUD, NOW)).then_refused(
        OrderRefusal.NOT_ON_HOLD, "reason", holds="none"
    )
    given(placed(), held(STOCK)).when(ReleaseOrder(FRAUD, NOW)).then_refused(
        OrderRefusal.NOT_ON_HOLD, "reason", holds="stock"
    )


def test_a_credit_lowers_what_must_be_covered() -> None:
    past = (placed(), refund_planned(1, 499, credited=499))
    given(*past).when(ConfirmOrder(3000, NOW)).then(confirmed())
    given(*past).when(ConfirmOrder(2999, NOW)).then_refused(OrderRefusal.NOT_AUTHORISED)
