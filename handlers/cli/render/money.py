"""Money: as the API gives it, as people read it."""

from collections.abc import Mapping
from typing import Any

from domain.kernel.money import Money, decimal_text
from domain.kernel.refused import Refused
from handlers.cli.render.text import clean


def amount(fields: Mapping[str, Any], name: str, currency: str = "") -> str:
    """Write `fields[name]` (a money object) or `fields[name + "_minor"]` as `19.99 EUR`."""
    found = fields.get(name)
    if isinstance(found, Mapping):
        return written(found.get("amount_minor"), str(found.get("currency") or currency))
    return written(fields.get(f"{name}_minor"), str(fields.get("currency") or currency))


def written(amount_minor: object, currency: str) -> str:
    """Write an amount, `-` for none; without a known currency as minor units."""
    if not isinstance(amount_minor, int):
        return "-"
    try:
        return f"{decimal_text(Money(amount_minor, currency))} {currency}"
    except Refused:
        return f"{amount_minor} minor units {clean(currency)}".rstrip()
