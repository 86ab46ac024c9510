"""Logs: one JSON object a line, with correlation and causation; never anything personal."""

import logging
import os
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Final

import structlog

PERSONAL: Final = frozenset({"customer_id", "body", "headers", "email", "name", "address", "phone"})
"""Keys that never leave the process, whoever passes them."""


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
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def _without_personal(_logger: object, _method: str, event: Any) -> Any:  # noqa: ANN401  # structlog's own type.
    return {key: value for key, value in event.items() if key not in PERSONAL}


def get_logger() -> Any:  # noqa: ANN401  # structlog's bound loggers are dynamic.
    """Return the logger; it is set up when first asked for."""
    _configured()
    return structlog.get_logger()


def bind(**context: str | int) -> AbstractContextManager[object]:
    """Add `correlation_id`, `causation_id`, `stream` ... to every line inside a `with`."""
    return structlog.contextvars.bound_contextvars(**context)
