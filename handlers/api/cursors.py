"""Cursors: where a page ended, sealed with what it was a page of."""

import base64
import binascii
from typing import Final

from domain.kernel.ids import derived_id
from domain.kernel.refused import Refused
from handlers.api.edge import EdgeRefusal

_SEAL_LENGTH: Final = 8


def sealed(scope: str, position: str) -> str:
    """Write a cursor; `scope` is what is listed."""
    text = f"{_seal(scope, position)}{position}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def opened(scope: str, cursor: str | None) -> str | None:
    """Read a cursor's position; None for the first page.

    Raises Refused(CURSOR_INVALID) for anything that `sealed` did not write for this scope.
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded.encode(), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise Refused(EdgeRefusal.CURSOR_INVALID, "cursor") from error
    seal, position = text[:_SEAL_LENGTH], text[_SEAL_LENGTH:]
    if seal != _seal(scope, position):
        raise Refused(EdgeRefusal.CURSOR_INVALID, "cursor")
    return position


def _seal(scope: str, position: str) -> str:
    """Tell a mistake, not an attacker: whoever forges one pages through what it may read anyhow."""
    return derived_id("cursor", scope, position)[:_SEAL_LENGTH]
