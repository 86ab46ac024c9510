"""The three tables: what a row of each says, and how it is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from adapters.olist.fields import amount_minor, identifier, moment, number, one_of
from adapters.olist.problems import FieldError
from adapters.olist.rows import Fields, Table, named
from domain.kernel.times import When

T = TypeVar("T")

STATUSES: Final = frozenset(
    {
        "created",
        "approved",
        "invoiced",
        "processing",
        "shipped",
        "delivered",
        "unavailable",
        "canceled",
    }
)
PAID: Final = frozenset({"approved", "invoiced", "processing", "shipped", "delivered"})
"""Statuses that come after the approval of the payment."""
SENT: Final = frozenset({"shipped", "delivered"})
"""Statuses that come after the hand-over to the carrier."""
METHODS: Final = frozenset({"boleto", "credit_card", "debit_card", "not_defined", "voucher"})


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order; each time is None where the file has none."""

    line: int
    order_id: str
    customer_id: str
    status: str
    purchased: When
    approved: When | None
    carrier: When | None
    delivered: When | None
    estimated: When | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment of an order."""

    line: int
    order_id: str
    sequential: int
    method: str
    instalments: int
    value_minor: int

    @property
    def key(self) -> tuple[str, int]:
        """What only one row may have."""
        return (self.order_id, self.sequential)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One unit of one product in an order."""

    line: int
    order_id: str
    item_id: int
    product_id: str
    seller_id: str
    ship_by: When | None
    price_minor: int
    freight_minor: int

    @property
    def key(self) -> tuple[str, int]:
        """What only one row may have."""
        return (self.order_id, self.item_id)


ORDER_COLUMNS: Final = (
    "order_id",
    "customer_id",
    "order_status",
    "order_purchase_timestamp",
    "order_approved_at",
    "order_delivered_carrier_date",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
)
PAYMENT_COLUMNS: Final = (
    "order_id",
    "payment_sequential",
    "payment_type",
    "payment_installments",
    "payment_value",
)
ITEM_COLUMNS: Final = (
    "order_id",
    "order_item_id",
    "product_id",
    "seller_id",
    "shipping_limit_date",
    "price",
    "freight_value",
)


def orders(local: ZoneInfo) -> Table[OrderRow]:
    """Return the table of orders, its times read in a zone."""

    def when(text: str) -> When | None:
        return moment(text, local)

    def parse(fields: Fields, line: int) -> OrderRow:
        purchased = _read(fields, "order_purchase_timestamp", when)
        if purchased is None:
            raise FieldError("order_purchase_timestamp is missing; every order was placed once")
        return OrderRow(
            line,
            _read(fields, "order_id", identifier),
            _read(fields, "customer_id", identifier),
            _read(fields, "order_status", lambda text: one_of(text, STATUSES)),
            purchased,
            _read(fields, "order_approved_at", when),
            _read(fields, "order_delivered_carrier_date", when),
            _read(fields, "order_delivered_customer_date", when),
            _read(fields, "order_estimated_delivery_date", when),
        )

    return Table("olist_orders_dataset.csv", ORDER_COLUMNS, parse)


def payments() -> Table[PaymentRow]:
    """Return the table of payments."""

    def parse(fields: Fields, line: int) -> PaymentRow:
        return PaymentRow(
            line,
            _read(fields, "order_id", identifier),
            _read(fields, "payment_sequential", lambda text: number(text, 1)),
            _read(fields, "payment_type", lambda text: one_of(text, METHODS)),
            _read(fields, "payment_installments", lambda text: number(text, 0)),
            _read(fields, "payment_value", amount_minor),
        )

    return Table("olist_order_payments_dataset.csv", PAYMENT_COLUMNS, parse)


def items(local: ZoneInfo) -> Table[ItemRow]:
    """Return the table of items, its times read in a zone."""

    def parse(fields: Fields, line: int) -> ItemRow:
        return ItemRow(
            line,
            _read(fields, "order_id", identifier),
            _read(fields, "order_item_id", lambda text: number(text, 1)),
            _read(fields, "product_id", identifier),
            _read(fields, "seller_id", identifier),
            _read(fields, "shipping_limit_date", lambda text: moment(text, local)),
            _read(fields, "price", amount_minor),
            _read(fields, "freight_value", amount_minor),
        )

    return Table("olist_order_items_dataset.csv", ITEM_COLUMNS, parse)


def _read(fields: Fields, column: str, kind: Callable[[str], T]) -> T:
    try:
        return kind(fields[column])
    except FieldError as error:
        raise named(column, error) from None
