"""A job over HTTP: how it stands, cancel, retry, priority, and its log."""

import base64
import json
from typing import Any, get_args

import pytest

from domain.ci.accounts import Settings
from domain.ci.hooks import Trigger
from domain.ci.jobs import events as e
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import run_name
from handlers.api.ci.asking import named
from handlers.api.ci.logs import LOG_BYTES_MAX
from handlers.api.ci.sentences import sentence
from handlers.ci import agent
from tests.support import ci_builders as b
from tests.support.apps import App, event
from tests.support.builders import AT


def waiting(app: App, branch: str = "main") -> str:
    job_id = app.desk.push(branch, "Mend it")
    app.desk.wait(seconds=5)
    return job_id


def running(app: App, branch: str = "main") -> str:
    job_id = waiting(app, branch)
    app.desk.schedule()
    assert app.desk.start(job_id)
    app.desk.wait(seconds=30)
    return job_id


def ended(app: App, conclusion: Conclusion = Conclusion.FAILED, exit_code: int = 2) -> str:
    job_id = running(app)
    app.desk.finish(job_id, conclusion, exit_code)
    return job_id


# ---- reading ---------------------------------------------------------------------------------


def test_a_waiting_job_is_shown_with_its_place(app: App) -> None:
    waiting(app, "docs")
    job_id = waiting(app)
    answer = app.get(f"/ci/jobs/{job_id}")
    job = answer.json
    sha = job["sha"]
    assert (answer.status, answer.headers["ETag"]) == (200, '"1"')
    assert job == {
        "job_id": job_id,
        "version": 1,
        "customer_id": "acme",
        "repository": "acme/shop",
        "ref": "refs/heads/main",
        "sha": sha,
        "trigger": "push",
        "user": "ann",
        "title": "Mend it",
        "number": 0,
        "status": "pending",
        "summary": "Waiting in the queue.",
        "priority": 5,
        "attempt": 0,
        "losses": 0,
        "round": 1,
        "position": 2,
        "queued_at": "2026-01-01T12:00:05Z",
        "claimed_at": None,
        "ended_at": None,
        "exit_code": None,
        "detail": "",
        "cancel_requested_by": None,
        "twins": 0,
        "timeline": [
            {
                "at": "2026-01-01T12:00:05Z",
                "version": 1,
                "type": "JobQueued",
                "text": f"ann pushed {sha[:10]} to main; queued.",
            }
        ],
        "links": {
            "self": f"/ci/jobs/{job_id}",
            "page": f"/ci/jobs/{job_id}/page",
            "log": None,
            "queue": "/ci/customers/acme/queue",
        },
    }


def test_a_job_that_failed_is_shown_with_its_times_and_its_timeline(app: App) -> None:
    job = app.get(f"/ci/jobs/{ended(app)}").json
    assert (job["status"], job["summary"]) == ("failed", "Failed with exit code 2.")
    assert (job["exit_code"], job["attempt"], job["position"]) == (2, 1, None)
    assert (job["claimed_at"], job["ended_at"]) == ("2026-01-01T12:00:05Z", "2026-01-01T12:00:35Z")
    assert job["links"]["log"] == f"/ci/jobs/{job['job_id']}/log"
    assert [(one["version"], one["type"], one["text"]) for one in job["timeline"][1:]] == [
        (2, "JobClaimed", "Attempt 1 began, in one of 4 slots."),
        (3, "JobFinished", "Attempt 1 failed with exit code 2."),
    ]


def test_a_version_that_the_caller_has_is_not_sent_again(app: App) -> None:
    path = f"/ci/jobs/{ended(app)}"
    etag = app.get(path).headers["ETag"]
    assert app.get(path, if_none_match=etag).status == 304


def test_a_waiting_job_is_always_sent_since_others_move_it(app: App) -> None:
    ahead, behind = waiting(app, "docs"), waiting(app)
    path = f"/ci/jobs/{behind}"
    etag = app.get(path).headers["ETag"]
    app.desk.cancel(ahead)
    answer = app.get(path, if_none_match=etag)
    assert (answer.status, answer.json["position"]) == (200, 1)


def test_a_job_far_down_a_queue_knows_its_place(app: App) -> None:
    jobs = [app.desk.push(f"b{number}") for number in range(400)]
    positions = {
        job_id: app.get(f"/ci/jobs/{job_id}").json["position"] for job_id in (jobs[0], jobs[399])
    }
    queue = list(app.desk.board.queue)
    assert positions == {job_id: queue.index(job_id) + 1 for job_id in positions}


@pytest.mark.parametrize("path", ["", "/log"])
def test_a_job_that_is_not_there_is_not_found(app: App, path: str) -> None:
    answer = app.get(f"/ci/jobs/nope{path}")
    assert (answer.status, answer.json["code"]) == (404, "job_not_found")
    assert app.get(f"/ci/jobs/a b{path}").status == 422


HAPPENED: list[tuple[e.JobEvent, str]] = [
    (b.queued(), "ann pushed aaaaaaaaaa to main; queued."),
    (e.RetryRequested("bob", AT), "bob asked for another run, which follows once this one has"),
    (e.TwinRecorded(Trigger.PULL_REQUEST, "h", AT), "A pull request of the same commit joined in"),
    (
        e.TwinRecorded(Trigger.PUSH, "h", AT, "bob", "refs/heads/dev"),
        "A push of the same commit to dev joined in: this job answers it too. bob vouches for it.",
    ),
    (b.prioritised(9), "ann set the priority to 9."),
    (b.claimed(1, slots=1), "Attempt 1 began, in the only slot."),
    (b.stopping(), "ann asked for the end; the runner hears of it with its next heartbeat."),
    (b.passed(2), "Attempt 2 passed."),
    (
        e.JobFinished(1, Conclusion.FAILED, 127, AT, "No such script."),
        "Attempt 1 failed with exit code 127. No such script.",
    ),
    (b.cancelled(), "Cancelled by ann."),
    (b.superseded("j2"), "Superseded by job j2, a newer one of its branch."),
    (b.rejected(), "Not run: its user is not allowed here"),
    (b.lost(), "Attempt 1 was lost: its runner fell silent."),
    (e.JobGivenUp(4, AT), "Given up: 4 runs were lost."),
    (b.retried(), "ann asked for another run; it waits at the end of the queue."),
]


@pytest.mark.parametrize(("happened", "said"), HAPPENED, ids=lambda one: type(one).__name__)
def test_every_event_is_said_in_plain_english(happened: e.JobEvent, said: str) -> None:
    assert sentence(happened).startswith(said)


def test_no_event_is_without_a_sentence() -> None:
    assert {type(one) for one, _ in HAPPENED} == set(get_args(e.JobEvent))


@pytest.mark.parametrize("trigger", Trigger)
def test_every_cause_is_said(trigger: Trigger) -> None:
    command = b.queue(wanted=b.build(trigger=trigger))
    (queued,) = DECIDER.decide(command, DECIDER.fold.initial)
    assert "aaaaaaaaaa" in sentence(queued)


# ---- commands --------------------------------------------------------------------------------


def test_a_waiting_job_is_cancelled_at_once_by_whoever_asks(app: App) -> None:
    job_id = waiting(app)
    answer = app.post(f"/ci/jobs/{job_id}/cancel")
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json["status"], answer.json["summary"]) == ("cancelled", "Cancelled by local.")
    assert app.desk.board.queue == ()


def test_a_cancellation_names_who_wants_it(app: App) -> None:
    job = app.post(f"/ci/jobs/{waiting(app)}/cancel", {"by": "Ann Ω"}).json
    assert (job["summary"], job["cancel_requested_by"]) == ("Cancelled by Ann Ω.", "Ann Ω")


def test_a_running_job_is_asked_to_stop(app: App) -> None:
    job_id = running(app)
    job = app.post(f"/ci/jobs/{job_id}/cancel").json
    assert (job["status"], job["summary"]) == ("active", "Being stopped.")
    assert job["cancel_requested_by"] == "local"
    assert app.desk.beat(job_id).is_to_stop


def test_a_job_that_has_ended_is_not_cancelled(app: App) -> None:
    job_id = ended(app)
    answer = app.post(f"/ci/jobs/{job_id}/cancel")
    assert (answer.status, answer.json["code"]) == (409, "job_ended")
    assert answer.json["facts"] == {"status": "failed"}


def test_the_same_key_cancels_once_and_is_answered_with_the_same_bytes(app: App) -> None:
    job_id = waiting(app)
    first = app.post(f"/ci/jobs/{job_id}/cancel", key="once")
    app.post(f"/ci/jobs/{job_id}/retry")
    again = app.post(f"/ci/jobs/{job_id}/cancel", key="once")
    assert (again.status, again.text) == (200, first.text)
    assert again.headers["Idempotent-Replay"] == "true"
    assert app.desk.job(job_id).status.value == "pending"


def test_a_job_that_has_ended_is_run_again_at_the_end_of_the_queue(app: App) -> None:
    job_id = ended(app)
    waiting(app, "docs")
    job = app.post(f"/ci/jobs/{job_id}/retry", {"by": "bob"}).json
    assert (job["status"], job["round"], job["exit_code"]) == ("pending", 2, None)
    assert job["timeline"][-1]["text"].startswith("bob asked for another run")
    assert app.get(f"/ci/jobs/{job_id}").json["position"] == 2


def test_a_job_that_has_not_ended_is_not_run_again(app: App) -> None:
    answer = app.post(f"/ci/jobs/{running(app)}/retry")
    assert (answer.status, answer.json["code"]) == (409, "job_not_ended")


def test_a_priority_moves_a_job_by_what_its_customer_holds_it_worth(app: App) -> None:
    app.desk.choose(Settings(aging_s=10))
    early = waiting(app, "docs")
    app.desk.wait(seconds=30)
    late = waiting(app)
    path = f"/ci/jobs/{late}/priority"
    answer = app.post(path, {"priority": 8})
    assert (answer.status, answer.json["priority"]) == (200, 8)
    assert app.desk.board.queue == (early, late)  # Three levels are 30 s; it came 35 s later.
    assert app.post(path, {"priority": 9}).json["position"] is None
    assert app.desk.board.queue == (late, early)
    assert app.get(f"/ci/jobs/{late}").json["position"] == 1


def test_a_job_that_runs_is_not_moved(app: App) -> None:
    answer = app.post(f"/ci/jobs/{running(app)}/priority", {"priority": 9})
    assert (answer.status, answer.json["code"]) == (409, "job_not_pending")


WRONG: dict[str, tuple[str, Any, str]] = {
    "no priority": ("priority", {}, "priority"),
    "priority 0": ("priority", {"priority": 0}, "priority"),
    "priority 10": ("priority", {"priority": 10}, "priority"),
    "priority as text": ("priority", {"priority": "9"}, "priority"),
    "priority as truth": ("priority", {"priority": True}, "priority"),
    "nobody": ("cancel", {"by": ""}, "by"),
    "blanks": ("cancel", {"by": "  "}, "by"),
    "a long name": ("retry", {"by": "x" * 65}, "by"),
    "a line feed": ("retry", {"by": "ann\nbob"}, "by"),
    "unknown field": ("retry", {"who": "ann"}, "who"),
}


@pytest.mark.parametrize(("verb", "body", "field"), WRONG.values(), ids=WRONG)
def test_a_command_that_cannot_be_names_its_field(
    app: App, verb: str, body: object, field: str
) -> None:
    job_id = waiting(app)
    answer = app.post(f"/ci/jobs/{job_id}/{verb}", body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)
    assert app.desk.events(job_id) == ["JobQueued"]


@pytest.mark.parametrize("verb", ["cancel", "retry", "priority"])
def test_a_command_to_a_job_that_is_not_there_is_not_found(app: App, verb: str) -> None:
    answer = app.post(f"/ci/jobs/nope/{verb}", {"priority": 9} if verb == "priority" else None)
    assert (answer.status, answer.json["code"]) == (404, "job_not_found")


def test_a_command_on_an_old_version_is_refused(app: App) -> None:
    job_id = running(app)
    answer = app.post(f"/ci/jobs/{job_id}/cancel", if_match='"1"')
    assert (answer.status, answer.json["code"]) == (412, "stale_version")
    assert answer.headers["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("caller", "name"),
    [
        ("arn:aws:iam::1:user/teams/ann", "ann"),
        ("arn:aws:sts::1:assumed-role/shop", "shop"),
        ("https://id.example.com#auth0|ann", "ann"),
        ("https://id.example.com#", "id.example.com"),
        ("arn:aws:iam::1:user/\u202e<b>\n/", "b"),
        ("#/:", "somebody"),
        (f"arn:aws:iam::1:user/{'x' * 99}", "x" * 64),
    ],
)
def test_whoever_asks_is_named_by_the_last_part_that_can_be_read(caller: str, name: str) -> None:
    assert named(caller, None) == name
    assert named(caller, "Ann") == "Ann"


# ---- logs ------------------------------------------------------------------------------------


def test_the_log_is_the_newest_attempts_unless_another_is_asked_for(app: App) -> None:
    job_id = ended(app)
    app.logs.keep(run_name(job_id, 1), b"first\n")
    app.desk.retry(job_id)
    app.desk.schedule()
    app.logs.keep(run_name(job_id, 2), "second \N{CHECK MARK}\n".encode())
    path = f"/ci/jobs/{job_id}/log"
    answer = app.get(path)
    assert (answer.status, answer.text) == (200, "second \N{CHECK MARK}\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert app.get(f"{path}?attempt=1").text == "first\n"
    assert app.send(event("HEAD", path)).text == ""


@pytest.mark.parametrize("attempt", ["0", "1", "2"])
def test_a_log_that_is_not_there_is_not_found(app: App, attempt: str) -> None:
    job_id = running(app)
    app.logs.keep(run_name(job_id, 2), b"of a run that never was")
    answer = app.get(f"/ci/jobs/{job_id}/log?attempt={attempt}")
    assert (answer.status, answer.json["code"]) == (404, "log_not_found")


def test_a_job_that_never_ran_has_no_log(app: App) -> None:
    answer = app.get(f"/ci/jobs/{waiting(app)}/log")
    assert (answer.status, answer.json["code"]) == (404, "log_not_found")


def test_bytes_that_are_no_text_are_shown_as_unreadable(app: App) -> None:
    job_id = running(app)
    app.logs.keep(run_name(job_id, 1), b"a\xff\xc3(\x00b")
    assert app.get(f"/ci/jobs/{job_id}/log").text == "a\ufffd\ufffd(\x00b"


def test_of_a_log_too_long_for_an_answer_the_end_is_shown(app: App) -> None:
    job_id = running(app)
    app.logs.keep(run_name(job_id, 1), b"x" * 10 + b"\0" * LOG_BYTES_MAX)
    answer = app.get(f"/ci/jobs/{job_id}/log")
    first, _, rest = answer.text.partition("\n")
    assert first == "[... 10 bytes left out here ...]"
    assert rest == "\0" * LOG_BYTES_MAX


def test_a_log_of_nothing_but_controls_fits_into_an_answer_of_lambda(app: App) -> None:
    job_id = running(app)
    app.logs.keep(run_name(job_id, 1), b"\0" * LOG_BYTES_MAX)
    answer = app.application(event("GET", f"/ci/jobs/{job_id}/log"), None)
    assert len(json.dumps(answer)) < 6 * 1024 * 1024
    assert base64.b64decode(answer["body"]) == b"\0" * LOG_BYTES_MAX


def test_all_that_an_agent_keeps_of_a_log_can_be_read() -> None:
    assert agent.LOG_BYTES_MAX <= LOG_BYTES_MAX
