"""Settings: what a function is told by its environment, checked when it is first needed."""

import os
from dataclasses import dataclass, fields
from functools import cache


class SettingMissingError(Exception):
    """A function's environment lacks a variable; nothing was done."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One field a variable, named in upper case in the environment.

    `stream_failures` is `report` where the mapping honours partial failures, and `raise` where it
    does not. `oversize_bucket` takes published events that are too large for the bus. LOG_LEVEL is
    not among them: logs must speak before settings are whole.
    """

    events_table: str
    views_table: str
    claims_table: str
    event_bus: str
    notices_topic: str
    oversize_bucket: str
    stream_failures: str
    payment_provider: str


@cache
def settings() -> Settings:
    """Read the environment once. Raises SettingMissingError naming every missing variable."""
    names = [field.name for field in fields(Settings)]
    missing = [name.upper() for name in names if name.upper() not in os.environ]
    if missing:
        message = f"the environment lacks {', '.join(missing)}; infra/template.yaml sets them"
        raise SettingMissingError(message)
    return Settings(**{name: os.environ[name.upper()] for name in names})
