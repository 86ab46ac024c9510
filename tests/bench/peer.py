"""The same order's life with the `eventsourcing` library, written as its documentation writes it.

An aggregate with decorated methods; value objects as frozen dataclasses, each with a transcoding;
the application as it comes, which keeps events as JSON in memory. Each event has the fields of ours
(the library's `timestamp` stands for `at`). It checks less than we do, which is to its advantage.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import JSONTranscoder, Transcoding


class NotAllowedError(Exception):
    """The order is not where this could be done."""


@dataclass(frozen=True, slots=True)
class NewLine:
    sku: str
    quantity: int
    unit_price_minor: int
    seller_id: str


@dataclass(frozen=True, slots=True)
class Line:
    line_id: str
    sku: str
    quantity: int
    unit_price_minor: int
    amount_minor: int
    seller_id: str


@dataclass(frozen=True, slots=True)
class Portion:
    line_id: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Change:
    line_id: str
    quantity_before: int
    quantity_after: int
    amount_delta_minor: int


@dataclass(slots=True)
class Open:
    """What is left of a line, inside the aggregate."""

    quantity: int
    open_quantity: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    part_id: str
    kind: str
    payment_id: str
    amount_minor: int
    shipment_id: str = ""


class LineAsDict(Transcoding):
    type = Line
    name = "line"

    def encode(self, obj: Line) -> dict[str, Any]:
        return {
            "line_id": obj.line_id,
            "sku": obj.sku,
            "quantity": obj.quantity,
            "unit_price_minor": obj.unit_price_minor,
            "amount_minor": obj.amount_minor,
            "seller_id": obj.seller_id,
        }

    def decode(self, data: dict[str, Any]) -> Line:
        return Line(**data)


class PortionAsDict(Transcoding):
    type = Portion
    name = "portion"

    def encode(self, obj: Portion) -> dict[str, Any]:
        return {
            "line_id": obj.line_id,
            "quantity": obj.quantity,
            "amount_minor": obj.amount_minor,
        }

    def decode(self, data: dict[str, Any]) -> Portion:
        return Portion(**data)


class ChangeAsDict(Transcoding):
    type = Change
    name = "change"

    def encode(self, obj: Change) -> dict[str, Any]:
        return {
            "line_id": obj.line_id,
            "quantity_before": obj.quantity_before,
            "quantity_after": obj.quantity_after,
            "amount_delta_minor": obj.amount_delta_minor,
        }

    def decode(self, data: dict[str, Any]) -> Change:
        return Change(**data)


class PeerOrder(Aggregate):
    """An order; amounts are integer minor units."""

    @event("OrderPlaced")
    def __init__(
        self,
        customer_id: str,
        currency: str,
        lines: list[Line],
        shipping_minor: int,
        total_minor: int,
    ) -> None:
        self.customer_id = customer_id
        self.currency = currency
        self.lines = {
            line.line_id: Open(line.quantity, line.quantity, line.amount_minor) for line in lines
        }
        self.shipping_minor = shipping_minor
        self.total_minor = total_minor
        self.status = "placed"
        self.holds: list[str] = []
        self.payments: list[tuple[str, int, str]] = []
        self.allocations: dict[str, list[Portion]] = {}
        self.parts: list[Part] = []
        self.credited_minor = 0

    @classmethod
    def place(
        cls, customer_id: str, currency: str, new_lines: list[NewLine], shipping_minor: int
    ) -> "PeerOrder":
        lines = [
            Line(
                str(number),
                line.sku,
                line.quantity,
                line.unit_price_minor,
                line.quantity * line.unit_price_minor,
                line.seller_id,
            )
            for number, line in enumerate(new_lines, start=1)
        ]
        total_minor = shipping_minor + sum(line.amount_minor for line in lines)
        return cls(customer_id, currency, lines, shipping_minor, total_minor)

    def request_payment(self, payment_id: str, method: str) -> None:
        self._check_alive()
        self._payment_requested(payment_id, self.total_minor, method)

    @event("PaymentRequested")
    def _payment_requested(self, payment_id: str, amount_minor: int, method: str) -> None:
        self.payments.append((payment_id, amount_minor, method))

    def confirm(self, authorised_minor: int) -> None:
        self._check_alive()
        if self.holds or authorised_minor < self.total_minor:
            raise NotAllowedError
        self._confirmed()

    @event("OrderConfirmed")
    def _confirmed(self) -> None:
        self.status = "confirmed"

    def hold(self, reason: str) -> None:
        self._check_alive()
        self._held(reason)

    @event("OrderHeld")
    def _held(self, reason: str) -> None:
        self.holds.append(reason)

    def release(self, reason: str) -> None:
        if reason not in self.holds:
            raise NotAllowedError
        self._released(reason)

    @event("OrderReleased")
    def _released(self, reason: str) -> None:
        self.holds.remove(reason)

    def modify(self, line_id: str, quantity: int) -> None:
        self._check_alive()
        line = self.lines[line_id]
        delta_minor = -(line.open_minor * (line.quantity - quantity) // line.open_quantity)
        change = Change(line_id, line.quantity, quantity, delta_minor)
        before_minor, after_minor = self.total_minor, self.total_minor + delta_minor
        self._modified([change], [], self.shipping_minor, before_minor, after_minor, self.currency)

    @event("OrderModified")
    def _modified(
        self,
        changes: list[Change],
        added: list[Line],
        shipping_minor: int,
        total_before_minor: int,  # noqa: ARG002  # Part of the event.
        total_after_minor: int,
        currency: str,  # noqa: ARG002  # Part of the event.
    ) -> None:
        for change in changes:
            line = self.lines[change.line_id]
            line.open_quantity += change.quantity_after - change.quantity_before
            line.quantity = change.quantity_after
            line.open_minor += change.amount_delta_minor
        for new in added:
            self.lines[new.line_id] = Open(new.quantity, new.quantity, new.amount_minor)
        self.shipping_minor = shipping_minor
        self.total_minor = total_after_minor

    def cancel_line(self, line_id: str, reason: str) -> None:
        self._check_alive()
        line = self.lines[line_id]
        cancelled = Portion(line_id, line.open_quantity, line.open_minor)
        self._line_cancelled(cancelled, self.currency, reason)

    @event("LineCancelled")
    def _line_cancelled(self, cancelled: Portion, currency: str, reason: str) -> None:  # noqa: ARG002  # Part of the event.
        self._take([cancelled])

    def allocate(self, shipment_id: str, carrier: str, tracking_number: str) -> None:
        self._check_alive()
        if self.holds or self.status != "confirmed":
            raise NotAllowedError
        portions = [
            Portion(line_id, line.open_quantity, line.open_minor)
            for line_id, line in self.lines.items()
            if line.open_quantity
        ]
        self._allocated(shipment_id, portions, carrier, tracking_number)

    @event("ShipmentAllocated")
    def _allocated(
        self,
        shipment_id: str,
        portions: list[Portion],
        carrier: str,  # noqa: ARG002  # Part of the event.
        tracking_number: str,  # noqa: ARG002  # Part of the event.
    ) -> None:
        self._take(portions)
        self.allocations[shipment_id] = portions

    def split(self, shipment_id: str, parcel_id: str, line_id: str, quantity: int) -> None:
        self._check_alive()
        portion = next(p for p in self.allocations[shipment_id] if p.line_id == line_id)
        if quantity > portion.quantity:
            raise NotAllowedError
        worth_minor = portion.amount_minor * quantity // portion.quantity
        self._split(shipment_id, parcel_id, [Portion(line_id, quantity, worth_minor)])

    @event("AllocationSplit")
    def _split(self, shipment_id: str, parcel_id: str, portions: list[Portion]) -> None:
        leaving = {portion.line_id: portion for portion in portions}
        self.allocations[shipment_id] = [
            replace(
                kept,
                quantity=kept.quantity - leaving[kept.line_id].quantity,
                amount_minor=kept.amount_minor - leaving[kept.line_id].amount_minor,
            )
            if kept.line_id in leaving
            else kept
            for kept in self.allocations[shipment_id]
        ]
        self.allocations[parcel_id] = portions

    def settle(self, payment_id: str, authorised_minor: int, shipment_id: str) -> None:
        goods_minor = sum(portion.amount_minor for portion in self.allocations[shipment_id])
        owed_minor = self.shipping_minor + sum(
            portion.amount_minor for units in self.allocations.values() for portion in units
        )
        wanted_minor = goods_minor + self.shipping_minor
        self._captured(self._part_id("capture"), payment_id, wanted_minor, shipment_id)
        self._voided(self._part_id("void"), payment_id, authorised_minor - owed_minor)

    def capture(self, payment_id: str, authorised_minor: int, amount_minor: int) -> None:
        if amount_minor > authorised_minor - sum(part.amount_minor for part in self.parts):
            raise NotAllowedError
        self._captured(self._part_id("capture"), payment_id, amount_minor, "")

    @event("CapturePlanned")
    def _captured(self, part_id: str, payment_id: str, amount_minor: int, shipment_id: str) -> None:
        self.parts.append(Part(part_id, "capture", payment_id, amount_minor, shipment_id))

    @event("VoidPlanned")
    def _voided(self, part_id: str, payment_id: str, amount_minor: int) -> None:
        self.parts.append(Part(part_id, "void", payment_id, amount_minor))

    def refund(self, payment_id: str, taken_minor: int, amount_minor: int, reason: str) -> None:
        if amount_minor > taken_minor:
            raise NotAllowedError
        part_id = self._part_id("refund")
        self._refunded(part_id, payment_id, amount_minor, amount_minor, reason)

    @event("RefundPlanned")
    def _refunded(
        self,
        part_id: str,
        payment_id: str,
        amount_minor: int,
        credited_minor: int,
        reason: str,  # noqa: ARG002  # Part of the event.
    ) -> None:
        self.parts.append(Part(part_id, "refund", payment_id, amount_minor))
        self.credited_minor += credited_minor

    def complete(self, finished: list[str], balance_minor: int) -> None:
        self._check_alive()
        open_units = sum(line.open_quantity for line in self.lines.values())
        if open_units or self.holds or balance_minor or set(self.allocations) - set(finished):
            raise NotAllowedError
        self._completed()

    @event("OrderCompleted")
    def _completed(self) -> None:
        self.status = "completed"

    def _take(self, portions: list[Portion]) -> None:
        for portion in portions:
            line = self.lines[portion.line_id]
            line.open_quantity -= portion.quantity
            line.open_minor -= portion.amount_minor

    def _part_id(self, kind: str) -> str:
        return f"{kind}-{len(self.parts) + 1}"

    def _check_alive(self) -> None:
        if self.status in ("completed", "cancelled"):
            raise NotAllowedError


class PeerOrders(Application[UUID]):
    """The library's application: events as JSON, in memory."""

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        for transcoding in (LineAsDict(), PortionAsDict(), ChangeAsDict()):
            transcoder.register(transcoding)
