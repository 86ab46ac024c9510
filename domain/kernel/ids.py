"""Ids: what one may look like, and how one is derived so that a repeated command finds it again."""

import hashlib
import re
from functools import lru_cache
from typing import Final

from domain.kernel.refused import KernelRefusal, Refused

ID_LENGTH_MAX: Final = 128
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@~-]*")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS: Final = tuple(first + second for first in _LETTERS for second in _LETTERS)
_PAIR_BITS: Final = 10
_BITS: Final = 130
"""128 bits of hash and two zeros behind them: thirteen pairs of letters."""


def checked_id(value: str, field: str) -> str:
    """Return `value` if it may stand in a key; `#`, blanks and control characters may not.

    Raises Refused(INVALID_ID) naming `field`.
    """
    if len(value) > ID_LENGTH_MAX or not _ID.fullmatch(value):
        raise Refused(KernelRefusal.INVALID_ID, field, length_max=ID_LENGTH_MAX)
    return value


@lru_cache(maxsize=2048)  # A batch, and whoever reacts to it, derive the same few again and again.
def derived_id(*parts: str) -> str:
    """Derive an id from `parts`: equal parts give the equal id, on every machine, for ever.

    26 characters of lower-case base 32 over 128 bits of SHA-256. Each part is hashed with its
    length, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    number = int.from_bytes(digest.digest()[:16], "big") << 2
    return "".join(
        _PAIRS[number >> shift & 1023] for shift in range(_BITS - _PAIR_BITS, -1, -_PAIR_BITS)
    )


@lru_cache(maxsize=2048)  # A stream's memory is looked through, and added to, by the same ids.
def short_hash(value: str) -> int:
    """32 bits of SHA-256: enough to find a candidate, which is then compared in full."""
    return int.from_bytes(hashlib.sha256(value.encode()).digest()[:4], "big")
