"""What an order decides: this file only dispatches to `decisions/`, one function a command."""

from collections.abc import Sequence
from typing import Final, assert_never

from domain.kernel.decider import Decider
from domain.orders import commands as c
from domain.orders.decisions import (
    allocating,
    changing,
    importing,
    lifecycle,
    paying,
    placing,
    settling,
)
from domain.orders.events import OrderEvent
from domain.orders.state import FOLD, OrderState


def decide(command: c.OrderCommand, state: OrderState) -> Sequence[OrderEvent]:
    """Answer one command; raises Refused with a reason of OrderRefusal or KernelRefusal."""
    match command:
        case c.PlaceOrder():
            return placing.place(command, state)
        case c.ImportOrder():
            return importing.import_order(command, state)
        case c.ConfirmOrder():
            return lifecycle.confirm(command, state)
        case c.HoldOrder():
            return lifecycle.hold(command, state)
        case c.ReleaseOrder():
            return lifecycle.release(command, state)
        case c.CompleteOrder():
            return lifecycle.complete(command, state)
        case c.ModifyOrder():
            return changing.modify(command, state)
        case c.CancelLine():
            return changing.cancel_line(command, state)
        case c.CancelOrder():
            return changing.cancel(command, state)
        case c.RequestPayment():
            return paying.request_payment(command, state)
        case c.AllocateShipment():
            return allocating.allocate(command, state)
        case c.SplitAllocation():
            return allocating.split(command, state)
        case c.ReleaseAllocation():
            return allocating.release_allocation(command, state)
        case c.SettleMoney():
            return settling.settle(command, state)
        case c.CapturePayment():
            return settling.capture(command, state)
        case c.VoidPayment():
            return settling.void(command, state)
        case c.RefundPayment():
            return settling.refund(command, state)
        case _:
            assert_never(command)


DECIDER: Final[Decider[c.OrderCommand, OrderState, OrderEvent]] = Decider(FOLD, decide)
