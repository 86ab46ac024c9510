"""Orders as they are asked for and as they are answered."""

from typing import Final

from pydantic import Field

from domain.orders.commands import HoldReason
from domain.orders.decisions.guards import LINES_MAX
from domain.orders.events import PaymentMode
from handlers.api.models import (
    Answer,
    Asked,
    Currency,
    Id,
    Minor,
    Money,
    Quantity,
    QuantityOrNone,
    Words,
)
from handlers.api.payment_models import PaymentAnswer
from handlers.api.shipment_models import ShipmentAnswer


class AskedLine(Asked):
    """A line as ordered; without a `line_id` it gets the next number."""

    sku: Id = Field(examples=["A-1"])
    quantity: Quantity = Field(examples=[2])
    unit_price_minor: Minor = Field(examples=[1999])
    line_id: Id | None = None
    seller_id: Id | None = None


class PlaceOrderBody(Asked):
    """An order; tax and discount are spread over its lines, in proportion to their prices."""

    customer_id: Id = Field(examples=["c-1"])
    currency: Currency = Field(examples=["EUR"])
    lines: list[AskedLine] = Field(max_length=LINES_MAX)
    shipping_minor: Minor = Field(default=0, examples=[500])
    tax_minor: Minor = 0
    discount_minor: Minor = 0
    total_minor: Minor | None = Field(
        default=None, description="Your own sum, compared with ours; refused if they differ."
    )
    total: Money | None = Field(default=None, description="The same with its currency.")
    payment: PaymentMode = Field(
        default=PaymentMode.AUTOMATIC,
        description="`manual`: payments are created by you, not when the order is placed.",
    )


class CancelBody(Asked):
    """Why."""

    reason: Words = ""


class CancelLineBody(Asked):
    """How many units of the line, and why; without a quantity, all that are open."""

    quantity: Quantity | None = None
    reason: Words = ""


class HoldBody(Asked):
    """Why the order waits; holds of several reasons stack."""

    reason: HoldReason = HoldReason.MANUAL


class NewQuantity(Asked):
    """What a line's whole quantity shall be."""

    line_id: Id
    quantity: QuantityOrNone


class ModifyBody(Asked):
    """New quantities of lines, new lines, new shipping; what is not named stays."""

    quantities: list[NewQuantity] = Field(default_factory=list, max_length=LINES_MAX)
    lines: list[AskedLine] = Field(default_factory=list, max_length=LINES_MAX)
    shipping_minor: Minor | None = None


NO_REASON: Final = CancelBody()
WHOLE_LINE: Final = CancelLineBody()
BY_HAND: Final = HoldBody()


class LineAnswer(Answer):
    """A line: its units are open, in shipments, or cancelled."""

    line_id: str
    sku: str
    seller_id: str
    quantity: int
    open_quantity: int
    shipment_quantity: int
    cancelled_quantity: int
    unit_price: Money


class OrderLinks(Answer):
    """Where to go from here."""

    self: str
    history: str
    payments: str
    shipments: str


class OrderState(Answer):
    """An order by itself, at one version of its stream."""

    order_id: str
    version: int
    status: str = Field(examples=["placed"])
    customer_id: str
    currency: str
    placed_at: str | None
    lines: list[LineAnswer]
    shipping: Money
    total: Money
    due: Money = Field(description="Less what was cancelled or credited.")
    payment_mode: str
    holds: list[str]
    payment_ids: list[str]
    shipment_ids: list[str]
    imported: bool
    links: OrderLinks


class OrderAnswer(OrderState):
    """An order with what belongs to it, and the statuses that follow from money and quantities."""

    payment_status: str = Field(examples=["none"])
    fulfilment_status: str = Field(examples=["unfulfilled"])
    received: Money
    balance: Money = Field(description="Due less received; negative when the customer is owed.")
    flags: list[str]
    payments: list[PaymentAnswer]
    shipments: list[ShipmentAnswer]


class OrdersAnswer(Answer):
    """A page of orders, newest first."""

    orders: list[OrderAnswer]
    next_cursor: str | None
