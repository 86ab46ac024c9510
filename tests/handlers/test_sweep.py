"""The scheduled sweep, and the one that looks for what an abrupt end left open."""

from datetime import timedelta
from typing import Any

import pytest

from handlers import wiring
from handlers.timers import sweep
from handlers.timers.sweeping import Swept


@pytest.mark.parametrize(
    ("event", "grace"),
    [({}, sweep.GRACE), ({"grace_s": 0}, timedelta())],
    ids=["by schedule", "after an abrupt end"],
)
def test_a_sweep_leaves_the_last_minute_alone_unless_it_is_told_not_to(
    event: dict[str, Any], grace: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[timedelta] = []

    class Sweeper:
        def sweep(self, _segments: object, grace: timedelta) -> Swept:
            asked.append(grace)
            return Swept(streams=2)

    monkeypatch.setattr(wiring, "sweeper", Sweeper)
    assert sweep.handler(event, None)["streams"] == 2
    assert asked == [grace]
