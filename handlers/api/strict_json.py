"""JSON as it should have been: no NaN, no key twice, no endless nesting, no half characters.

Python's own reader accepts the first two, raises RecursionError on the third, and lets a lone
surrogate through, which then cannot be written as UTF-8.
"""

import json
import re
from typing import Any, Final

from domain.kernel.refused import Refused
from handlers.api.edge import EdgeRefusal

DEPTH_MAX: Final = 32
_DIGITS_MAX: Final = 40
# A string runs to its end, or to the end of the text: so each character is looked at once.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")


def loads(text: str) -> Any:  # noqa: ANN401  # JSON is anything; the models say what it must be.
    """Read a body. Raises Refused: BODY_NOT_JSON, BODY_TOO_DEEP, DUPLICATE_KEY."""
    check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_distinct,
            parse_constant=_no_constant,
            parse_int=_bounded,
        )
    except json.JSONDecodeError as error:
        raise Refused(
            EdgeRefusal.BODY_NOT_JSON, "body", line=error.lineno, column=error.colno
        ) from error
    if _HALF.search(text):
        _check_characters(value)
    return value


def check_depth(text: str) -> None:
    """Count brackets outside strings, before anything recurses. Raises Refused(BODY_TOO_DEEP)."""
    if text.count("[") + text.count("{") <= DEPTH_MAX:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > DEPTH_MAX:
            raise Refused(EdgeRefusal.BODY_TOO_DEEP, "body", depth_max=DEPTH_MAX)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(EdgeRefusal.DUPLICATE_KEY, ascii(key[:64])[1:-1])
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise Refused(EdgeRefusal.BODY_NOT_JSON, "body", found=name)


def _bounded(digits: str) -> int:
    """Read a number's first digits: beyond 40 it is too large for every field, which says so.

    Reading thousands of digits costs quadratic time, and beyond 4,300 Python refuses.
    """
    return int(digits[:_DIGITS_MAX])


def _check_characters(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Refused(EdgeRefusal.BODY_NOT_JSON, "body", found="half a character") from error
