import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest
from click.testing import CliRunner, Result

from handlers.cli.main import cli
from tests.cli.conftest import TestWorld
from tests.support.world import World, place

Run = Callable[..., Result]

EVENT = {
    "detail-type": "OrderConfirmed",
    "detail": {"meta": {"occurred_at": None}, "data": {"order_id": "o1"}},
}


class Ear:
    """Hears one event a call, and is interrupted after some."""

    def __init__(self, interrupted_after: int = 1000) -> None:
        self.left = interrupted_after
        self.is_open = False
        self.was_closed = False

    def __enter__(self) -> Self:
        self.is_open = True
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.was_closed = True

    def heard(self, _wait_s: int) -> list[dict[str, Any]]:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return [EVENT]


def test_listening_shows_so_many_events_and_leaves_nothing_behind(
    run: Run, world: TestWorld
) -> None:
    ear = world.ear = Ear()
    result = run("listen", "--count", "2", "--json")
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [EVENT, EVENT]
    assert ear.was_closed


def test_listening_ends_after_so_many_seconds(run: Run, world: TestWorld) -> None:
    world.ear = Ear()
    assert run("listen", "--seconds", "0").exit_code == 0


def test_listening_interrupted_leaves_nothing_behind(run: Run, world: TestWorld) -> None:
    ear = world.ear = Ear(interrupted_after=1)
    result = run("listen")
    assert result.exit_code == 130
    assert "OrderConfirmed" in result.stdout
    assert ear.was_closed


def test_a_sweep_says_what_it_closed(run: Run, memory: World) -> None:
    memory.order("o1", place("o1"))
    result = run("sweep", "--json")
    assert result.exit_code == 0
    swept = json.loads(result.stdout)
    assert (swept["streams"], swept["projected"], swept["failed"]) == (1, 1, 0)
    assert "streams looked at" in run("sweep").stdout


@pytest.mark.parametrize(
    "command",
    ["up", "import olist", "history", "track", "orders", "order", "listen", "sweep"],
)
def test_every_commands_help_has_an_example_that_begins_with_it(command: str) -> None:
    result = CliRunner().invoke(cli, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert f"Example: waybill {command}" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [("history",), ("frobnicate",), ("up", "--port", "70000"), ("orders", "c", "--limit", "0")],
)
def test_wrong_usage_is_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_the_version_is_the_projects(run: Run) -> None:
    assert run("--version").stdout == "waybill, version 0.1.0\n"
