"""Fields: one function a kind of value. Each raises FieldError with what was expected."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.olist.problems import FieldError, SourceError, shown
from domain.kernel.ids import checked_id
from domain.kernel.money import AMOUNT_MINOR_MAX, exponent
from domain.kernel.refused import Refused
from domain.kernel.times import Certainty, When

CURRENCY: Final = "BRL"
ZONE_NAME: Final = "America/Sao_Paulo"
STAMP_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
ID_LENGTH_MAX: Final = 100
"""Payments and shipments add their number to the order's id, and all must be ids of ours."""

_STAMP: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


def zone() -> ZoneInfo:
    """Return the zone that Olist's naive times are read in. Raises SourceError if it is unknown."""
    try:
        return ZoneInfo(ZONE_NAME)
    except ZoneInfoNotFoundError as error:
        message = f"this machine has no time zones ({ZONE_NAME}); install its tzdata package"
        raise SourceError(message) from error


def identifier(text: str) -> str:
    """Read an id."""
    if not text:
        raise FieldError("is missing; give an id")
    try:
        checked_id(text, "id")
    except Refused:
        text = ""
    if not 0 < len(text) <= ID_LENGTH_MAX:
        raise FieldError(
            f"is not an id; use 1 to {ID_LENGTH_MAX} letters, digits and . _ : @ ~ -, "
            "beginning with a letter or digit"
        )
    return text


def amount_minor(text: str) -> int:
    """Read an amount of BRL as integer minor units, digit by digit: no float ever sees it."""
    digits = exponent(CURRENCY)
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise FieldError(f"{shown(text)} is not an amount; write it like 19.99")
    sign, whole, rest = found[1], found[2], found[3] or ""
    if sign:
        raise FieldError(f"{shown(text)} is negative; amounts are 0 or more")
    if len(rest) > digits:
        raise FieldError(f"{shown(text)} has more decimals than {CURRENCY} has ({digits})")
    minor = int(whole + rest.ljust(digits, "0"))
    if minor > AMOUNT_MINOR_MAX:
        raise FieldError(f"{shown(text)} is more than any order can cost")
    return minor


def number(text: str, least: int) -> int:
    """Read a counting number."""
    if not _NUMBER.fullmatch(text) or int(text) < least:
        raise FieldError(f"{shown(text)} is not a whole number of {least} or more")
    return int(text)


def one_of(text: str, allowed: frozenset[str]) -> str:
    """Read a word of a closed list."""
    if text not in allowed:
        raise FieldError(f"{shown(text)} is not known; use one of {', '.join(sorted(allowed))}")
    return text


def moment(text: str, local: ZoneInfo) -> When | None:
    """Read a naive local time; None where there is none.

    An hour that came twice (clocks put back) is read as its first; one that never was (clocks put
    forward) as if they had not been yet. The text is kept, so another reading stays possible.
    """
    if not text:
        return None
    if not _STAMP.fullmatch(text):
        raise FieldError(f"{shown(text)} is not a time; write it like 2017-11-27 19:09:02")
    try:
        naive = datetime.strptime(text, STAMP_FORMAT)  # noqa: DTZ007  # It is naive: see above.
    except ValueError:
        raise FieldError(f"{shown(text)} is no date or time that exists") from None
    return When(naive.replace(tzinfo=local).astimezone(UTC), Certainty.ZONE_ASSUMED, text)


def doubtful(when: When, local: ZoneInfo) -> str:
    """Say why a local time has no one reading: `ambiguous`, `nonexistent`, or nothing."""
    if when.utc is None or not when.raw:
        return ""
    naive = datetime.strptime(when.raw, STAMP_FORMAT)  # noqa: DTZ007  # It is naive: see above.
    first, second = (naive.replace(tzinfo=local, fold=fold).utcoffset() for fold in (0, 1))
    if first == second:
        return ""
    exists = when.utc.astimezone(local).replace(tzinfo=None) == naive
    return "ambiguous" if exists else "nonexistent"
