"""CI's sweep as it is wired: how long it may take, and what a wrong setting stops."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.ci.scheduling import schedule
from domain.ci.sweeping.swept import Swept
from handlers import settings
from handlers.local.github import serve
from handlers.local.github_api import GitHub
from handlers.timers.ci import sweep
from handlers.wiring import ci as wired
from tests.support.ci_memory import NOON, CiInMemory
from tests.support.ci_tables import push_body

HALF_A_MINUTE_MS = 30_000
SETTINGS = {
    "CI_RUNNER": "nobody",
    "CI_STATE_MACHINE": "",
    "CI_RUNS_FOLDER": "",
    "CI_SCRIPT": "",
    "CI_CHECKS": "none",
    "GITHUB_TOKEN": "made-up",
    "GITHUB_APP_ID": "7",
    "GITHUB_PRIVATE_KEY": "no key",
    "GITHUB_HOOK": "octo octo/r7:5",
}


class Invocation:
    """What Lambda says of an invocation that may go on for half a minute."""

    def get_remaining_time_in_millis(self) -> int:
        return HALF_A_MINUTE_MS


@pytest.mark.parametrize(
    ("event", "grace"),
    [({}, timedelta(minutes=1)), ({"grace_s": 0}, timedelta())],
    ids=["by schedule", "after an abrupt end"],
)
def test_a_scheduled_sweep_stops_ten_seconds_before_it_is_stopped(
    event: dict[str, Any], grace: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[datetime | None, timedelta]] = []

    class Sweeper:
        def sweep(self, until: datetime | None, grace: timedelta) -> Swept:
            asked.append((until, grace))
            return Swept(customers=2)

    monkeypatch.setattr(wired, "sweeper", Sweeper)
    monkeypatch.setattr(wired, "clock", lambda: NOON)
    assert sweep.handler(event, Invocation())["customers"] == 2
    assert sweep.sweep()["trouble"] == []
    assert asked == [(NOON + timedelta(seconds=20), grace), (None, timedelta())]


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serve() as github:
        yield github


@pytest.fixture
def ci(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[CiInMemory]:
    """Everything around the sweeper in memory, but what the settings choose."""
    ci = CiInMemory()
    monkeypatch.setattr(wired, "streams", lambda: ci.streams)
    monkeypatch.setattr(wired, "bus", lambda: ci.bus)
    monkeypatch.setattr(wired, "notices", lambda: ci.notices)
    monkeypatch.setattr(wired, "parking", lambda: ci.parking)
    monkeypatch.setattr(wired, "clock", ci.clock)
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_API_URL", github.url)
    _forget()
    yield ci
    _forget()


def _forget() -> None:
    """Have settings, and what is made of them, made anew."""
    settings.read.cache_clear()
    for made in ("sweeper", "runner", "_token", "_app", "_app_hook", "_hook"):
        getattr(wired, made).cache_clear()


def test_wrong_settings_are_named_and_stop_nothing_that_does_not_need_them(
    ci: CiInMemory, github: GitHub
) -> None:
    lapsed = ci.post("push", push_body(7, "main", "a" * 40), "d-1")["body"]["job_id"]
    schedule(ci.streams, "octo", ci.clock, "test")
    ci.now += timedelta(minutes=5)
    waiting = ci.post("push", push_body(7, "dev", "b" * 40), "d-2")["body"]["job_id"]
    failed = github.hooks.deliver("ping", b"{}", "a secret", "http://127.0.0.1:1")
    failed["delivered_at"] = f"{NOON:%Y-%m-%dT%H:%M:%SZ}"

    swept = sweep.sweep()

    assert (swept["scheduled"], ci.job(waiting).status.value) == (1, "active")
    assert ci.job(lapsed).attempt == 1
    runner, *others = swept["trouble"]
    assert runner.startswith(f"{lapsed}: UnknownChoiceError(\"CI_RUNNER='nobody' is not known; use")
    told = {one.partition(":")[0]: one for one in others}
    assert set(told) == {"deliveries of the app", "deliveries of octo"}
    assert "GITHUB_PRIVATE_KEY: " in told["deliveries of the app"]
    assert "GITHUB_HOOK: 'octo' names no hook; write OWNER" in told["deliveries of octo"]
    github.hooks.settle()
    assert [one.path for one in github.received if one.method == "POST"] == [
        f"/repos/octo/r7/hooks/5/deliveries/{failed['id']}/attempts"
    ]


def test_an_unset_setting_is_named_and_stops_nothing_that_does_not_need_it(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_HOOK")
    ci.post("push", push_body(7, "main", "a" * 40), "d-1")
    swept = sweep.sweep()
    assert swept["scheduled"] == 1
    (told,) = swept["trouble"]
    assert told.startswith("deliveries: SettingMissingError('the environment lacks GITHUB_HOOK;")
