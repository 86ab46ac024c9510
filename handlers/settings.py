"""Settings: what a function is told by its environment, checked when it is first needed.

Each class is what some functions need; a field is named in upper case in the environment.
LOG_LEVEL is not among them: logs must speak before settings are whole.
"""

import os
from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

T = TypeVar("T")


class SettingMissingError(Exception):
    """A function's environment lacks a variable; nothing was done."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every function is told.

    `stream_failures` is `report` where the mapping honours partial failures, and `raise` where it
    does not. `oversize_bucket` takes published events that are too large for the bus.
    """

    events_table: str
    views_table: str
    claims_table: str
    event_bus: str
    notices_topic: str
    oversize_bucket: str
    stream_failures: str
    payment_provider: str


@dataclass(frozen=True, slots=True)
class CiSettings:
    """Where CI's streams, boards, bodies and logs lie. `ci_page_url` is where people see them."""

    ci_events_table: str
    boards_table: str
    ci_notices_topic: str
    ci_bucket: str
    ci_page_url: str


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """The live secrets of links, separated by blanks, the newest first.

    None of them, and links lead to pages for callers only.
    """

    ci_link_secrets: str


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """Who runs scripts: `local` in `ci_runs_folder` with `ci_script`, or `step_functions`."""

    ci_runner: str
    ci_state_machine: str
    ci_runs_folder: str
    ci_script: str


@dataclass(frozen=True, slots=True)
class GitHubSettings:
    """How GitHub is asked: with a token, or as an app; `ci_checks` is status, check_run or none."""

    ci_checks: str
    github_api_url: str
    github_token: str
    github_app_id: str
    github_private_key: str


@dataclass(frozen=True, slots=True)
class HookSettings:
    """Hooks of repositories that are looked after: `owner/name:number`, separated by blanks.

    An app's hook needs no word here.
    """

    github_hook: str


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail leaves: `ses`, `folder` or `none`."""

    ci_mail: str
    ci_mail_from: str
    ci_mail_folder: str


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The live secrets of webhooks, separated by blanks; none of them, and nothing is accepted."""

    github_webhook_secrets: str


@cache
def read(kind: type[T]) -> T:
    """Read what a class needs once. Raises SettingMissingError naming every missing variable."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # One of the above.
    missing = [name.upper() for name in names if name.upper() not in os.environ]
    if missing:
        message = f"the environment lacks {', '.join(missing)}; infra/template.yaml sets them"
        raise SettingMissingError(message)
    return kind(**{name: os.environ[name.upper()] for name in names})


@cache
def settings() -> Settings:
    """Read what every function is told."""
    known: Settings = read(Settings)
    return known
