"""From folded states to answers: pure, so a version is always answered with the same bytes."""

from domain.kernel.times import UNKNOWN_TIME
from domain.orders.lines import Allocation, Line
from domain.orders.state import Order, RequestedPayment
from domain.payments.state import Operation, Payment
from domain.payments.views import ledger
from domain.policies.dossier import Dossier
from domain.policies.standing import shown_status, standing
from domain.shipments.events import ShippedLine
from domain.shipments.state import Shipment
from handlers.api.models import Money
from handlers.api.order_models import LineAnswer, OrderAnswer, OrderLinks, OrderState
from handlers.api.payment_models import BalanceAnswer, OperationAnswer, PaymentAnswer
from handlers.api.responses import iso
from handlers.api.shipment_models import ScanAnswer, ShipmentAnswer, ShippedLineAnswer


def order_alone(order: Order, version: int) -> OrderState:
    """Show an order as its own stream has it."""
    return OrderState(
        order_id=order.order_id,
        version=version,
        status=shown_status(order),
        customer_id=order.customer_id,
        currency=order.currency,
        placed_at=iso(order.placed_at),
        lines=[_line(line, order.currency) for line in order.lines],
        shipping=money(order.shipping_minor, order.currency),
        total=money(order.total_minor, order.currency),
        due=money(order.due_minor, order.currency),
        payment_mode=order.payment.value,
        holds=list(order.holds),
        payment_ids=[asked.payment_id for asked in order.payments],
        shipment_ids=[kept.shipment_id for kept in order.allocations],
        imported=order.imported,
        links=_links(order.order_id),
    )


def order_with_all(dossier: Dossier, versions: dict[str, int]) -> OrderAnswer:
    """Show an order with its payments and shipments; `versions` is by stream."""
    order, stands = dossier.order, standing(dossier)
    alone = order_alone(order, versions[f"order#{order.order_id}"])
    return OrderAnswer(
        **dict(alone),
        payment_status=stands.payment.value,
        fulfilment_status=stands.fulfilment.value,
        received=money(stands.received_minor, order.currency),
        balance=money(stands.balance_minor, order.currency),
        flags=list(stands.flags),
        payments=payments(dossier, versions),
        shipments=shipments(dossier, versions),
    )


def payments(dossier: Dossier, versions: dict[str, int]) -> list[PaymentAnswer]:
    """Show every payment that the order has asked for, whether or not it has begun."""
    order = dossier.order
    return [
        payment(
            dossier.payment(asked.payment_id) or intended_payment(order, asked),
            versions.get(f"payment#{asked.payment_id}", 0),
        )
        for asked in order.payments
    ]


def shipments(dossier: Dossier, versions: dict[str, int]) -> list[ShipmentAnswer]:
    """Show every shipment that the order has allocated, whether or not it has begun."""
    order = dossier.order
    return [
        shipment(
            dossier.shipment(kept.shipment_id) or intended_shipment(order, kept),
            versions.get(f"shipment#{kept.shipment_id}", 0),
        )
        for kept in order.allocations
    ]


def intended_payment(order: Order, asked: RequestedPayment) -> Payment:
    """Return a payment of which only its order knows so far."""
    return Payment(
        asked.payment_id,
        order.order_id,
        order.customer_id,
        asked.amount_minor,
        order.currency,
        UNKNOWN_TIME,
        asked.method,
    )


def intended_shipment(order: Order, kept: Allocation) -> Shipment:
    """Return a shipment of which only its order knows so far."""
    return Shipment(
        kept.shipment_id,
        order.order_id,
        order.customer_id,
        tuple(ShippedLine(portion.line_id, portion.quantity) for portion in kept.portions),
        UNKNOWN_TIME,
        kept.carrier,
        kept.tracking_number,
        label_open=bool(kept.carrier and not kept.tracking_number),
    )


def payment(state: Payment, version: int) -> PaymentAnswer:
    """Show a payment."""
    currency = state.currency
    return PaymentAnswer(
        payment_id=state.payment_id,
        order_id=state.order_id,
        version=version,
        status=state.status.value,
        amount=money(state.amount_minor, currency),
        method=state.method,
        authorised=money(state.authorised_minor, currency),
        captured=money(state.captured_minor, currency),
        voided=money(state.voided_minor, currency),
        refunded=money(state.refunded_minor, currency),
        open=money(state.open_minor, currency),
        operations=[_operation(operation, currency) for operation in state.operations],
        ledger=[
            BalanceAnswer(account=one.account.value, balance=money(one.amount_minor, currency))
            for one in ledger(state).balances
        ],
        refund_failed=state.refund_failed,
        created_at=iso(state.created_at),
        approved_at=iso(state.approved_at),
    )


def shipment(state: Shipment, version: int) -> ShipmentAnswer:
    """Show a shipment."""
    return ShipmentAnswer(
        shipment_id=state.shipment_id,
        order_id=state.order_id,
        version=version,
        status=state.status.value,
        carrier=state.carrier,
        tracking_number=state.tracking_number,
        label=state.label_refused or ("pending" if state.label_open else ""),
        lines=[
            ShippedLineAnswer(line_id=line.line_id, quantity=line.quantity) for line in state.lines
        ],
        scans=[
            ScanAnswer(
                scan_id=scan.scan_id,
                status=scan.status.value,
                at=iso(scan.at),
                certainty=scan.at.certainty.value,
            )
            for scan in state.scans
        ],
        anomalies=list(state.anomalies),
        created_at=iso(state.created_at),
        handed_over_at=iso(state.handed_over_at),
        delivered_at=iso(state.delivered_at),
    )


def money(amount_minor: int, currency: str) -> Money:
    """Show an amount."""
    return Money(amount_minor=amount_minor, currency=currency)


def _operation(operation: Operation, currency: str) -> OperationAnswer:
    return OperationAnswer(
        operation_id=operation.operation_id,
        kind=operation.kind.value,
        amount=money(operation.amount_minor, currency),
        status=operation.progress.value,
    )


def _line(line: Line, currency: str) -> LineAnswer:
    return LineAnswer(
        line_id=line.line_id,
        sku=line.sku,
        seller_id=line.seller_id,
        quantity=line.quantity,
        open_quantity=line.open_quantity,
        shipment_quantity=line.allocated_quantity,
        cancelled_quantity=line.cancelled_quantity,
        unit_price=money(line.unit_price_minor, currency),
    )


def _links(order_id: str) -> OrderLinks:
    path = f"/orders/{order_id}"
    return OrderLinks(
        self=path,
        history=f"{path}/history",
        payments=f"{path}/payments",
        shipments=f"{path}/shipments",
    )
