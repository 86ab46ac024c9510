"""One order's life: the commands that every benchmark sends, with the times that they come at."""

from datetime import UTC, datetime
from typing import Final

from domain.kernel.transition import Request
from domain.orders import commands as c

NOW: Final = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
PAYMENT: Final = "payment-1"
CAPTURED_MINOR: Final = (500 + 2 * 1999 + 2 * 333, 333)
TOTAL_MINOR: Final = 500 + 2 * 1999 + 4 * 333 + 4599


def life(order_id: str) -> tuple[c.OrderCommand, ...]:
    """Place, pay, hold, change, ship in two parcels, take the money, give some back, complete."""
    taken = c.PaymentFacts(PAYMENT, TOTAL_MINOR, sum(CAPTURED_MINOR))
    lines = (
        c.NewLine("A-1", 2, 1999, seller_id="seller-1"),
        c.NewLine("B-1", 4, 333, seller_id="seller-2"),
        c.NewLine("C-1", 1, 4599, seller_id="seller-1"),
    )
    return (
        c.PlaceOrder(order_id, "customer-1", "EUR", lines, NOW, 500),
        c.RequestPayment(PAYMENT, NOW, method="card"),
        c.ConfirmOrder(TOTAL_MINOR, NOW),
        c.HoldOrder(c.HoldReason.ADDRESS, NOW),
        c.ReleaseOrder(c.HoldReason.ADDRESS, NOW),
        c.ModifyOrder((c.LineQuantity("2", 3),), (), NOW),
        c.CancelLine("3", "no longer wanted", NOW),
        c.AllocateShipment("shipment-1", (), NOW, "ups", "1Z999AA10123456784"),
        c.SplitAllocation("shipment-1", "shipment-2", (c.LineQuantity("2", 1),), NOW),
        c.SettleMoney((c.PaymentFacts(PAYMENT, TOTAL_MINOR, 0),), ("shipment-1",), NOW),
        c.CapturePayment(PAYMENT, c.PaymentFacts(PAYMENT, TOTAL_MINOR, 0), NOW, CAPTURED_MINOR[1]),
        c.RefundPayment(PAYMENT, taken, NOW, 100, "a scratch"),
        c.CompleteOrder(("shipment-1", "shipment-2"), 0, NOW),
    )


def requests(order_id: str) -> list[Request[c.OrderCommand]]:
    """Return the same life as requests to the kernel; the first one creates the stream."""
    return [
        Request(order_id, command, f"{order_id}-{at}", "bench", "bench", creates=at == 0)
        for at, command in enumerate(life(order_id))
    ]
