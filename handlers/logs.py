"""Logs: one JSON object a line, with correlation and causation; never anything personal."""

import logging
import os
import re
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Final

import structlog

PERSONAL: Final = frozenset({"customer_id", "body", "headers", "email", "name", "address", "phone"})
"""Keys that never leave the process, whoever passes them."""
_LINK_KEY: Final = re.compile(r"(/(?:page|log)/)[A-Za-z0-9_-]{20,}")
"""Whatever ends a link to a page, also one that was cut: of 256 bits, half are no key."""


@cache
def _configured() -> None:
    level = logging.getLevelName(os.environ.get("LOG_LEVEL", "info").upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _without_personal,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
            _without_keys,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def _without_personal(_logger: object, _method: str, event: Any) -> Any:  # noqa: ANN401  # structlog's own type.
    return {key: value for key, value in event.items() if key not in PERSONAL}


def _without_keys(_logger: object, _method: str, line: Any) -> str:  # noqa: ANN401  # As above.
    """Mask keys in the whole line: GitHub's own words about a link may have it in them."""
    return _LINK_KEY.sub(r"\1***", line)


def get_logger() -> Any:  # noqa: ANN401  # structlog's bound loggers are dynamic.
    """Return the logger; it is set up when first asked for."""
    _configured()
    return structlog.get_logger()


def bind(**context: str | int) -> AbstractContextManager[object]:
    """Add `correlation_id`, `causation_id`, `stream` ... to every line inside a `with`."""
    return structlog.contextvars.bound_contextvars(**context)
