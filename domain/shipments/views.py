"""What is shown of a shipment: its row beside its order, and one under each of its numbers."""

from domain.kernel.views import Row, order_partition, tracking_partition
from domain.shipments.state import NoShipment, ShipmentState


def rows(state: ShipmentState) -> tuple[Row, ...]:
    """Return every row that a shipment's stream feeds; a number it no longer has is a tombstone."""
    if isinstance(state, NoShipment):
        return ()
    sort = f"shipment#{state.shipment_id}"
    current = (state.carrier, state.tracking_number)
    former = tuple(
        Row(tracking_partition(*number), sort, None)
        for number in dict.fromkeys(state.former_numbers)
        if number != current
    )
    tracking = (Row(tracking_partition(*current), sort, state),) if state.tracking_number else ()
    return (Row(order_partition(state.order_id), sort, state), *former, *tracking)
