"""The command line and CI's part of the API speak of the same things: the real one is behind."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest
from click.testing import Result

from adapters.github.hooks import read
from adapters.github.signatures import is_signed
from adapters.memory.shelves import MemoryBodies
from domain.ci.hooks import Change
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import run_name
from handlers.cli import service
from handlers.local.gateway import WEBHOOK_ROUTE, Request, Response, as_event, as_response
from handlers.webhooks.github import Intake, take
from tests.cli.conftest import SIGNED_WITH
from tests.support.apps import App
from tests.support.ci_desk import Desk
from tests.support.stub_service import StubService

Run = Callable[..., Result]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(autouse=True)
def app(stub: StubService, desk: Desk) -> App:
    """Let the service be the real functions over memory, as the local front serves them."""
    real = App(desk=desk)
    intake = Intake(
        desk.streams,
        MemoryBodies(),
        lambda header, body: is_signed(header, body, [SIGNED_WITH]),
        read,
        desk.clock,
    )

    def served(request: Request) -> Response:
        event = as_event(request)
        with redirect_stdout(io.StringIO()):  # The service's logs go to the service's own output.
            if event["routeKey"] == WEBHOOK_ROUTE:
                return as_response(take(intake, event))
            return as_response(real.application(event, None))

    stub.served = served
    return real


def _pushed(run: Run, *options: str) -> str:
    """Push, and return the job that it made."""
    result = run("ci", "push", "acme/shop", "--json", *options)
    assert result.exit_code == 0, result.stdout
    jobs = {one["said"]["job_id"] for one in json.loads(result.stdout)}
    assert len(jobs) == 1
    return str(jobs.pop())


def test_a_push_that_is_sent_ten_times_at_once_is_one_job(run: Run, desk: Desk) -> None:
    result = run("ci", "push", "acme/shop", "--times", "10")
    assert (result.exit_code, result.stderr) == (0, "")
    queued, known, following, _ = result.stdout.splitlines()
    (job_id,) = desk.board.queue
    assert (queued, known) == (f"queued {job_id}", f"known {job_id}  9 times")
    assert following == f"Next: waybill ci watch {job_id}"


def test_a_service_with_another_secret_takes_no_push(run: Run, stub: StubService) -> None:
    served = stub.served
    assert served is not None

    def forged(request: Request) -> Response:
        return served(Request(request.method, request.path, "", request.headers, b"{}"))

    stub.served = forged
    result = run("ci", "push", "acme/shop")
    assert result.exit_code == 1
    assert "(signature_invalid)" in result.stdout


def test_the_queue_shows_what_runs_and_why_others_wait(run: Run, desk: Desk) -> None:
    first = _pushed(run, "--branch", "main")
    desk.schedule()
    second = _pushed(run, "--branch", "main", "--user", "bob")
    body = json.loads(run("ci", "queue", "acme", "--json").stdout)
    assert [one["job_id"] for one in body["running"]] == [first]
    assert [(one["job_id"], one["blocked_by"]) for one in body["waiting"]] == [(second, "branch")]
    shown = run("ci", "queue", "ACME").stdout
    assert "acme  1 of 4 slots taken" in shown
    assert "its branch is busy" in shown
    desk.change(Change.SUSPENDED)
    assert "the account is suspended" in run("ci", "queue", "acme").stdout


def test_every_page_of_a_long_queue_is_there_once(
    run: Run, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_PAGE", 3)
    jobs = [desk.push(f"branch-{number}") for number in range(8)]
    body = json.loads(run("ci", "queue", "acme", "--json").stdout)
    assert sorted(one["job_id"] for one in body["waiting"]) == sorted(jobs)
    assert [one["position"] for one in body["waiting"]] == list(range(1, 9))


def test_a_job_is_shown_and_watched_with_its_log_to_its_end(run: Run, desk: Desk, app: App) -> None:
    job_id = _pushed(run, "--message", "Add a lid", "--user", "ada")
    assert "position 1 in the queue" in run("ci", "job", job_id, "--log").stdout
    desk.schedule()
    assert "has said nothing so far" in run("ci", "job", job_id, "--log").stdout
    app.logs.keep(run_name(job_id, 1), b"building \x1b[31m\xff\n")
    desk.finish(job_id, Conclusion.FAILED, 2)
    result = run("ci", "watch", job_id)
    assert (result.exit_code, result.stderr) == (1, "")
    queued, began, said, failed, last = result.stdout.splitlines()
    assert "ada pushed" in queued
    assert began.endswith("Attempt 1 began, in one of 4 slots.")
    assert said == "  | building \ufffd"
    assert failed.endswith("Attempt 1 failed with exit code 2.")
    assert last.startswith(f"job {job_id}: Failed with exit code 2.")
    shown = run("ci", "job", job_id, "--log").stdout
    assert "title      Add a lid" in shown
    assert "building \ufffd\n" in shown


def test_a_job_that_passed_is_status_0(run: Run, desk: Desk) -> None:
    job_id = _pushed(run)
    desk.schedule()
    desk.finish(job_id)
    assert run("ci", "watch", job_id).exit_code == 0


def test_a_job_is_moved_cancelled_and_run_again(run: Run, desk: Desk) -> None:
    job_id = _pushed(run)
    assert json.loads(run("ci", "priority", job_id, "9", "--json").stdout)["priority"] == 9
    cancelled = run("ci", "cancel", job_id)
    assert (cancelled.exit_code, cancelled.stderr) == (0, "")
    assert f"job {job_id}: Cancelled by local." in cancelled.stdout
    assert run("ci", "watch", job_id).exit_code == 1
    again = run("ci", "retry", job_id)
    assert f"job {job_id}: Waiting in the queue." in again.stdout
    assert desk.events(job_id)[-2:] == ["JobCancelled", "JobRetried"]


def test_what_a_job_refuses_is_said_in_the_words_of_the_api(run: Run) -> None:
    job_id = _pushed(run)
    refused = run("ci", "retry", job_id)
    assert refused.exit_code == 1
    assert "(job_not_ended)" in refused.stderr
    for command in (("job", "none"), ("cancel", "none"), ("watch", "none")):
        result = run("ci", *command)
        assert result.exit_code == 1
        assert "(job_not_found)" in result.stderr


def test_settings_are_chosen_one_by_one(run: Run, desk: Desk) -> None:
    shown = run("ci", "settings", "acme")
    assert (shown.exit_code, shown.stderr) == (0, "")
    for options in (("--slots", "2"), ("--supersede", "--notify", "none"), ("--allow", "ada")):
        assert run("ci", "settings", "acme", *options).exit_code == 0
    chosen = run("ci", "settings", "acme", "--block", "ada", "--aging", "60", "--json")
    body = json.loads(chosen.stdout)
    assert body["settings"] == {
        "slots": 2,
        "aging_s": 60,
        "supersedes": True,
        "notify": "none",
        "allowed": [],
        "blocked": ["ada"],
        "mail_to": "",
    }
    assert desk.look().account.settings.blocked == ("ada",)


def test_settings_that_the_api_refuses_change_nothing(run: Run, desk: Desk) -> None:
    result = run("ci", "settings", "acme", "--allow", "no such login")
    assert result.exit_code == 1
    assert "(validation_failed)" in result.stderr
    assert desk.look().account.settings.allowed == ()
