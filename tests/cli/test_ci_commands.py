import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result

from adapters.github.hooks import address, read
from adapters.github.signatures import is_signed
from domain.ci.hooks import Push
from handlers.cli.render.ci.words import ordinal
from handlers.local.gateway import Request, Response
from tests.cli import ci_bodies as b
from tests.cli.conftest import SIGNED_WITH, TestWorld
from tests.support.stub_service import StubService

Run = Callable[..., Result]

QUEUE = "/ci/customers/acme/queue?limit="
ONE = f"/ci/jobs/{b.JOB_ID}"
SETTINGS = "/ci/customers/acme/settings"


def _header(request: Request, name: str) -> str:
    return dict(request.headers).get(name, "")


# ---- asking something of a job ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "path", "body"),
    [
        (("cancel", b.JOB_ID), "cancel", b""),
        (("retry", b.JOB_ID), "retry", b""),
        (("priority", b.JOB_ID, "9"), "priority", b'{"priority": 9}'),
    ],
)
def test_what_is_asked_of_a_job_is_asked_under_a_key_of_its_own(
    run: Run, stub: StubService, command: tuple[str, ...], path: str, body: bytes
) -> None:
    stub.answer(f"{ONE}/{path}", b.job())
    result, for_programs = run("ci", *command), run("ci", *command, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    said = f"job {b.JOB_ID}: Waiting in the queue.\nNext: waybill ci watch {b.JOB_ID}\n"
    assert result.stdout == said
    assert json.loads(for_programs.stdout) == b.job()
    assert [one.body for one in stub.commands] == [body, body]
    keys = {UUID(_header(one, "idempotency-key")) for one in stub.commands}
    assert len(keys) == 2


def test_what_has_ended_needs_no_watching(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}/cancel", b.job("cancelled", summary="Cancelled by ada."))
    shown = run("ci", "cancel", b.JOB_ID).stdout
    assert shown == f"job {b.JOB_ID}: Cancelled by ada.\n"


def test_what_was_not_answered_is_sent_again_under_the_same_key(
    run: Run, stub: StubService
) -> None:
    stub.answer(f"{ONE}/retry", b"", 503)
    stub.then(f"{ONE}/retry", b.job())
    assert run("ci", "retry", b.JOB_ID).exit_code == 0
    first, second = stub.commands
    assert _header(first, "idempotency-key") == _header(second, "idempotency-key")


def test_what_is_never_answered_may_have_been_done_and_says_so(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}/cancel", b"", 503)
    result = run("ci", "cancel", b.JOB_ID)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the service answered 503. Whether it was done is not known" in result.stderr


def test_a_refusal_is_told_in_the_words_of_the_service(run: Run, stub: StubService) -> None:
    problem = {"code": "job_not_ended", "title": "The job has not ended yet", "detail": "Wait."}
    stub.answer(f"{ONE}/retry", problem, 409)
    result = run("ci", "retry", b.JOB_ID)
    assert result.exit_code == 1
    assert result.stderr == "waybill: The job has not ended yet: Wait. (job_not_ended)\n"
    assert len(stub.commands) == 1


def test_a_job_that_was_moved_says_where_it_stands_now(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}/priority", b.job())
    stub.answer(f"{ONE}?", b.job() | {"priority": 9, "position": 2})
    waiting = [b.WAITING | {"position": place, "job_id": f"j{place}"} for place in range(1, 13)]
    waiting[2]["job_id"] = b.JOB_ID  # Somebody has come before it since.
    stub.answer(f"{QUEUE}50", b.QUEUE | {"waiting": waiting})
    result = run("ci", "priority", b.JOB_ID, "9")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Now 3rd of 12 that wait, with priority 9.\n" in result.stdout
    said = json.loads(run("ci", "priority", b.JOB_ID, "9", "--json").stdout)
    assert (said["position"], said["queue_length"]) == (3, 12)


def test_a_job_that_has_begun_meanwhile_has_no_place(run: Run, stub: StubService) -> None:
    stub.answer(f"{ONE}/priority", b.job())
    stub.answer(f"{ONE}?", b.job("active", summary="Running, attempt 1.") | {"position": None})
    shown = run("ci", "priority", b.JOB_ID, "9").stdout
    assert shown.startswith(f"job {b.JOB_ID}: Running, attempt 1.\nNext:")


def test_places_are_written_as_people_say_them() -> None:
    said = " ".join(ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 102, 113, 1_001))
    assert said == "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 113th 1,001st"


@pytest.mark.parametrize("number", ["0", "10", "high"])
def test_a_priority_that_there_is_not_is_wrong_usage(
    run: Run, stub: StubService, number: str
) -> None:
    assert run("ci", "priority", b.JOB_ID, number).exit_code == 2
    assert not stub.asked


# ---- settings -----------------------------------------------------------------------------------


def test_settings_are_shown_with_the_options_that_change_them(run: Run, stub: StubService) -> None:
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    result = run("ci", "settings", "Acme")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == "acme  active"
    assert re.search(r"--slots +4 at once\n", result.stdout)
    assert re.search(r"--allow +grace\n", result.stdout)
    assert re.search(r"--mail-to +builds@example\.com\n", result.stdout)
    assert json.loads(run("ci", "settings", "acme", "--json").stdout) == b.ACCOUNT
    assert not stub.commands


def test_settings_that_nobody_has_chosen_are_told_from_those_that_somebody_has(
    run: Run, stub: StubService
) -> None:
    stub.answer(f"{SETTINGS}?", {**b.ACCOUNT, "version": 0})
    assert "these are the defaults" in run("ci", "settings", "Acme").stdout


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        (("--slots", "8"), {"slots": 8}),
        (("--aging", "0"), {"aging_s": 0}),
        (("--supersede", "--notify", "none"), {"supersedes": True, "notify": "none"}),
        (("--mail-to", ""), {"mail_to": ""}),
        (("--allow", "ada", "--allow", "bob"), {"allowed": ["grace", "ada", "bob"]}),
        (("--block", "Grace"), {"allowed": [], "blocked": ["Grace"]}),
        (("--forget", "grace"), {"allowed": []}),
    ],
)
def test_only_what_is_named_of_the_settings_changes(
    run: Run, stub: StubService, options: tuple[str, ...], changed: dict[str, Any]
) -> None:
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    stub.answer(SETTINGS, b.ACCOUNT)
    assert run("ci", "settings", "acme", *options).exit_code == 0
    (command,) = stub.commands
    assert json.loads(command.body) == b.ACCOUNT["settings"] | changed


def test_settings_that_are_as_wanted_are_not_written(run: Run, stub: StubService) -> None:
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    assert run("ci", "settings", "acme", "--slots", "4", "--no-supersede").exit_code == 0
    assert not stub.commands


def test_settings_that_somebody_else_changed_meanwhile_are_read_again(
    run: Run, stub: StubService
) -> None:
    changed = b.ACCOUNT["settings"] | {"notify": "none"}
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    stub.then(f"{SETTINGS}?", b.ACCOUNT | {"settings": changed})
    stub.answer(SETTINGS, {"code": "stale_version"}, 412)
    stub.then(SETTINGS, b.ACCOUNT)
    assert run("ci", "settings", "acme", "--slots", "9").exit_code == 0
    assert json.loads(stub.commands[-1].body) == changed | {"slots": 9}
    assert len(stub.commands) == 2


def test_settings_that_never_hold_still_are_a_failure(run: Run, stub: StubService) -> None:
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    stub.answer(SETTINGS, {"code": "stale_version"}, 412)
    result = run("ci", "settings", "acme", "--slots", "9")
    assert result.exit_code == 1
    assert "somebody else keeps changing" in result.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--slots", "0"),
        ("--slots", "101"),
        ("--aging", "-1"),
        ("--notify", "some"),
        ("--allow", "ada", "--block", "Ada"),
    ],
)
def test_settings_that_cannot_be_are_wrong_usage(
    run: Run, stub: StubService, options: tuple[str, ...]
) -> None:
    stub.answer(f"{SETTINGS}?", b.ACCOUNT)
    assert run("ci", "settings", "acme", *options).exit_code == 2
    assert not stub.commands


# ---- sweeping -----------------------------------------------------------------------------------

SWEPT = {
    "customers": 1,
    "scheduled": 2,
    "runs_woken": 0,
    "extended": 1,
    "ended": 0,
    "lost": 0,
    "ends_woken": 3,
    "published": 1,
    "redelivered": 0,
    "left": 0,
    "drifted": [],
    "trouble": [],
}


def test_a_sweep_says_what_it_did(run: Run, world: TestWorld) -> None:
    world.ci_swept = SWEPT
    result = run("ci", "sweep")
    assert result.exit_code == 0
    assert result.stdout.startswith("1 customer looked at: 2 scheduled, 0 woken again, 1 found")
    assert "1 end published, 3 reports sent for again, 0 webhooks asked" in result.stdout
    assert "next sweep" not in result.stdout
    assert json.loads(run("ci", "sweep", "--json").stdout) == SWEPT


def test_a_sweep_that_met_trouble_says_with_what_and_its_status_is_1(
    run: Run, world: TestWorld
) -> None:
    world.ci_swept = SWEPT | {"trouble": ["j1: Nope('\x1b[2J')"], "drifted": ["acme"], "left": 4}
    result = run("ci", "sweep")
    assert result.exit_code == 1
    assert r"not this time: j1: Nope('\x1b[2J')" in result.stdout
    assert "slots taken are not what runs, of acme" in result.stdout
    assert "4 left for the next sweep" in result.stdout
    assert run("ci", "sweep", "--json").exit_code == 1


# ---- pushing ------------------------------------------------------------------------------------

WEBHOOK = "/webhooks/github"


def test_a_push_is_sent_as_github_sends_it_and_says_what_to_do_next(
    run: Run, stub: StubService
) -> None:
    stub.answer(WEBHOOK, {"outcome": "queued", "job_id": b.JOB_ID}, 202)
    result = run("ci", "push", "Acme/shop", "--sha", b.SHA, "--message", "Add a lid", "--user", "x")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"queued {b.JOB_ID}",
        f"Next: waybill ci watch {b.JOB_ID}",
        "      waybill ci queue acme",
    ]
    (sent,) = stub.commands
    assert is_signed(_header(sent, "x-hub-signature-256"), sent.body, [SIGNED_WITH])
    hook = read(_header(sent, "x-github-event"), sent.body, _header(sent, "content-type"))
    assert (hook.customer_id, hook.user) == ("acme", "x")
    assert address(sent.body) == "x@example.com"
    assert isinstance(hook.told, Push)
    assert (hook.told.ref, hook.told.sha) == ("refs/heads/main", b.SHA)
    assert (hook.told.message, hook.told.repository.name) == ("Add a lid", "Acme/shop")


def test_the_same_push_is_the_same_bytes_under_delivery_ids_of_their_own(
    run: Run, stub: StubService
) -> None:
    turns = iter([("queued", 202), *[("known", 200)] * 4])

    def served(_request: Request) -> Response:
        outcome, status = next(turns)
        said = {"outcome": outcome, "job_id": b.JOB_ID}
        return Response(status, (), json.dumps(said).encode())

    stub.served = served
    result = run("ci", "push", "acme/shop", "--times", "5")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [f"queued {b.JOB_ID}", f"known {b.JOB_ID}  4 times"]
    assert len({one.body for one in stub.commands}) == 1
    assert len({_header(one, "x-github-delivery") for one in stub.commands}) == 5


def test_two_pushes_are_two_commits_of_one_repository(run: Run, stub: StubService) -> None:
    stub.answer(WEBHOOK, {"outcome": "queued", "job_id": b.JOB_ID}, 202)
    for _ in range(2):
        assert run("ci", "push", "acme/shop", "--branch", "refs/tags/v1").exit_code == 0
    first, second = (json.loads(one.body) for one in stub.commands)
    assert first["repository"] == second["repository"]
    assert first["after"] != second["after"]
    assert first["ref"] == "refs/tags/v1"


def test_a_push_that_makes_no_job_says_why(run: Run, stub: StubService) -> None:
    stub.answer(WEBHOOK, {"outcome": "recorded", "reason": "skip_ci"}, 200)
    result = run("ci", "push", "acme/shop", "--message", "Mend it [skip ci]")
    assert (result.exit_code, result.stdout) == (0, "recorded skip ci\n")


@pytest.mark.parametrize(("status", "exit_code"), [(401, 1), (503, 2)])
def test_a_push_that_is_not_taken_says_so(
    run: Run, stub: StubService, status: int, exit_code: int
) -> None:
    stub.answer(WEBHOOK, {"code": "signature_invalid", "detail": "It does not fit."}, status)
    result = run("ci", "push", "acme/shop")
    assert result.exit_code == exit_code
    assert result.stdout == "not taken: It does not fit. (signature_invalid)\n"
    (said,) = json.loads(run("ci", "push", "acme/shop", "--json").stdout)
    assert (said["status"], said["said"]["code"]) == (status, "signature_invalid")


@pytest.mark.parametrize(
    "arguments",
    [
        ("shop",),
        ("a/b/c",),
        ("acme/shop", "--sha", "abc"),
        ("a/b", "--times", "0"),
        ("a/b", "--branch", ""),
        ("a/b", "--user", "\n"),
    ],
)
def test_a_push_of_nothing_that_can_be_is_wrong_usage(
    run: Run, stub: StubService, arguments: tuple[str, ...]
) -> None:
    assert run("ci", "push", *arguments).exit_code == 2
    assert not stub.asked


# ---- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("queue", "acme"),
        ("job", b.JOB_ID),
        ("watch", b.JOB_ID),
        ("cancel", b.JOB_ID),
        ("retry", b.JOB_ID),
        ("priority", b.JOB_ID, "9"),
        ("settings", "acme"),
        ("push", "acme/shop"),
    ],
)
def test_without_a_service_every_command_says_how_to_start_one(
    run: Run, command: tuple[str, ...]
) -> None:
    result = run("ci", *command, "--state", "elsewhere")
    assert result.exit_code == 2
    assert result.stderr == (
        "waybill: no service is running in elsewhere; start one with: make up STATE=elsewhere\n"
    )


@pytest.mark.parametrize(
    "command",
    ["", "queue", "job", "watch", "cancel", "retry", "priority", "settings", "push", "sweep"],
)
def test_every_commands_help_has_an_example(run: Run, command: str) -> None:
    result = run("ci", *command.split(), "--help")
    assert result.exit_code == 0
    assert f"Example: waybill ci {command}".rstrip() in result.stdout


def test_words_that_are_not_the_services_are_a_failure_for_people(
    run: Run, stub: StubService
) -> None:
    stub.answer(f"{ONE}?", b"<html>")
    result = run("ci", "job", b.JOB_ID)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "words that are not its own" in result.stderr
