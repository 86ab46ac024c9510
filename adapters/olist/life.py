"""Lives: what the rows of one order say, as the commands that take its history over.

What happened follows from the dates and from the status together: a date says when; a status
without its date says that it happened at a time that nobody wrote down; neither, that it did not.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from adapters.olist.anomalies import anomalies
from adapters.olist.fields import CURRENCY
from adapters.olist.tables import PAID, SENT, ItemRow, OrderRow, PaymentRow
from domain.kernel.times import UNKNOWN_TIME, When
from domain.orders import commands as o
from domain.payments.commands import ImportPayment
from domain.policies.importing import Life
from domain.shipments.commands import ImportedScan, ImportShipment
from domain.shipments.events import ShipmentStatus, ShippedLine

SOURCE: Final = "olist"


def life_of(
    order: OrderRow,
    payments: Sequence[PaymentRow],
    items: Sequence[ItemRow],
    origin: str,
    local: ZoneInfo,
    now: datetime,
) -> Life:
    """Return an order's life. The order of the rows in their files makes no difference."""
    payments = sorted(payments, key=lambda row: row.sequential)
    items = sorted(items, key=lambda row: row.item_id)
    approved = order.approved or _undated(order.status in PAID)
    delivered = order.delivered or _undated(order.status == "delivered")
    sent = order.status in SENT or delivered is not None
    handed_over = order.carrier or _undated(sent)
    parcels = _parcels(order.order_id, items) if handed_over else {}
    command = o.ImportOrder(
        order_id=order.order_id,
        customer_id=order.customer_id,
        currency=CURRENCY,
        lines=tuple(_line(item) for item in items),
        shipping_minor=sum(item.freight_minor for item in items),
        source=SOURCE,
        source_status=order.status,
        placed=order.purchased,
        payments=tuple(
            o.ImportedPayment(payment_id(row), row.value_minor, row.method) for row in payments
        ),
        shipments=tuple(
            o.ImportedShipment(shipment_id, tuple(str(item.item_id) for item in parcel))
            for shipment_id, parcel in parcels.items()
        ),
        now=now,
        approved=approved,
        handed_over=handed_over,
        delivered=delivered,
        cancelled=_undated(order.status == "canceled"),
        promised=order.estimated,
        anomalies=anomalies(order, payments, items, local),
    )
    return Life(
        command,
        tuple(_payment(command, row) for row in payments),
        tuple(_shipment(command, *parcel) for parcel in parcels.items()),
        origin,
    )


def payment_id(row: PaymentRow) -> str:
    """Name a payment by its place among its order's."""
    return f"{row.order_id}-{row.sequential}"


def _undated(happened: bool) -> When | None:  # noqa: FBT001  # Reads as the sentence that it is.
    return UNKNOWN_TIME if happened else None


def _line(item: ItemRow) -> o.NewLine:
    return o.NewLine(
        sku=item.product_id,
        quantity=1,
        unit_price_minor=item.price_minor,
        line_id=str(item.item_id),
        seller_id=item.seller_id,
        ship_by=item.ship_by,
    )


def _parcels(order_id: str, items: Sequence[ItemRow]) -> dict[str, list[ItemRow]]:
    """Give each seller a parcel; without items it is one parcel, of which nothing is known."""
    by_seller: dict[str, list[ItemRow]] = {}
    for item in items:
        by_seller.setdefault(item.seller_id, []).append(item)
    parcels = list(by_seller.values()) or [[]]
    return {f"{order_id}-{number}": parcel for number, parcel in enumerate(parcels, start=1)}


def _payment(order: o.ImportOrder, row: PaymentRow) -> ImportPayment:
    return ImportPayment(
        payment_id=payment_id(row),
        order_id=order.order_id,
        customer_id=order.customer_id,
        amount_minor=row.value_minor,
        currency=CURRENCY,
        method=row.method,
        instalments=row.instalments,
        created=order.placed,
        now=order.now,
        approved=order.approved,
    )


def _shipment(order: o.ImportOrder, shipment_id: str, parcel: Sequence[ItemRow]) -> ImportShipment:
    handed_over = order.handed_over or UNKNOWN_TIME
    scans = [ImportedScan(ShipmentStatus.PICKED_UP, handed_over)]
    if order.delivered:
        scans.append(ImportedScan(ShipmentStatus.DELIVERED, order.delivered))
    return ImportShipment(
        shipment_id=shipment_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        lines=tuple(ShippedLine(str(item.item_id), 1) for item in parcel),
        seller_id=parcel[0].seller_id if parcel else "",
        created=handed_over,
        scans=tuple(scans),
        now=order.now,
    )
