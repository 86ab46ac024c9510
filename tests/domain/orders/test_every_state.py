"""Every command in every state of an order: what is allowed, what is nothing new, what is not."""

from typing import Final, get_args

import pytest

from domain.kernel.refused import KernelRefusal, Refused
from domain.orders.commands import (
    AllocateShipment,
    CancelLine,
    CancelOrder,
    CapturePayment,
    CompleteOrder,
    ConfirmOrder,
    HoldOrder,
    HoldReason,
    ModifyOrder,
    OrderCommand,
    OrderRefusal,
    RefundPayment,
    ReleaseAllocation,
    ReleaseOrder,
    RequestPayment,
    SettleMoney,
    SplitAllocation,
    VoidPayment,
)
from domain.orders.state import OrderState
from tests.domain.orders.test_importing import LIFE
from tests.support.builders import (
    NOW,
    allocated,
    cancelled,
    completed,
    confirmed,
    facts,
    held,
    imported_order,
    payment_requested,
    place,
    placed,
    units,
)
from tests.support.given import Past, given

ALL: Final = (placed(), payment_requested(), confirmed(), allocated("s1"))
STATES: Final[dict[str, tuple[Past, ...]]] = {
    "none": (),
    "placed": (placed(), payment_requested()),
    "confirmed": (placed(), payment_requested(), confirmed()),
    "on_hold": (placed(), payment_requested(), confirmed(), held()),
    "shipped": ALL,
    "completed": (*ALL, completed()),
    "cancelled": (placed(), payment_requested(), cancelled()),
    "imported": (imported_order(), payment_requested()),
}
MANUAL: Final = HoldReason.MANUAL
HELD: Final = facts(3499)
COMMANDS: Final[dict[str, OrderCommand]] = {
    "place": place(),
    "import": LIFE,
    "confirm": ConfirmOrder(3499, NOW),
    "hold": HoldOrder(MANUAL, NOW),
    "release": ReleaseOrder(MANUAL, NOW),
    "modify": ModifyOrder((), (), NOW, 0),
    "cancel_line": CancelLine("1", "", NOW, 1),
    "cancel": CancelOrder("", NOW),
    "complete": CompleteOrder(("s1",), 0, NOW),
    "request_payment": RequestPayment("p2", NOW, 1),
    "allocate": AllocateShipment("s2", (), NOW),
    "split": SplitAllocation("s1", "s2", units(("1", 1)), NOW),
    "release_allocation": ReleaseAllocation("s1", NOW),
    "settle": SettleMoney((HELD,), ("s1",), NOW),
    "capture": CapturePayment("p1", HELD, NOW, 1),
    "void": VoidPayment("p1", HELD, NOW, 1),
    "refund": RefundPayment("p1", facts(3499, 1), NOW, 1),
}
CLOSED: Final = "order_closed"
FOREIGN: Final = "order_imported"
# yes: something happens; -: nothing new; otherwise the reason why not.
TABLE: Final = """
                   none            placed              confirmed       on_hold         shipped         completed     cancelled     imported
place              yes             order_exists        order_exists    order_exists    order_exists    order_exists  order_exists  order_exists
import             yes             -                   -               -               -               -             -             -
confirm            order_not_found yes                 -               -               -               order_closed  order_closed  order_imported
hold               order_not_found yes                 yes             -               yes             order_closed  order_closed  order_imported
release            order_not_found not_on_hold         not_on_hold     yes             not_on_hold     order_closed  order_closed  order_imported
modify             order_not_found yes                 yes             yes             yes             order_closed  order_closed  order_imported
cancel_line        order_not_found yes                 yes             yes             line_not_open   order_closed  order_closed  order_imported
cancel             order_not_found yes                 yes             yes             in_shipment     order_closed  -             order_imported
complete           order_not_found not_finished        not_finished    not_finished    yes             -             order_closed  order_imported
request_payment    order_not_found yes                 yes             yes             yes             order_closed  order_closed  order_imported
allocate           order_not_found order_not_confirmed yes             order_on_hold   line_not_open   order_closed  order_closed  order_imported
split              order_not_found unknown_shipment    unknown_shipment unknown_shipment yes           order_closed  order_closed  order_imported
release_allocation order_not_found -                   -               -               yes             yes           -             -
settle             order_not_found -                   -               -               yes             yes           yes           -
capture            order_not_found yes                 yes             yes             yes             yes           yes           order_imported
void               order_not_found yes                 yes             yes             yes             yes           yes           order_imported
refund             order_not_found yes                 yes             yes             yes             yes           yes           order_imported
"""  # noqa: E501  # A table reads by its columns.


def cells() -> list[tuple[str, str, str]]:
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [
        (command, state, expected)
        for command, *outcomes in rows
        for state, expected in zip(head, outcomes, strict=True)
    ]


def outcome(state: str, command: str) -> str:
    try:
        events = given(*STATES[state]).when(COMMANDS[command]).decided()
    except Refused as refusal:
        return refusal.reason.value
    return "yes" if events else "-"


@pytest.mark.parametrize(("command", "state", "expected"), cells())
def test_every_command_has_one_answer_in_every_state(
    command: str, state: str, expected: str
) -> None:
    assert outcome(state, command) == expected


def test_the_table_names_every_command_and_every_state() -> None:
    asked = {type(command) for command in COMMANDS.values()}
    assert asked == set(get_args(OrderCommand))
    assert {(command, state) for command, state, _ in cells()} == {
        (command, state) for command in COMMANDS for state in STATES
    }


def test_the_first_event_of_an_order_is_that_it_was_placed() -> None:
    assert len(get_args(OrderState)) == 2
    for event in (confirmed(), payment_requested(), cancelled()):
        with pytest.raises(TypeError, match="cannot be an order's first event"):
            given(event).when(COMMANDS["cancel"]).decided()


def test_every_reason_has_a_code_of_its_own() -> None:
    codes = [*OrderRefusal, *KernelRefusal]
    assert len({code.value for code in codes}) == len(codes)
