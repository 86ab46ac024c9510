"""Signatures: whether a body comes from GitHub, from whom alone we take anything.

Only the raw bytes are signed, never the headers: a body that was parsed and written again differs.
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import re
from collections.abc import Sequence
from typing import Final

from gidgethub import ValidationFailure
from gidgethub.sansio import validate_event

_FORM: Final = re.compile(r"sha256=[0-9a-f]{64}")


def is_signed(header: str | None, body: bytes, secrets: Sequence[str]) -> bool:
    """Whether `X-Hub-Signature-256` signs `body` with one of `secrets`: several during a rotation.

    Without a secret nothing is signed.
    """
    # gidgethub would take SHA-1 as well, and raises TypeError where a character is not ASCII.
    if header is None or not _FORM.fullmatch(header):
        return False
    # An empty secret is one that was not set: a key that everybody knows.
    return any(_signs(header, body, secret) for secret in secrets if secret)


def _signs(header: str, body: bytes, secret: str) -> bool:
    try:
        validate_event(body, signature=header, secret=secret)
    except ValidationFailure:
        return False
    return True
