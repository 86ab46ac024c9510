"""Accounts: what a customer may use of us, and how its queue is to be worked through.

An account need not exist: a customer whose app was never seen to be installed has the defaults.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from domain.ci.hooks import Change, Installed
from domain.ci.places import ACCOUNT, AGING_S_MAX, board_of
from domain.ci.refusals import AccountRefusal
from domain.kernel.boards import Line
from domain.kernel.claims import AnyClaim, Entry
from domain.kernel.decider import Decider, Fold, Routing
from domain.kernel.ids import checked_id
from domain.kernel.refused import Refused
from domain.kernel.times import When

SLOTS_MAX: Final = 100
USERS_MAX: Final = 200
_LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?")
"""A login at GitHub; on a board they stand side by side, separated by blanks."""


class Notify(StrEnum):
    """Of which ends a job's user hears by mail."""

    ALL = "all"
    FAILURES = "failures"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a customer's jobs are run.

    `slots`: how many at once. `aging_s`: seconds of waiting that a level of priority is worth; the
    largest is strict priority. `supersedes`: a newer job ends older waiting ones of its branch.
    `allowed` users may have forks built; of `blocked` ones nothing is. `mail_to` hears where a hook
    names no address.
    """

    slots: int = 4
    aging_s: int = 600
    supersedes: bool = False
    notify: Notify = Notify.ALL
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    mail_to: str = ""


# ---- events ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """GitHub said that our app was installed, removed, suspended or unsuspended.

    `installation_id` and `updated_s` tell its newer word from its older one; 0 where it said none.
    """

    customer_id: str
    change: Change
    at: When
    installation_id: int = 0
    updated_s: int = 0


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The customer chose; `settings` are all of them."""

    customer_id: str
    settings: Settings
    by: str
    at: When


AccountEvent = AccountChanged | SettingsChanged

# ---- commands --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangeAccount:
    """Take note of what GitHub said of the installation."""

    customer_id: str
    installed: Installed
    now: datetime


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Choose all settings anew."""

    customer_id: str
    settings: Settings
    by: str
    now: datetime


AccountCommand = ChangeAccount | ChangeSettings

# ---- state -----------------------------------------------------------------------------------


class Standing(StrEnum):
    """Whether a customer's jobs start, wait, or are turned away."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class NoAccount:
    """Nobody has said anything about this customer."""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account; `installation_id` and `updated_s` are of GitHub's newest word on it."""

    customer_id: str
    standing: Standing = Standing.ACTIVE
    settings: Settings = Settings()
    installation_id: int = 0
    updated_s: int = 0


AccountState = NoAccount | Account

_STANDINGS: Final = {
    Change.GRANTED: Standing.ACTIVE,
    Change.RESUMED: Standing.ACTIVE,
    Change.SUSPENDED: Standing.SUSPENDED,
    Change.REVOKED: Standing.REVOKED,
}


def evolve(state: AccountState, event: AccountEvent) -> AccountState:
    """Return the state after an event."""
    account = state if isinstance(state, Account) else Account(event.customer_id)
    match event:
        case AccountChanged(change=change):
            return replace(
                account,
                standing=_STANDINGS[change],
                installation_id=event.installation_id or account.installation_id,
                updated_s=event.updated_s if event.installation_id else account.updated_s,
            )
        case SettingsChanged(settings=settings):
            return replace(account, settings=settings)


def route(state: AccountState) -> Routing:
    """Return whom an account belongs to."""
    if isinstance(state, NoAccount):
        message = "an account that nobody has mentioned belongs to nobody"
        raise TypeError(message)
    return Routing(state.customer_id, state.customer_id)


FOLD: Final[Fold[AccountState, AccountEvent]] = Fold("account", 1, NoAccount(), evolve, route)

# ---- decide ----------------------------------------------------------------------------------


def decide(command: AccountCommand, state: AccountState) -> Sequence[AccountEvent]:
    """Answer one command; raises Refused with a reason of AccountRefusal or KernelRefusal."""
    customer_id = checked_id(command.customer_id, "customer_id")
    known = state if isinstance(state, Account) else Account(customer_id)
    at = When(command.now)
    match command:
        case ChangeAccount(installed=installed):
            if _is_old_news(installed, known):
                return []
            told = AccountChanged(
                customer_id, installed.change, at, installed.installation_id, installed.updated_s
            )
            return [told] if evolve(state, told) != state else []
        case ChangeSettings(settings=settings, by=by):
            _check(settings)
            changes = known.settings != settings
            return [SettingsChanged(customer_id, settings, by, at)] if changes else []
        case _:
            assert_never(command)


def _is_old_news(installed: Installed, known: Account) -> bool:
    """Whether GitHub has said something newer: hooks come late, and in any order.

    An account's later installation has the higher number, and one that was removed never comes
    back. The end of an installation is its last word whatever its time says, which GitHub sets when
    something else changes.
    """
    if not installed.installation_id or not known.installation_id:
        return False
    if installed.installation_id != known.installation_id:
        return installed.installation_id < known.installation_id
    if installed.change is Change.REVOKED:
        return False
    return known.standing is Standing.REVOKED or installed.updated_s < known.updated_s


def _check(settings: Settings) -> None:
    if not 1 <= settings.slots <= SLOTS_MAX:
        raise Refused(AccountRefusal.INVALID_SLOTS, "slots", least=1, most=SLOTS_MAX)
    if not 0 <= settings.aging_s <= AGING_S_MAX:
        raise Refused(AccountRefusal.INVALID_AGING, "aging_s", least=0, most=AGING_S_MAX)
    for field, users in (("allowed", settings.allowed), ("blocked", settings.blocked)):
        if not all(_LOGIN.fullmatch(user) for user in users):
            raise Refused(AccountRefusal.INVALID_USER, field)
    if len(settings.allowed) + len(settings.blocked) > USERS_MAX:
        raise Refused(AccountRefusal.TOO_MANY_USERS, "allowed", most=USERS_MAX)


def claims(state: AccountState, events: Sequence[AccountEvent]) -> Sequence[AnyClaim]:
    """Put an account, but for its address, first on its board, where others read it."""
    account = FOLD.over(events, state)
    if not isinstance(account, Account):
        return ()
    settings = account.settings
    note = (
        ("standing", account.standing.value),
        ("slots", settings.slots),
        ("aging_s", settings.aging_s),
        ("supersedes", int(settings.supersedes)),
        ("notify", settings.notify.value),
        ("allowed", " ".join(settings.allowed)),
        ("blocked", " ".join(settings.blocked)),
    )
    board = board_of(account.customer_id)
    return (Entry(board, ACCOUNT, FOLD.stream(account.customer_id), note=note),)


def account_on(customer_id: str, line: Line | None) -> Account:
    """Read an account from its line on the board, without its address; the defaults for none."""
    if line is None:
        return Account(customer_id)
    settings = Settings(
        slots=line.number("slots"),
        aging_s=line.number("aging_s"),
        supersedes=bool(line.number("supersedes")),
        notify=Notify(line.text("notify")),
        allowed=tuple(line.text("allowed").split()),
        blocked=tuple(line.text("blocked").split()),
    )
    return Account(customer_id, Standing(line.text("standing")), settings)


DECIDER: Final[Decider[AccountCommand, AccountState, AccountEvent]] = Decider(FOLD, decide, claims)
