"""CI's queue handlers: a notice is a reason to look; what cannot be done blocks no other."""

import json
from typing import Any

import pytest

from adapters.codec.published import notice_text
from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.ports import (
    Mail,
    Report,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
    RunLook,
    RunStatus,
)
from domain.ci.running import record
from domain.ci.scheduling import schedule
from domain.published.ports import notice_of
from handlers import wiring
from handlers.queues.ci import mail, report, results, start
from handlers.wiring import ci as wired
from tests.support.ci_memory import CiInMemory
from tests.support.ci_tables import push_body


class Queue:
    """Where messages are put back into, and for how long at least."""

    least_s: int = -1

    def back_off(self, _receipt_handle: str, _received: int, least_s: int) -> None:
        self.least_s = least_s


@pytest.fixture
def ci(monkeypatch: pytest.MonkeyPatch) -> CiInMemory:
    ci = CiInMemory()
    parts: dict[str, Any] = {
        "streams": lambda: ci.streams,
        "runner": lambda: ci.runner,
        "checks": lambda: ci.checks,
        "mailer": lambda: ci.mailer,
        "bodies": lambda: ci.bodies,
        "clock": ci.clock,
        "write_mail": lambda job, key, to: Mail(key, to, job.status.value, "text", "html"),
    }
    for name, part in parts.items():
        monkeypatch.setattr(wired, name, part)
    return ci


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    monkeypatch.setattr(wiring, "retries", lambda _arn: queue)
    return queue


def push(ci: CiInMemory, number: int = 1) -> str:
    body = push_body(number, f"b{number}", f"{number:040x}")
    job_id = str(ci.post("push", body)["body"]["job_id"])
    schedule(ci.streams, "octo", ci.clock, "test")
    return job_id


def ended(ci: CiInMemory, number: int = 1) -> str:
    job_id = push(ci, number)
    record(ci.streams, job_id, RecordResult(1, Conclusion.PASSED, 0, ci.clock()), "test")
    return job_id


def noticed(ci: CiInMemory, *job_ids: str) -> dict[str, Any]:
    """Return the messages that the newest commits of jobs become."""
    return {
        "Records": [
            {
                "messageId": job_id,
                "receiptHandle": "r",
                "body": notice_text(notice_of(ci.shared.commits[f"job#{job_id}"][-1])),
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:queue",
            }
            for job_id in job_ids
        ]
    }


def failed(answer: dict[str, Any]) -> list[str]:
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_a_claimed_job_is_started_once_however_often_the_notice_comes(ci: CiInMemory) -> None:
    job_id = push(ci)
    for _ in range(3):
        assert failed(start.handler(noticed(ci, job_id), None)) == []
    assert list(ci.runner.runs) == [f"{job_id}-1"]


def test_a_job_that_can_never_start_fails_in_words(ci: CiInMemory) -> None:
    job_id = push(ci)
    ci.runner.refused[f"{job_id}-1"] = "there is no script at x"
    start.handler(noticed(ci, job_id), None)
    assert (ci.job(job_id).status, ci.job(job_id).detail) == (
        Status.FAILED,
        "there is no script at x",
    )


def test_a_start_that_may_succeed_later_comes_again_and_keeps_no_other(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = push(ci, 1), push(ci, 2)
    begin = ci.runner.start

    def down_for_one(run: Any) -> bool:  # noqa: ANN401  # A Run.
        if run.job_id == one:
            raise TimeoutError
        return begin(run)

    monkeypatch.setattr(ci.runner, "start", down_for_one)
    assert failed(start.handler(noticed(ci, one, two), None)) == [one]
    assert list(ci.runner.runs) == [f"{two}-1"]


def test_how_a_job_stands_is_shown_once(ci: CiInMemory) -> None:
    job_id = ended(ci)
    for _ in range(2):
        assert failed(report.handler(noticed(ci, job_id), None)) == []
    assert [one.verdict for one in ci.checks.shown] == ["success"]
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert "status" not in line.note


@pytest.mark.parametrize(
    ("error", "comes_again"),
    [
        (ReportRefusedError("gone"), False),
        (ReportDeniedError("suspended"), False),
        (ReportLaterError(9, "busy"), True),
        (TimeoutError(), True),
    ],
)
def test_a_report_that_cannot_be_delivered_never_blocks_another(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch, error: Exception, comes_again: bool
) -> None:
    one, two = ended(ci, 1), ended(ci, 2)
    show = ci.checks.show

    def refuse_one(wanted: Report) -> None:
        if wanted.job_id == one:
            raise error
        show(wanted)

    monkeypatch.setattr(ci.checks, "show", refuse_one)
    answer = report.handler(noticed(ci, one, two), None)
    assert failed(answer) == ([one] if comes_again else [])
    assert [shown.job_id for shown in ci.checks.shown] == [two]


def test_a_denied_end_is_left_to_the_sweep_and_shown_when_its_notice_comes_again(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_wanted: Report) -> None:
        raise ReportDeniedError("suspended")

    job_id = ended(ci)
    with monkeypatch.context() as patched:
        patched.setattr(ci.checks, "show", denied)
        assert failed(report.handler(noticed(ci, job_id), None)) == []
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert "status" in line.note
    assert failed(report.handler(noticed(ci, job_id), None)) == []
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert "status" not in line.note


def test_what_github_wants_later_comes_again_when_it_said_and_no_sooner(
    ci: CiInMemory, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def later(_wanted: Report) -> None:
        raise ReportLaterError(1800, "busy")

    monkeypatch.setattr(ci.checks, "show", later)
    job_id = ended(ci)
    assert failed(report.handler(noticed(ci, job_id), None)) == [job_id]
    assert queue.least_s == 1800


def test_the_user_who_pushed_hears_of_the_end_once(ci: CiInMemory) -> None:
    job_id = ended(ci)
    for _ in range(3):
        assert failed(mail.handler(noticed(ci, job_id), None)) == []
    (sent,) = ci.mailer.sent
    assert (sent.key, sent.to, sent.subject) == (f"{job_id}-1", "ann@example.com", "passed")


def test_an_end_that_nobody_can_be_mailed_of_is_owed_no_longer_and_said_in_the_log(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wired, "address_of", lambda _body: "")
    job_id = ended(ci)
    for _ in range(2):
        assert failed(mail.handler(noticed(ci, job_id), None)) == []
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["job_id"] for one in said if one["event"] == "mail_nobody"] == [job_id]
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert (ci.mailer.sent, "mail" in line.note) == ([], False)


def test_a_mail_that_will_never_be_taken_is_given_up_and_owed_no_longer(ci: CiInMemory) -> None:
    job_id = ended(ci)
    ci.mailer.blocked.add("ann@example.com")
    assert failed(mail.handler(noticed(ci, job_id), None)) == []
    (line,) = ci.streams.boards.look(f"owed#{job_id}", 5).lines
    assert "mail" not in line.note


def execution(name: object) -> dict[str, Any]:
    body = json.dumps({"detail": {"name": name, "status": "FAILED"}})
    return {"Records": [{"messageId": "m1", "body": body}]}


def test_a_run_that_ended_elsewhere_is_looked_at_and_recorded_once(ci: CiInMemory) -> None:
    job_id = push(ci)
    start.handler(noticed(ci, job_id), None)
    name = f"{job_id}-1"
    assert failed(results.handler(execution(name), None)) == []
    assert ci.job(job_id).status is Status.ACTIVE
    ci.runner.end(name, RunLook(RunStatus.ENDED, Conclusion.FAILED, 2, "no space left"))
    for _ in range(2):
        assert failed(results.handler(execution(name), None)) == []
    assert (ci.job(job_id).exit_code, ci.job(job_id).detail) == (2, "no space left")


@pytest.mark.parametrize("name", ["somebody-elses", "a" * 26 + "-0", "a" * 26 + "-1"])
def test_an_execution_that_is_no_run_of_ours_is_passed_over(ci: CiInMemory, name: str) -> None:
    ci.runner.looks[name] = RunLook(RunStatus.ENDED, Conclusion.PASSED)
    assert failed(results.handler(execution(name), None)) == []


def test_a_message_that_says_nothing_of_use_ends_among_the_dead_letters(ci: CiInMemory) -> None:
    assert ci.shared.commits == {}
    message = {"Records": [{"messageId": "m1", "body": "{"}]}
    assert failed(results.handler(message, None)) == ["m1"]
