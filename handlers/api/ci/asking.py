"""Who asks, as a person may read it in a job's timeline."""

import re
from typing import Final

from handlers.api.ci.models import NAME_LENGTH_MAX

_PARTS: Final = re.compile(r"[/#:|]+")
_UNSEEN: Final = re.compile(r"[^\w .@+-]")


def named(caller: str, by: str | None) -> str:
    """Return the name that was given, or the last readable part of the caller's own.

    `arn:aws:iam::1:user/ann` is ann.
    """
    if by is not None:
        return by
    parts = [_UNSEEN.sub("", part).strip() for part in _PARTS.split(caller)]
    return next((part for part in reversed(parts) if part), "somebody")[:NAME_LENGTH_MAX]
