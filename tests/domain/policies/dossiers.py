"""Dossiers made of events: the order's, and those of each payment and parcel."""

from domain.policies.dossier import Dossier
from tests.support.builders import order_after, payment_after, shipment_after
from tests.support.given import Past


def dossier(
    order: tuple[Past, ...],
    payments: tuple[tuple[Past, ...], ...] = (),
    parcels: tuple[tuple[Past, ...], ...] = (),
) -> Dossier:
    """Fold everything."""
    return Dossier(
        order_after(*order),
        tuple(payment_after(*past) for past in payments),
        tuple(shipment_after(*past) for past in parcels),
    )
