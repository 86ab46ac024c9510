import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from rich.console import Console

from handlers.cli.render.ci.live import progress
from tests.cli import ci_bodies as b
from tests.support.stub_service import StubService

Run = Callable[..., Result]

ONE = f"/ci/jobs/{b.JOB_ID}?"
LOG = f"/ci/jobs/{b.JOB_ID}/log?attempt="
WATCH = "handlers.cli.commands.ci.watch"
NOON = datetime(2026, 1, 1, 12, 0, 14, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{WATCH}.POLL_S", 0)


def test_a_job_is_followed_from_the_queue_to_its_end_each_line_once(
    run: Run, stub: StubService
) -> None:
    stub.answer(ONE, b.job())
    stub.then(ONE, b.job())
    stub.then(ONE, b.job("active", b.QUEUED, b.CLAIMED))
    stub.then(ONE, b.job("active", b.QUEUED, b.CLAIMED))
    stub.then(ONE, b.job("passed", b.QUEUED, b.CLAIMED, b.PASSED))
    stub.answer(f"{LOG}1", {}, 404)
    stub.then(f"{LOG}1", b"compiling\nlin")
    stub.then(f"{LOG}1", b"compiling\nlinking\nno newline")
    result = run("ci", "watch", b.JOB_ID)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "2026-01-01 12:00:00  ada pushed 6113728f27 to main; queued.",
        "2026-01-01 12:00:02  Attempt 1 began, in one of 4 slots.",
        "  | compiling",
        "  | linking",
        "  | no newline",
        "2026-01-01 12:00:09  Attempt 1 passed.",
        f"job {b.JOB_ID}: Passed.",
    ]


def test_the_rest_of_a_lost_runs_log_comes_before_the_next_attempt(
    run: Run, stub: StubService
) -> None:
    lost = b.happened(3, "RunLost", "Attempt 1 was lost.")
    again = b.happened(4, "JobClaimed", "Attempt 2 began, in one of 4 slots.")
    stub.answer(ONE, b.job("active", b.QUEUED, b.CLAIMED))
    stub.then(ONE, b.job("failed", b.QUEUED, b.CLAIMED, lost, again, attempt=2))
    stub.answer(f"{LOG}1", b"begun\n")
    stub.then(f"{LOG}1", b"begun\nhalf")
    stub.answer(f"{LOG}2", b"second\n")
    result = run("ci", "watch", b.JOB_ID)
    assert result.exit_code == 1
    assert [line.partition("  ")[2] or line for line in result.stdout.splitlines()[2:-1]] == [
        "| begun",
        "| half",
        "Attempt 1 was lost.",
        "Attempt 2 began, in one of 4 slots.",
        "| second",
    ]


@pytest.mark.parametrize("status", ["failed", "lost", "cancelled", "rejected", "superseded"])
def test_any_other_end_than_a_pass_is_status_1(run: Run, stub: StubService, status: str) -> None:
    stub.answer(ONE, b.job(status, summary="So it ended."))
    result = run("ci", "watch", b.JOB_ID)
    assert result.exit_code == 1
    assert result.stdout.endswith(f"job {b.JOB_ID}: So it ended.\n")


def test_a_log_that_is_watched_cannot_command_the_terminal(run: Run, stub: StubService) -> None:
    stub.answer(ONE, b.job("passed", b.QUEUED, b.CLAIMED, b.PASSED))
    stub.answer(f"{LOG}1", b"\x1b[2J\x07\x1b[31mred\n")
    shown = run("ci", "watch", b.JOB_ID).stdout
    assert "\n  | red\n" in shown
    assert all(one.isprintable() for one in shown.replace("\n", ""))


def test_ctrl_c_stops_watching_only_and_says_so(
    run: Run, stub: StubService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"{WATCH}.wait", interrupted)
    stub.answer(ONE, b.job())
    result = run("ci", "watch", b.JOB_ID)
    assert result.exit_code == 130
    assert "watching stopped; the job goes on" in result.stderr
    assert f"waybill ci cancel {b.JOB_ID}" in result.stderr
    assert not stub.commands


def test_a_service_that_is_silent_for_a_moment_is_asked_again_and_no_line_is_lost(
    run: Run, stub: StubService
) -> None:
    stub.answer(ONE, b.job())
    stub.then(ONE, b"", 503)
    stub.then(ONE, b.job("passed", b.QUEUED, b.CLAIMED, b.PASSED))
    stub.answer(f"{LOG}1", b"", 503)
    stub.then(f"{LOG}1", b"fine\n")
    result = run("ci", "watch", b.JOB_ID)
    assert result.exit_code == 0
    assert [line[21:] for line in result.stdout.splitlines()[:2]] == [
        b.QUEUED["text"],
        b.CLAIMED["text"],
    ]
    assert result.stdout.count("began") == 1
    assert "  | fine\n" in result.stdout


def test_a_service_that_stays_silent_is_a_failure(run: Run, stub: StubService) -> None:
    stub.answer(ONE, b.job())
    stub.then(ONE, b"", 503)
    result = run("ci", "watch", b.JOB_ID)
    assert (result.exit_code, result.stderr) == (2, "waybill: the service answered 503\n")


def test_a_job_that_there_is_not_is_no_patience_worth(run: Run, stub: StubService) -> None:
    result = run("ci", "watch", b.JOB_ID)
    assert (result.exit_code, len(stub.asked)) == (1, 1)


@pytest.mark.parametrize("arguments", [(), (b.JOB_ID, "--customer", "acme")])
def test_either_a_job_or_a_queue_is_watched(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("ci", "watch", *arguments).exit_code == 2


def test_a_queue_is_watched_on_a_terminal_only(run: Run) -> None:
    result = run("ci", "watch", "--customer", "acme")
    assert result.exit_code == 2
    assert "waybill ci queue acme" in result.stderr


# ---- on a terminal ------------------------------------------------------------------------------


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let the command line find a terminal."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=200, height=40, color_system=None)
    monkeypatch.setattr("handlers.cli.render.console.out", lambda: console)
    return shown


def test_on_a_terminal_a_line_says_how_far_it_is(
    run: Run, stub: StubService, screen: io.StringIO
) -> None:
    stub.answer(ONE, b.job())
    stub.then(ONE, b.job("passed", b.QUEUED, b.CLAIMED, b.PASSED))
    stub.answer(f"{LOG}1", b"fine\n")
    assert run("ci", "watch", b.JOB_ID).exit_code == 0
    assert "Ctrl-C stops watching" in screen.getvalue()
    assert f"job {b.JOB_ID}: Passed.\n" in screen.getvalue()


def test_how_far_a_job_is_counts_from_when_it_was_queued_or_begun() -> None:
    assert progress({}, NOON).plain == "asking ..."
    waits = progress(b.job(), NOON).plain
    assert waits == "pending for 14 s, position 3; Ctrl-C stops watching"
    runs = progress(b.job("active", b.QUEUED, b.CLAIMED), NOON).plain
    assert runs == "active, attempt 1, for 12 s; Ctrl-C stops watching"


def test_a_queue_is_drawn_anew_until_ctrl_c(
    run: Run, stub: StubService, screen: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = iter([None])

    def wait() -> None:
        if next(waits, NOON):
            raise KeyboardInterrupt

    monkeypatch.setattr(f"{WATCH}.wait", wait)
    stub.answer("/ci/customers/acme/queue?limit=50", b.QUEUE)
    stub.then("/ci/customers/acme/queue?limit=50", b.QUEUE | {"waiting": []})
    result = run("ci", "watch", "--customer", "Acme")
    assert result.exit_code == 130
    assert screen.getvalue().count("1 of 4 slots taken") >= 2
    assert screen.getvalue().count("its branch is busy") == 1
