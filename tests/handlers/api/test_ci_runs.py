"""What runners elsewhere say over HTTP: that a run goes on, and how it ended."""

import json
from typing import Any

import pytest

from domain.ci.places import LEASE, milliseconds
from tests.support.apps import Answered, App, event


def running(app: App) -> str:
    job_id = app.desk.push("main", "Mend it")
    app.desk.schedule()
    app.desk.wait(seconds=30)
    return job_id


def said(app: App, job_id: str, what: str, body: object = None, attempt: object = 1) -> Answered:
    """Say something of a run, without any key."""
    text = None if body is None else json.dumps(body)
    return app.send(event("POST", f"/ci/jobs/{job_id}/attempts/{attempt}/{what}", text))


def test_a_heartbeat_makes_the_lease_last_longer(app: App) -> None:
    job_id = running(app)
    answer = said(app, job_id, "heartbeat")
    assert (answer.status, answer.json["stop"]) == (200, False)
    assert answer.json["lease_until"] == "2026-01-01T12:02:00Z"
    (run,) = app.desk.look().running
    assert run.until_ms == milliseconds(app.desk.now + LEASE)


def test_a_heartbeat_hears_of_a_cancellation(app: App) -> None:
    job_id = running(app)
    app.post(f"/ci/jobs/{job_id}/cancel")
    assert said(app, job_id, "heartbeat").json["stop"] is True


RESULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "passed": ({"exit_code": 0}, "passed", "Passed."),
    "failed": ({"exit_code": 3}, "failed", "Failed with exit code 3."),
    "failed by a signal": ({"exit_code": -9}, "failed", "Failed with exit code -9."),
    "failed, and why": (
        {"exit_code": 127, "detail": "No such script."},
        "failed",
        "Failed with exit code 127. No such script.",
    ),
    "stopped": ({"exit_code": None}, "cancelled", "Cancelled by runner."),
    "stopped with a code": (
        {"exit_code": 143, "cancelled": True},
        "cancelled",
        "Cancelled by runner.",
    ),
}


@pytest.mark.parametrize(("body", "status", "summary"), RESULTS.values(), ids=RESULTS)
def test_a_result_ends_the_job_and_gives_its_slot_back(
    app: App, body: dict[str, Any], status: str, summary: str
) -> None:
    job_id = running(app)
    answer = said(app, job_id, "result", body)
    assert (answer.status, answer.json["status"]) == (200, status)
    assert answer.json["summary"] == summary
    assert app.desk.board.taken == 0


def test_the_first_word_on_an_attempt_stands_however_often_it_is_said(app: App) -> None:
    job_id = running(app)
    first = said(app, job_id, "result", {"exit_code": 0})
    assert said(app, job_id, "result", {"exit_code": 0}).text == first.text
    assert said(app, job_id, "result", {"exit_code": 1}).text == first.text
    assert app.desk.events(job_id) == ["JobQueued", "JobClaimed", "JobFinished"]


def test_a_run_that_is_no_longer_the_jobs_is_told_so(app: App) -> None:
    job_id = running(app)
    app.desk.wait(seconds=1)
    app.desk.beat(job_id)
    app.desk.wait(minutes=5)
    app.desk.sweep()
    app.desk.schedule()
    assert app.desk.job(job_id).attempt == 2
    for what, body in (("heartbeat", None), ("result", {"exit_code": 0})):
        answer = said(app, job_id, what, body)
        assert (answer.status, answer.json["code"]) == (409, "stale_attempt")
        assert answer.json["facts"] == {"attempt": 2, "status": "active"}
    assert app.desk.job(job_id).status.value == "active"


@pytest.mark.parametrize("what", ["heartbeat", "result"])
def test_a_run_of_a_job_that_is_not_there_is_not_found(app: App, what: str) -> None:
    answer = said(app, "nope", what, {"exit_code": 0})
    assert (answer.status, answer.json["code"]) == (404, "job_not_found")


WRONG = {
    "no word on how": ({}, 1, "exit_code"),
    "nothing": (None, 1, "body"),
    "code as text": ({"exit_code": "0"}, 1, "exit_code"),
    "code as truth": ({"exit_code": False}, 1, "exit_code"),
    "endless code": ({"exit_code": 2**32}, 1, "exit_code"),
    "control characters": ({"exit_code": 1, "detail": "a\x1bb"}, 1, "detail"),
    "long words": ({"exit_code": 1, "detail": "x" * 501}, 1, "detail"),
    "unknown field": ({"exit_code": 1, "code": 1}, 1, "code"),
    "attempt 0": ({"exit_code": 1}, 0, "attempt"),
    "attempt as a word": ({"exit_code": 1}, "first", "attempt"),
}


@pytest.mark.parametrize(("body", "attempt", "field"), WRONG.values(), ids=WRONG)
def test_a_result_that_cannot_be_names_its_field(
    app: App, body: object, attempt: object, field: str
) -> None:
    job_id = running(app)
    answer = said(app, job_id, "result", body, attempt)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field), answer.text
    assert app.desk.job(job_id).status.value == "active"
