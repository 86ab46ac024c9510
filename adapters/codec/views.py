"""What may stand in a view's row."""

from typing import Final, get_args

from adapters.codec.values import ValueCodec
from domain.orders.events import OrderEvent
from domain.orders.state import Order
from domain.orders.views import CustomerOrder
from domain.payments.events import PaymentEvent
from domain.payments.state import Payment
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import Shipment

BODIES: Final = ValueCodec((Order, CustomerOrder, Payment, Shipment))
EVENTS: Final = ValueCodec(
    (*get_args(OrderEvent), *get_args(PaymentEvent), *get_args(ShipmentEvent))
)
