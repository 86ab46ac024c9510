"""What may stand in the events table of commerce: one codec a context."""

from typing import Any, Final, get_args

from adapters.codec.event_codec import EventCodec
from domain.orders.events import OrderEvent
from domain.orders.state import Order
from domain.payments.events import PaymentEvent
from domain.payments.state import Payment
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import Shipment

# Only states that a first event has made are ever stored, hence Any beside the contexts' unions.
ORDERS: Final[EventCodec[Any, OrderEvent]] = EventCodec(get_args(OrderEvent), Order)
PAYMENTS: Final[EventCodec[Any, PaymentEvent]] = EventCodec(get_args(PaymentEvent), Payment)
SHIPMENTS: Final[EventCodec[Any, ShipmentEvent]] = EventCodec(get_args(ShipmentEvent), Shipment)
