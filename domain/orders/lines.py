"""Lines and allocations: units and their money move together, so that no minor unit is ever lost.

A line's open units form a pool of (units, money). Whatever leaves the pool takes its share rounded
down, and the last unit takes the residue: any sequence of cancellations and shipments sums exactly.
"""

from dataclasses import dataclass, replace

from domain.kernel.money import share
from domain.orders.events import LineChange, OrderedLine, Portion


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order; open units are neither cancelled nor allocated to a shipment."""

    line_id: str
    sku: str
    quantity: int
    unit_price_minor: int
    open_quantity: int
    open_minor: int
    cancelled_quantity: int = 0
    seller_id: str = ""

    @staticmethod
    def ordered(line: OrderedLine) -> "Line":
        """Return the line as it starts: every unit open."""
        return Line(
            line.line_id,
            line.sku,
            line.quantity,
            line.unit_price_minor,
            open_quantity=line.quantity,
            open_minor=line.amount_minor,
            seller_id=line.seller_id,
        )

    @property
    def allocated_quantity(self) -> int:
        """Units in shipments."""
        return self.quantity - self.open_quantity - self.cancelled_quantity

    def portion(self, quantity: int) -> Portion:
        """Return what `quantity` of the open units are worth."""
        return Portion(self.line_id, quantity, share(self.open_minor, quantity, self.open_quantity))

    def take(self, portion: Portion) -> "Line":
        """Let units leave the pool, if they are this line's."""
        if portion.line_id != self.line_id:
            return self
        return replace(
            self,
            open_quantity=self.open_quantity - portion.quantity,
            open_minor=self.open_minor - portion.amount_minor,
        )

    def put_back(self, portion: Portion) -> "Line":
        """Let units come back to the pool, if they are this line's."""
        back = Portion(portion.line_id, -portion.quantity, -portion.amount_minor)
        return self.take(back)

    def cancel(self, portion: Portion) -> "Line":
        """Cancel units of the pool, if they are this line's."""
        if portion.line_id != self.line_id:
            return self
        cancelled_quantity = self.cancelled_quantity + portion.quantity
        return replace(self.take(portion), cancelled_quantity=cancelled_quantity)

    def cancel_open(self) -> "Line":
        """Cancel every open unit."""
        return self.cancel(Portion(self.line_id, self.open_quantity, self.open_minor))

    def change(self, change: LineChange) -> "Line":
        """Grow or shrink the pool."""
        return replace(
            self,
            quantity=change.quantity_after,
            open_quantity=self.open_quantity + change.quantity_after - change.quantity_before,
            open_minor=self.open_minor + change.amount_delta_minor,
        )


@dataclass(frozen=True, slots=True)
class Allocation:
    """Units of an order that are in one shipment."""

    shipment_id: str
    portions: tuple[Portion, ...]
    carrier: str = ""
    tracking_number: str = ""

    @property
    def amount_minor(self) -> int:
        """What its units are worth."""
        return sum(portion.amount_minor for portion in self.portions)


Lines = tuple[Line, ...]
Allocations = tuple[Allocation, ...]


def set_aside(lines: Lines, portions: tuple[Portion, ...]) -> Lines:
    """Let open units leave for a shipment."""
    for portion in portions:
        lines = tuple(line.take(portion) for line in lines)
    return lines


def put_back(lines: Lines, allocations: Allocations, shipment_id: str) -> tuple[Lines, Allocations]:
    """Move a shipment's units back among the open ones."""
    for allocation in allocations:
        for portion in allocation.portions if allocation.shipment_id == shipment_id else ():
            lines = tuple(line.put_back(portion) for line in lines)
    return lines, tuple(kept for kept in allocations if kept.shipment_id != shipment_id)


def split_off(
    allocations: Allocations, shipment_id: str, parcel_id: str, portions: tuple[Portion, ...]
) -> Allocations:
    """Move units of one shipment into a parcel of their own."""
    leaving = {portion.line_id: portion for portion in portions}
    split = tuple(
        replace(kept, portions=_less(kept.portions, leaving))
        if kept.shipment_id == shipment_id
        else kept
        for kept in allocations
    )
    return (*split, Allocation(parcel_id, portions))


def _less(portions: tuple[Portion, ...], leaving: dict[str, Portion]) -> tuple[Portion, ...]:
    rest = (
        Portion(
            portion.line_id,
            portion.quantity - leaving[portion.line_id].quantity,
            portion.amount_minor - leaving[portion.line_id].amount_minor,
        )
        if portion.line_id in leaving
        else portion
        for portion in portions
    )
    return tuple(portion for portion in rest if portion.quantity)
