"""The crash matrix in short: it knows every command, it goes red, and a new call needs a row."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.api.api import Api
from handlers.api.app import build
from handlers.streams.broadcasting import Broadcaster
from tests.infra.template import FUNCTION, load, of_type
from tests.simulation.commerce.staging import Stage, staged
from tests.simulation.commerce.trouble import Kind
from tests.simulation.matrix import pairs, running
from tests.simulation.matrix.cells import Row, calls_of, cannot_happen, row_of
from tests.simulation.matrix.page import WHY, page
from tests.simulation.matrix.rows import ROWS
from tests.simulation.matrix.running import Matrix, as_json, differences, kept
from tests.simulation.matrix.steering import Stop
from tests.support.world import World

SHORT = ("project: commits were withheld", "settle: an authorisation", "POST /orders")
CI = "/ci/"
SIMULATED_BY_CI = {
    "CiBroadcastFunction",
    "CiSweepFunction",
    "WebhookFunction",
    "MailFunction",
    "ReportFunction",
    "ResultsFunction",
    "ScheduleFunction",
    "StartFunction",
}
"""They have an oracle and ten thousand schedules of their own, in tests/simulation/ci."""


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as one:
        yield one


@pytest.mark.parametrize("name", SHORT)
def test_stopped_at_any_port_call_nothing_is_lost_and_nothing_happens_twice(
    stage: Stage, name: str
) -> None:
    row = row_of(stage, name)
    assert not [cell.broken for cell in row.broken]
    assert len(row.cells) == len(Stop) * sum(len(row.calls.get(n or 1, ())) for n in (1, 2, 3, 0))
    assert all(cell.followed for cell in row.cells if not cell.why_not)


def test_every_command_of_commerce_has_its_row() -> None:
    world = World()
    routes = build(Api(world.streams, world.views, world.clock)).routes
    commands = {path for method, path in routes.known if method == "POST" and CI not in path}
    told = {name.split(":")[0].removeprefix("POST ") for name in ROWS if name.startswith("POST")}
    shapes = {re.sub(r"\{\w+\}|/lines/1/", _shape, path) for path in commands}
    assert {re.sub(r"\{\w+\}|/lines/1/", _shape, path) for path in told} == shapes


def _shape(found: re.Match[str]) -> str:
    return "/lines/{}/" if found[0].startswith("/lines") else "{}"


def test_every_function_that_is_deployed_has_its_rows_or_is_ci_s() -> None:
    functions = set(of_type(load(), FUNCTION))
    told = {f"{name.split(':')[0].title()}Function" for name in ROWS if " /" not in name}
    assert told | {"ApiFunction"} | SIMULATED_BY_CI == functions


def test_every_port_call_is_one_that_somebody_has_looked_at(stage: Stage) -> None:
    rows = [Row(name, calls_of(stage, ROWS[name])) for name in ROWS]
    assert differences(running.calls_by_row(rows), kept(), list(ROWS)) == []


def test_a_new_port_call_is_named_with_its_row() -> None:
    found = {"react": {"1": ["read load", "append append"]}}
    known = {"react": {"1": ["read load"]}}
    assert differences(found, known, ["react"]) == [
        "react, delivery 1: append append (was ['read load'])"
    ]


def test_a_mark_that_is_set_before_anything_is_sent_turns_a_cell_red(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Broadcaster.send

    def mark_first(broadcaster: Broadcaster, commits: Any) -> frozenset[int]:  # noqa: ANN401  # Commits.
        for one in commits:
            broadcaster.marks.advance("broadcast", one.stream, one.first - 1, one.last)
        return send(broadcaster, commits)

    monkeypatch.setattr(Broadcaster, "send", mark_first)
    row = row_of(stage, "broadcast: a first commit")
    broken = {(cell.delivery, cell.call, cell.stop) for cell in row.broken}
    assert (0, 1, Stop.AFTER) in broken
    shown = page(Matrix([row]))
    assert "BROADCAST" in shown
    assert '<td class="broken">' in shown


def test_a_page_says_of_each_stop_why_nothing_is_lost(stage: Stage) -> None:
    row = row_of(stage, "broadcast: a first commit")
    matrix = Matrix([row], calls_of_life=3, pairs_run=3)
    assert matrix.violations == 0
    shown = page(matrix)
    assert "nothing lost, nothing twice" in shown
    assert "It has left, without a mark: it leaves again under the same id." in shown
    outcomes = {cell["outcome"] for cell in as_json(matrix)["rows"][0]["cells"]}
    assert outcomes == {"held", "cannot happen"}
    for kind in Kind:
        for stop in Stop:
            assert ((kind, stop) in WHY) != bool(cannot_happen(kind, stop))


def test_two_crashes_in_one_life_end_well(stage: Stage) -> None:
    calls = pairs.length(stage)
    assert calls > 100
    assert pairs.run_from(stage, calls - 3, calls) == []
