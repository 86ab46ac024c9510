from dataclasses import replace

import pytest

from domain.kernel.refused import KernelRefusal
from domain.orders.commands import (
    AllocateShipment,
    LineQuantity,
    OrderRefusal,
    ReleaseAllocation,
    SplitAllocation,
)
from domain.orders.events import AllocationReleased, AllocationSplit
from tests.support.builders import (
    AT,
    NOW,
    allocated,
    confirmed,
    held,
    line,
    line_cancelled,
    order_after,
    placed,
    portion,
    units,
)
from tests.support.given import given

READY = (placed(), confirmed())


def allocate(*lines: tuple[str, int]) -> AllocateShipment:
    return AllocateShipment("s1", units(*lines), NOW)


def split(*lines: tuple[str, int]) -> SplitAllocation:
    return SplitAllocation("s1", "s2", units(*lines), NOW)


def test_units_are_set_aside_with_what_they_are_worth() -> None:
    given(*READY).when(allocate(("2", 2))).then(allocated("s1", portion("2", 2, 666)))


def test_without_lines_all_open_units_are_set_aside() -> None:
    past = (*READY, line_cancelled("1", 2, 2000))
    given(*past).when(allocate()).then(allocated("s1", portion("2", 3, 999)))


def test_how_it_is_to_travel_is_kept_for_the_shipment() -> None:
    command = AllocateShipment("s1", units(("1", 1)), NOW, "ups", "1Z999")
    event = replace(allocated("s1", portion("1", 1, 1000)), carrier="ups", tracking_number="1Z999")
    given(*READY).when(command).then(event)


def test_the_same_shipment_is_set_aside_once() -> None:
    given(*READY, allocated("s1")).when(allocate()).then_nothing()


def test_nothing_is_set_aside_before_confirmation_nor_on_hold() -> None:
    given(placed()).when(allocate()).then_refused(OrderRefusal.ORDER_NOT_CONFIRMED, status="placed")
    given(*READY, held()).when(allocate()).then_refused(OrderRefusal.ORDER_ON_HOLD, holds="manual")


def test_no_unit_is_set_aside_twice() -> None:
    past = (*READY, allocated("s0", portion("2", 2, 666)))
    given(*past).when(allocate(("2", 2))).then_refused(
        OrderRefusal.LINE_NOT_OPEN, "lines[0].quantity", most=1
    )
    given(*READY, allocated("s0")).when(allocate()).then_refused(
        OrderRefusal.LINE_NOT_OPEN, "lines", most=0
    )


@pytest.mark.parametrize(
    ("lines", "reason", "field"),
    [
        ((("1", 0),), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
        ((("1", -1),), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
        ((("1", 1), ("9", 1)), OrderRefusal.UNKNOWN_LINE, "lines[1].line_id"),
        ((("1", 1), ("1", 1)), OrderRefusal.DUPLICATE_LINE, "lines[1].line_id"),
    ],
)
def test_odd_allocations_are_refused_by_their_field(
    lines: tuple[tuple[str, int], ...], reason: OrderRefusal, field: str
) -> None:
    given(*READY).when(allocate(*lines)).then_refused(reason, field)


def test_a_shipments_id_must_be_one() -> None:
    given(*READY).when(AllocateShipment("s#1", (), NOW)).then_refused(
        KernelRefusal.INVALID_ID, "shipment_id"
    )
    given(*READY, allocated("s1")).when(
        SplitAllocation("s1", "s 2", (LineQuantity("1", 1),), NOW)
    ).then_refused(KernelRefusal.INVALID_ID, "parcel_id")


def test_a_parcel_of_its_own_takes_its_units_and_their_money_along() -> None:
    odd = (placed(line("1", 3, 33, 100)), confirmed(), allocated("s1", portion("1", 3, 100)))
    event = AllocationSplit("s1", "s2", (portion("1", 1, 33),), AT)
    given(*odd).when(split(("1", 1))).then(event)
    order = order_after(*odd, event)
    assert [(kept.shipment_id, kept.portions) for kept in order.allocations] == [
        ("s1", (portion("1", 2, 67),)),
        ("s2", (portion("1", 1, 33),)),
    ]


def test_a_line_that_leaves_whole_is_no_longer_in_the_first_parcel() -> None:
    event = AllocationSplit("s1", "s2", (portion("1", 2, 2000),), AT)
    order = order_after(*READY, allocated("s1"), event)
    assert order.allocations[0].portions == (portion("2", 3, 999),)


def test_the_same_parcel_is_split_off_once() -> None:
    event = AllocationSplit("s1", "s2", (portion("1", 1, 1000),), AT)
    given(*READY, allocated("s1"), event).when(split(("1", 1))).then_nothing()


@pytest.mark.parametrize(
    ("lines", "reason", "field"),
    [
        ((), OrderRefusal.NO_LINES, "lines"),
        ((("1", 2), ("2", 3)), OrderRefusal.INVALID_QUANTITY, "lines"),
        ((("1", 3),), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
        ((("1", 0),), OrderRefusal.INVALID_QUANTITY, "lines[0].quantity"),
        ((("9", 1),), OrderRefusal.UNKNOWN_LINE, "lines[0].line_id"),
        ((("1", 1), ("1", 1)), OrderRefusal.DUPLICATE_LINE, "lines[1].line_id"),
    ],
)
def test_odd_splits_are_refused_by_their_field(
    lines: tuple[tuple[str, int], ...], reason: OrderRefusal, field: str
) -> None:
    given(*READY, allocated("s1")).when(split(*lines)).then_refused(reason, field)


def test_only_a_shipment_of_the_order_can_be_split() -> None:
    given(*READY).when(split(("1", 1))).then_refused(OrderRefusal.UNKNOWN_SHIPMENT, "shipment_id")


def test_a_released_shipments_units_are_open_again_and_released_once() -> None:
    released = AllocationReleased("s1", AT)
    given(*READY, allocated("s1")).when(ReleaseAllocation("s1", NOW)).then(released)
    given(*READY, allocated("s1"), released).when(ReleaseAllocation("s1", NOW)).then_nothing()
    order = order_after(*READY, allocated("s1"), released)
    assert [(each.open_quantity, each.open_minor) for each in order.lines] == [(2, 2000), (3, 999)]
