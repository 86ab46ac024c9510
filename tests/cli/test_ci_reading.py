import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from rich.console import Console

from handlers.cli.render.ci.queue import show_queue
from handlers.cli.render.ci.words import between
from handlers.durations import lasting
from tests.cli import ci_bodies as b
from tests.support.stub_service import StubService

Run = Callable[..., Result]

AT_NOON = datetime(2026, 1, 1, 12, 2, 3, tzinfo=UTC)
FULL = "/ci/customers/acme/queue?limit=20"
ONE = f"/ci/jobs/{b.JOB_ID}"
LOG = f"{ONE}/log?attempt="


def _shown(queue: b.Json, width: int) -> str:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, color_system="standard")
    show_queue(console, queue, AT_NOON)
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())


def test_a_queue_tells_what_runs_how_long_and_what_waits_and_why(
    run: Run, stub: StubService
) -> None:
    stub.answer(FULL, b.QUEUE)
    result = run("ci", "queue", "acme")
    assert (result.exit_code, result.stderr) == (0, "")
    head, settings, _, _, runs, _, _, waits = result.stdout.splitlines()
    assert head == "acme  1 of 4 slots taken"
    assert settings == "a level of priority is worth 10 min of waiting"
    assert re.match(rf"{b.JOB_ID}  2 +acme/shop +main +\d+ d", runs)
    assert re.match(rf"  1 {b.OTHER}  7 +acme/shop +v1 +ada +\d+ d", waits)
    assert waits.endswith("its branch is busy")


def test_a_queue_for_programs_is_what_the_service_said(run: Run, stub: StubService) -> None:
    stub.answer(FULL, b.QUEUE)
    assert json.loads(run("ci", "queue", "acme", "--json").stdout) == b.QUEUE


def test_every_page_of_a_long_queue_is_fetched_up_to_the_limit(run: Run, stub: StubService) -> None:
    waiting = [b.WAITING | {"position": place} for place in range(1, 81)]
    path = "/ci/customers/acme/queue?limit="
    stub.answer(f"{path}50", b.QUEUE | {"waiting": waiting[:50], "next_cursor": "n"})
    stub.answer(f"{path}20&cursor=n", b.QUEUE | {"waiting": waiting[50:70], "next_cursor": "m"})
    body = json.loads(run("ci", "queue", "acme", "--limit", "70", "--json").stdout)
    assert [one["position"] for one in body["waiting"]] == list(range(1, 71))
    assert (body["next_cursor"], len(body["running"])) == ("m", 1)
    assert "--limit shows them" in run("ci", "queue", "acme", "--limit", "70").stdout


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_queue_fits_a_terminal_of_any_width_and_ids_are_whole(width: int) -> None:
    shown = _shown(b.QUEUE, width)
    assert "█░░░ 1 of 4 slots taken" in shown
    assert b.JOB_ID in shown
    assert b.OTHER in shown
    assert "2 min 3 s" in shown
    assert ("runs for 2 min 3 s" in shown) == (width < 80)


def test_slots_more_than_fit_are_a_bar_in_proportion() -> None:
    shown = _shown(b.QUEUE | {"slots": {"taken": 50, "total": 100}}, 80)
    assert f"{'█' * 20}{'░' * 20} 50 of 100 slots" in shown


def test_a_customer_of_whom_nothing_is_known_is_said_to_be_unknown_and_what_to_do(
    run: Run, stub: StubService
) -> None:
    stub.answer(FULL, b.QUEUE | {"known": False, "running": [], "waiting": []})
    result = run("ci", "queue", "Acme")
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first.startswith("Nothing is known of acme:")
    assert "Check the name" in second


def test_a_customer_with_nothing_to_do_has_an_empty_queue(run: Run, stub: StubService) -> None:
    stub.answer(FULL, b.QUEUE | {"running": [], "waiting": [], "standing": "suspended"})
    lines = run("ci", "queue", "Acme").stdout.splitlines()
    assert lines[0].endswith("suspended")
    assert lines[-1] == "Nothing runs and nothing waits."


def test_a_job_tells_how_it_stands_and_its_timeline(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}?", b.job("passed", b.QUEUED, b.CLAIMED, b.PASSED, losses=1, twins=2))
    result = run("ci", "job", b.JOB_ID)
    assert (result.exit_code, result.stderr) == (0, "")
    for said in (
        "status     passed",
        f"sha        {b.SHA}",
        "cause      push by ada",
        "attempt    1, 1 run lost",
        "began      2026-01-01 12:00:02, after 2 s",
        "ended      2026-01-01 12:00:09, after 7 s",
        "twins      2 other hooks asked for this commit",
        "\n2026-01-01 12:00:09  Attempt 1 passed.\n",
    ):
        assert said in result.stdout
    assert len(stub.asked) == 1


def test_a_job_that_waits_tells_where(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}?", b.job())
    shown = run("ci", "job", b.JOB_ID, "--log").stdout
    assert "priority   5, position 3 in the queue" in shown
    assert "attempt    none yet" in shown
    assert shown.endswith("no attempt has begun\n")
    assert "began" not in shown


def test_a_log_cannot_command_the_terminal(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}?", b.job("active", b.QUEUED, b.CLAIMED))
    stub.answer(f"{LOG}1", b"ok\r\n\tred \x1b[31m\x07\xff\xe2\x80\xae[b]\x1b[2J!\n10%\rx\nlast")
    result = run("ci", "job", b.JOB_ID, "--log")
    *_, head, first, red, second, last = result.stdout.splitlines()
    assert (head, first, last) == ("log of attempt 1", "ok", "last")
    assert red.strip() == r"red \xff\u202e[b]!"
    assert second == "x"
    assert all(one.isprintable() for one in result.stdout.replace("\n", ""))


def test_a_log_for_programs_is_a_field(run: Run, stub: StubService) -> None:
    known = b.job("active", b.QUEUED, b.CLAIMED)
    stub.answer(f"{ONE}?", known)
    stub.answer(f"{LOG}1", b"\x1b[31mred\n")
    said = json.loads(run("ci", "job", b.JOB_ID, "--log", "--json").stdout)
    assert said == known | {"log": "\x1b[31mred\n"}
    assert json.loads(run("ci", "job", b.JOB_ID, "--json").stdout) == known


def test_a_log_of_which_nothing_was_kept_is_no_failure(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}?", b.job("active", b.QUEUED, b.CLAIMED))
    result = run("ci", "job", b.JOB_ID, "--log")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("attempt 1 has said nothing so far\n")
    assert json.loads(run("ci", "job", b.JOB_ID, "--log", "--json").stdout)["log"] is None


def test_an_older_attempts_log_is_had_by_its_number_and_a_later_one_is_refused(
    run: Run, stub: StubService
) -> None:
    again = b.happened(4, "JobClaimed", "Attempt 2 began, in one of 4 slots.")
    stub.answer(f"{ONE}?", b.job("active", b.QUEUED, b.CLAIMED, again))
    stub.answer(f"{LOG}1", b"the first\n")
    assert "the first\n" in run("ci", "job", b.JOB_ID, "--attempt", "1").stdout
    result = run("ci", "job", b.JOB_ID, "--attempt", "3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "waybill: there is no attempt 3: the newest is 2\n"


def test_a_job_of_a_later_release_is_shown_all_the_same(run: Run, stub: StubService) -> None:
    later = {"at": None, "version": 2, "type": "job_paused"}
    stub.answer(f"{ONE}?", b.job("paused", b.QUEUED, later))
    shown = run("ci", "job", b.JOB_ID).stdout
    assert "status     paused" in shown
    assert "job paused" in shown


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.9, "59 s"), (123, "2 min 3 s"), (3_600, "1 h"), (90_061, "1 d 1 h")],
)
def test_a_duration_is_told_by_its_two_largest_units(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_a_duration_between_times_that_nobody_knows_is_none() -> None:
    assert between(None, "2026-01-01T12:00:00Z") == "-"
    assert between("2026-01-01T12:00:00Z", "2026-01-01T11:00:00Z") == "0 s"
