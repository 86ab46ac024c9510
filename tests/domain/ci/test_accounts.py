import pytest

from domain.ci.accounts import (
    DECIDER,
    FOLD,
    Account,
    AccountChanged,
    AccountCommand,
    AccountEvent,
    ChangeAccount,
    ChangeSettings,
    Notify,
    Settings,
    SettingsChanged,
    Standing,
    account_on,
)
from domain.ci.hooks import Change, Installed
from domain.ci.places import AGING_S_MAX
from domain.ci.refusals import AccountRefusal
from domain.kernel.boards import Line
from domain.kernel.claims import Entry
from domain.kernel.refused import KernelRefusal
from tests.support.builders import AT, NOW
from tests.support.ci_builders import BOARD
from tests.support.given import given

ALL = Settings(
    slots=9,
    aging_s=60,
    supersedes=True,
    notify=Notify.FAILURES,
    allowed=("ann", "bob"),
    blocked=("eve",),
    mail_to="ops@acme.example",
)


def changed(change: Change, installation_id: int = 0, updated_s: int = 0) -> AccountChanged:
    return AccountChanged("acme", change, AT, installation_id, updated_s)


def change(wanted: Change, installation_id: int = 0, updated_s: int = 0) -> ChangeAccount:
    return ChangeAccount("acme", Installed(wanted, installation_id, updated_s), NOW)


def chosen(settings: Settings) -> SettingsChanged:
    return SettingsChanged("acme", settings, "ann", AT)


def choose(settings: Settings) -> ChangeSettings:
    return ChangeSettings("acme", settings, "ann", NOW)


def entry(command: AccountCommand, *past: AccountEvent) -> Entry:
    state = FOLD.over(past)
    (claim,) = DECIDER.claims(state, DECIDER.decide(command, state))
    assert isinstance(claim, Entry)
    return claim


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        (Change.GRANTED, Standing.ACTIVE),
        (Change.SUSPENDED, Standing.SUSPENDED),
        (Change.RESUMED, Standing.ACTIVE),
        (Change.REVOKED, Standing.REVOKED),
    ],
)
def test_an_account_stands_as_github_said_last(said: Change, standing: Standing) -> None:
    given().when(change(said)).then(changed(said))
    given(changed(said)).when(change(said)).then_nothing()
    assert given().when(change(said)).state().standing is standing


def test_what_changes_nothing_is_no_event_even_in_other_words() -> None:
    given(changed(Change.GRANTED)).when(change(Change.RESUMED)).then_nothing()
    given(changed(Change.SUSPENDED)).when(change(Change.RESUMED)).then(changed(Change.RESUMED))
    given(changed(Change.REVOKED)).when(change(Change.GRANTED)).then(changed(Change.GRANTED))


def test_what_github_said_earlier_and_comes_late_changes_nothing() -> None:
    resumed = changed(Change.RESUMED, 7, 200)
    given(resumed).when(change(Change.SUSPENDED, 7, 100)).then_nothing()
    given(resumed).when(change(Change.SUSPENDED, 7, 200)).then(changed(Change.SUSPENDED, 7, 200))
    given(resumed).when(change(Change.SUSPENDED, 7, 300)).then(changed(Change.SUSPENDED, 7, 300))
    # It stands as before, and what was said in between may still be on its way.
    given(resumed).when(change(Change.RESUMED, 7, 300)).then(changed(Change.RESUMED, 7, 300))


def test_an_installation_of_before_says_nothing_of_the_one_that_followed() -> None:
    anew = changed(Change.GRANTED, 8, 100)
    given(anew).when(change(Change.REVOKED, 7, 300)).then_nothing()
    given(anew).when(change(Change.REVOKED, 8, 50)).then(changed(Change.REVOKED, 8, 50))
    given(changed(Change.REVOKED, 7, 300)).when(change(Change.GRANTED, 8, 100)).then(anew)


@pytest.mark.parametrize("said", [Change.GRANTED, Change.SUSPENDED, Change.RESUMED])
def test_what_was_removed_never_comes_back_under_its_number(said: Change) -> None:
    given(changed(Change.REVOKED, 7, 100)).when(change(said, 7, 300)).then_nothing()
    given(changed(Change.REVOKED)).when(change(said)).then(changed(said))


def test_settings_are_chosen_whole_and_the_same_choice_again_is_nothing_new() -> None:
    given().when(choose(ALL)).then(chosen(ALL))
    given(chosen(ALL)).when(choose(ALL)).then_nothing()
    given(chosen(ALL)).when(choose(Settings())).then(chosen(Settings()))
    given().when(choose(Settings())).then_nothing()


def test_settings_outlive_a_removal_of_the_app() -> None:
    account = given(chosen(ALL), changed(Change.REVOKED)).when(change(Change.GRANTED)).state()
    assert account == Account("acme", Standing.ACTIVE, ALL)


@pytest.mark.parametrize(
    ("settings", "reason", "field"),
    [
        (Settings(slots=0), AccountRefusal.INVALID_SLOTS, "slots"),
        (Settings(slots=101), AccountRefusal.INVALID_SLOTS, "slots"),
        (Settings(allowed=("ann", "two names")), AccountRefusal.INVALID_USER, "allowed"),
        (Settings(blocked=("-x",)), AccountRefusal.INVALID_USER, "blocked"),
        (Settings(aging_s=-1), AccountRefusal.INVALID_AGING, "aging_s"),
        (Settings(aging_s=AGING_S_MAX + 1), AccountRefusal.INVALID_AGING, "aging_s"),
        (
            Settings(allowed=("a",) * 101, blocked=("b",) * 100),
            AccountRefusal.TOO_MANY_USERS,
            "allowed",
        ),
    ],
)
def test_settings_have_bounds(settings: Settings, reason: AccountRefusal, field: str) -> None:
    given().when(choose(settings)).then_refused(reason, field)


def test_the_bounds_themselves_may_be_chosen() -> None:
    for settings in (Settings(1, 0), Settings(100, AGING_S_MAX), Settings(allowed=("a",) * 200)):
        given().when(choose(settings)).then(chosen(settings))


def test_a_customer_needs_a_name_that_can_stand_in_a_key() -> None:
    odd = ChangeAccount("acme/shop", Installed(Change.GRANTED), NOW)
    given().when(odd).then_refused(KernelRefusal.INVALID_ID, "customer_id")


def test_an_account_stands_first_on_its_board_and_is_read_from_there_without_its_address() -> None:
    line = entry(choose(ALL), changed(Change.SUSPENDED))
    assert (line.board, line.place, line.owner) == (BOARD, "account", "account#acme")
    assert "ops@acme.example" not in str(line)
    read = account_on("acme", Line(line.board, line.place, line.owner, dict(line.note)))
    assert read.standing is Standing.SUSPENDED
    assert read.settings == Settings(9, 60, True, Notify.FAILURES, ("ann", "bob"), ("eve",))


def test_a_customer_that_nobody_has_mentioned_has_the_defaults() -> None:
    assert account_on("acme", None) == Account("acme")
    assert Settings() == Settings(slots=4, aging_s=600, supersedes=False, notify=Notify.ALL)


def test_an_account_belongs_to_itself() -> None:
    routing = FOLD.route(FOLD.over([changed(Change.GRANTED)]))
    assert (routing.root_id, routing.customer_id) == ("acme", "acme")
    with pytest.raises(TypeError, match="belongs to nobody"):
        FOLD.route(FOLD.initial)
