"""Money: integer minor units and a currency, never a float and never a bare number."""

from dataclasses import dataclass
from typing import Final

from domain.kernel.currencies import EXPONENTS
from domain.kernel.refused import KernelRefusal, Refused

AMOUNT_MINOR_MAX: Final = 10**15  # A thousand times the largest card limit, in any currency.


@dataclass(frozen=True, slots=True)
class Money:
    """`amount_minor` counts the smallest unit: 1999 EUR is 19.99 euro, 1999 JPY is 1999 yen."""

    amount_minor: int
    currency: str


def exponent(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 currency, or Refused(UNKNOWN_CURRENCY)."""
    if currency not in EXPONENTS:
        raise Refused(KernelRefusal.UNKNOWN_CURRENCY, "currency")
    return EXPONENTS[currency]


def checked_amount(amount_minor: int, field: str, *, least: int = 0) -> int:
    """Return the amount if it is between `least` and AMOUNT_MINOR_MAX.

    Raises Refused(INVALID_AMOUNT) naming `field` and the bounds.
    """
    if not least <= amount_minor <= AMOUNT_MINOR_MAX:
        raise Refused(KernelRefusal.INVALID_AMOUNT, field, least=least, most=AMOUNT_MINOR_MAX)
    return amount_minor


def share(amount_minor: int, part: int, whole: int) -> int:
    """Return the part of an amount that belongs to `part` of `whole` units, rounded down.

    Taken from a pool that shrinks by units and money together, the last unit takes the residue,
    so any sequence of parts sums to the amount exactly.
    """
    return amount_minor * part // whole


def spread(amount_minor: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Split an amount over weights by largest remainder: the parts sum to the amount exactly.

    Equal weights are used when all are 0. Ties go to the earlier part.
    """
    if not weights:
        return ()
    used = weights if sum(weights) else (1,) * len(weights)
    total = sum(used)
    floors = [amount_minor * weight // total for weight in used]
    remainders = [amount_minor * weight % total for weight in used]
    order = sorted(range(len(used)), key=lambda index: (-remainders[index], index))
    for index in order[: amount_minor - sum(floors)]:
        floors[index] += 1
    return tuple(floors)


def decimal_text(money: Money) -> str:
    """Write an amount as people read it: `19.99`, `-0.05`, `1999` where there are no decimals."""
    digits = exponent(money.currency)
    sign = "-" if money.amount_minor < 0 else ""
    whole, rest = divmod(abs(money.amount_minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"
