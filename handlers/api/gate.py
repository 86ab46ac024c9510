"""What is looked at before anything is parsed: size, encoding and kind of the body."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from domain.kernel.refused import KernelRefusal, Refused
from handlers.api.edge import EdgeRefusal

BODY_MAX_BYTES: Final = 256 * 1024


def checked(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event with its body as text.

    Raises Refused: INVALID_ID for a path that ends in a line feed; BODY_TOO_LARGE, BODY_NOT_JSON,
    CONTENT_TYPE_NOT_JSON.
    """
    if str(event["rawPath"]).endswith("\n"):  # A regular expression's `$` looks past it.
        raise Refused(KernelRefusal.INVALID_ID, "path")
    body = event.get("body") or ""
    if len(body) > 2 * BODY_MAX_BYTES:  # Base 64 makes four of three: this is too large anyhow.
        raise _too_large()
    text = _text(body, encoded=bool(event.get("isBase64Encoded")))
    if text:
        _check_kind(event.get("headers") or {})
    return {**event, "body": text or None, "isBase64Encoded": False}


def _text(body: str, *, encoded: bool) -> str:
    try:
        raw = base64.b64decode(body, validate=True) if encoded else body.encode()
        if len(raw) > BODY_MAX_BYTES:
            raise _too_large()
        return raw.decode().strip()
    except (binascii.Error, UnicodeError) as error:
        raise Refused(EdgeRefusal.BODY_NOT_JSON, "body", expected="UTF-8") from error


def _too_large() -> Refused:
    return Refused(EdgeRefusal.BODY_TOO_LARGE, "body", most_bytes=BODY_MAX_BYTES)


def _check_kind(headers: Mapping[str, str]) -> None:
    """Refuse a body that says that it is no JSON; curl, left alone, says that it is a form."""
    given = next((v for name, v in headers.items() if name.lower() == "content-type"), "")
    kind, _, parameters = given.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if kind.strip() not in ("", "application/json") or charset not in ("", "utf-8"):
        raise Refused(EdgeRefusal.CONTENT_TYPE_NOT_JSON, "Content-Type")
