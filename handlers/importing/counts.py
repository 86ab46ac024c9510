"""Counts: what an import came to, as a pure function of what the views say of its orders."""

from collections import Counter
from collections.abc import Iterable

from domain.kernel.money import Money, decimal_text
from handlers.importing.facts import Facts, before

CountsByName = dict[str, int | str | dict[str, int]]


def counts(orders: Iterable[Facts], currency: str) -> CountsByName:
    """Count, under stable names; sums are decimal text in `currency`."""
    known = tuple(orders)
    return {
        "orders": len(known),
        "payments": sum(len(one.paid_minor) for one in known),
        "items": sum(one.lines for one in known),
        "statuses": dict(sorted(Counter(one.source_status for one in known).items())),
        **_contradictions(known),
        **_payments(known, currency),
        **_completeness(known),
    }


def _contradictions(known: tuple[Facts, ...]) -> dict[str, int]:
    cancelled = [one for one in known if one.source_status == "canceled"]
    delivered = [one for one in known if one.source_status == "delivered"]
    return {
        "carrier_before_approved": sum(before(one.handed_over, one.approved) for one in known),
        "carrier_before_purchase": sum(before(one.handed_over, one.placed) for one in known),
        "delivered_before_carrier": sum(before(one.delivered, one.handed_over) for one in known),
        "delivered_without_date": sum(one.delivered is None for one in delivered),
        "canceled_with_carrier_date": sum(one.handed_over is not None for one in cancelled),
        "canceled_with_delivery_date": sum(one.delivered is not None for one in cancelled),
    }


def _payments(known: tuple[Facts, ...], currency: str) -> dict[str, int | str]:
    with_lines = [one for one in known if one.lines]
    return {
        "orders_with_several_payments": sum(len(one.paid_minor) > 1 for one in known),
        "most_payments": max((len(one.paid_minor) for one in known), default=0),
        "zero_value_payments": sum(one.paid_minor.count(0) for one in known),
        "payment_sum": _sum((sum(one.paid_minor) for one in known), currency),
        "items_plus_freight_sum": _sum((one.owed_minor for one in known), currency),
        "orders_paid_exactly": sum(sum(one.paid_minor) == one.owed_minor for one in with_lines),
    }


def _completeness(known: tuple[Facts, ...]) -> dict[str, int]:
    return {
        "orders_with_items": sum(one.lines > 0 for one in known),
        "orders_without_items": sum(one.lines == 0 for one in known),
        "orders_without_payment": sum(not one.paid_minor for one in known),
        "paid_but_first_sequential_missing": sum(
            bool(one.paid_minor) and f"{one.order_id}-1" not in one.payment_ids for one in known
        ),
        "orders_with_several_sellers": sum(one.sellers > 1 for one in known),
    }


def _sum(amounts_minor: Iterable[int], currency: str) -> str:
    return decimal_text(Money(sum(amounts_minor), currency))


def anomalies(orders: Iterable[Facts]) -> dict[str, int]:
    """Count the orders that bear each kind of anomaly, most frequent first."""
    return dict(Counter(kind for one in orders for kind in set(one.anomalies)).most_common())
