"""Runners: real scripts in real processes, and executions of a state machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from adapters.aws import CONFIG
from adapters.memory.runners import MemoryRunner
from adapters.runners.claiming import claim
from adapters.runners.groups import end_group, process_of
from adapters.runners.locks import AlreadyHeldError
from adapters.runners.scripts import own_copy
from adapters.runners.step_functions import StepFunctionsRunner
from adapters.runners.subprocess_runner import SubprocessRunner
from adapters.runners.tidying import tidy
from adapters.runners.work import AlreadyBegunError, Result, Work
from domain.ci.jobs.events import Conclusion
from domain.ci.ports import CannotStartError, Run, RunLook, Runner, RunStatus
from tests.support.engines import Dynamo

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

RUN = Run("job-1", "job", 1, "octo/repo", "refs/heads/main", "a" * 40, "push")
PASSED = RunLook(RunStatus.ENDED, Conclusion.PASSED)
STOPPED = RunLook(RunStatus.ENDED)
ABSENT = RunLook(RunStatus.ABSENT)
RUNNING = RunLook(RunStatus.RUNNING)
BAD_NAMES = ("", "../job", "Job-1", "job/1", "job-1\n", "a" * 81)
AGENT = """
import os, sys, time
from pathlib import Path
from adapters.runners.locks import AlreadyHeldError
from adapters.runners.work import Work

work = Work(Path(sys.argv[2]))
try:
    with work.held():
        Path(sys.argv[2], "agent.pid").write_text(str(os.getpid()))
        if work.has_begun:
            sys.exit()
        work.begin(Path(sys.argv[1]), os.environ)
        while (code := work.poll()) is None and not work.is_stop_requested:
            time.sleep(0.01)
        if code is None:
            work.stop(grace_s=5)
        work.end(code)
except AlreadyHeldError:
    pass
"""

STARTER = """
import sys
from pathlib import Path
from adapters.runners.subprocess_runner import SubprocessRunner
from domain.ci.ports import Run

run = Run("job-1", "job", 1, "octo/repo", "refs/heads/main", "a" * 40, "push")
print(SubprocessRunner(Path(sys.argv[1]), sys.argv[2:]).start(run))
"""


def script(folder: Path, text: str) -> Path:
    path = folder / "script.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def runner_of(folder: Path, text: str) -> SubprocessRunner:
    """Return a runner whose agents run this script."""
    command = [sys.executable, "-c", AGENT, str(script(folder, text))]
    return SubprocessRunner(folder / "runs", command)


def work_on(folder: Path, text: str) -> Work:
    """Claim a run and begin this script in it, as its agent."""
    claim(folder / "runs" / RUN.name, RUN)
    work = Work(folder / "runs" / RUN.name)
    work.begin(script(folder, text), os.environ)
    return work


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def ended(runner: Runner, name: str = RUN.name) -> RunLook:
    """Wait for the end, and return it without its time, which is just now where it is known."""
    wait_for(lambda: runner.look(name).status is RunStatus.ENDED)
    look = runner.look(name)
    if look.ended_at:
        assert look.ended_at.utcoffset() == timedelta()
        assert abs(look.ended_at - datetime.now(UTC)) < timedelta(minutes=5)
    return replace(look, ended_at=None)


def returned(work: Work) -> int | None:
    wait_for(lambda: work.poll() is not None)
    return work.poll()


def number_in(path: Path) -> int:
    wait_for(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def is_gone(pid: int) -> bool:
    found = process_of(pid)
    return found is None or found.state in "ZX"  # Nobody may be there to reap an orphan.


# ---- every runner ----------------------------------------------------------------------------


@pytest.fixture(params=["memory", "subprocess"])
def runner(request: pytest.FixtureRequest, tmp_path: Path) -> Runner:
    return MemoryRunner() if request.param == "memory" else runner_of(tmp_path, "exec sleep 1000")


def test_a_run_is_started_once_and_ends_when_it_is_asked_to(runner: Runner) -> None:
    assert runner.look(RUN.name) == ABSENT
    assert runner.start(RUN)
    wait_for(lambda: runner.look(RUN.name) == RUNNING)
    assert not runner.start(RUN)
    runner.stop(RUN.name)
    assert ended(runner) == STOPPED
    assert not runner.start(RUN)
    runner.stop(RUN.name)
    assert ended(runner) == STOPPED


@pytest.mark.parametrize("name", ["job-2", *BAD_NAMES])
def test_what_was_never_started_is_absent_and_need_not_be_stopped(
    runner: Runner, name: str
) -> None:
    runner.stop(name)
    assert runner.look(name) == ABSENT


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none_never_becomes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotStartError, match="no name of a run"):
        runner_of(tmp_path, "true").start(replace(RUN, name=name))
    assert not (tmp_path / "runs").exists()


# ---- runs on this machine --------------------------------------------------------------------


def test_a_run_started_by_many_processes_at_once_runs_its_script_once(tmp_path: Path) -> None:
    agent = [sys.executable, "-c", AGENT, str(script(tmp_path, "echo ran >>ran"))]
    command = [sys.executable, "-c", STARTER, str(tmp_path / "runs"), *agent]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    answers = [starter.communicate()[0] for starter in starters]
    assert "True\n" in answers
    assert ended(SubprocessRunner(tmp_path / "runs", agent)) == PASSED
    assert (tmp_path / "runs/job-1/work/ran").read_text() == "ran\n"
    assert [path.name for path in (tmp_path / "runs").glob("[!.]*")] == ["job-1"]
    assert not list((tmp_path / "runs").glob(".new-*"))


def test_a_script_tells_its_exit_code_and_all_it_said_byte_for_byte(tmp_path: Path) -> None:
    runner = runner_of(tmp_path, "printf 'out\\377\\n'; echo err >&2; exit 3")
    runner.start(RUN)
    assert ended(runner) == RunLook(RunStatus.ENDED, Conclusion.FAILED, 3)
    assert Work(tmp_path / "runs/job-1").log_tail() == b"out\xff\nerr\n"


def test_a_script_that_was_killed_has_failed_as_a_shell_would_say_it(tmp_path: Path) -> None:
    assert returned(work_on(tmp_path, "kill -9 $$")) == 128 + signal.SIGKILL


def test_a_script_finds_what_it_is_to_build_and_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    runner = runner_of(tmp_path, "env; pwd")
    runner.start(RUN)
    assert ended(runner) == PASSED
    home = tmp_path / "runs/job-1/work"
    *lines, folder = Work(home.parent).log_tail().decode().splitlines()
    found = dict(line.split("=", 1) for line in lines)
    for name in ("PWD", "OLDPWD", "SHLVL", "_"):  # A shell's own.
        found.pop(name, None)
    assert found == {
        "PATH": os.environ["PATH"],
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "HOME": str(home),
        "CI": "true",
        "CI_JOB_ID": "job",
        "CI_ATTEMPT": "1",
        "CI_REPOSITORY": "octo/repo",
        "CI_REF": "refs/heads/main",
        "CI_SHA": "a" * 40,
        "CI_TRIGGER": "push",
    }
    assert folder == str(home)


def test_stopping_asks_the_whole_group_and_lets_a_grandchild_tidy_up(tmp_path: Path) -> None:
    tidy = "trap 'sleep 0.3; echo tidied >tidied; exit' TERM"
    work = work_on(tmp_path, f"({tidy}; echo begun >begun; while :; do sleep 0.1; done) & wait")
    home = tmp_path / "runs/job-1/work"
    wait_for((home / "begun").exists)
    work.stop(grace_s=30)
    assert (home / "tidied").exists()
    assert work.poll() == 128 + signal.SIGTERM


def test_what_does_not_end_when_asked_is_killed_with_its_children(tmp_path: Path) -> None:
    work = work_on(tmp_path, "trap '' TERM; sleep 1000 & echo $! >child; wait")
    child = number_in(tmp_path / "runs/job-1/work/child")
    work.stop(grace_s=0.1)
    wait_for(lambda: is_gone(child))
    assert work.poll() == 128 + signal.SIGKILL


def test_what_a_script_leaves_running_ends_with_it(tmp_path: Path) -> None:
    work = work_on(tmp_path, "sleep 1000 & echo $! >child; exit 0")
    assert returned(work) == 0
    wait_for(lambda: is_gone(number_in(tmp_path / "runs/job-1/work/child")))


def test_a_script_whose_agent_was_killed_is_not_begun_again_and_can_be_stopped(
    tmp_path: Path,
) -> None:
    runner = runner_of(tmp_path, "echo ran >>ran; echo $$ >pid; exec sleep 1000")
    runner.start(RUN)
    folder = tmp_path / "runs/job-1"
    pid, agent = number_in(folder / "work/pid"), int((folder / "agent.pid").read_text())
    os.kill(agent, signal.SIGKILL)
    wait_for(lambda: is_gone(agent))
    assert runner.look(RUN.name) == ABSENT
    assert not runner.start(RUN)
    command = [sys.executable, "-c", AGENT, str(tmp_path / "script.sh"), str(folder)]
    subprocess.run(command, check=True)
    assert (runner.look(RUN.name), is_gone(pid)) == (ABSENT, False)
    runner.stop(RUN.name)
    wait_for(lambda: is_gone(pid))
    assert (folder / "work/ran").read_text() == "ran\n"


def test_a_run_that_was_claimed_and_never_begun_gets_an_agent_from_the_next_start(
    tmp_path: Path,
) -> None:
    runner = runner_of(tmp_path, "true")
    assert claim(tmp_path / "runs/job-1", RUN)
    assert runner.look(RUN.name) == ABSENT
    assert runner.start(RUN)
    assert ended(runner) == PASSED
    assert not runner.start(RUN)


def test_a_run_stopped_before_its_agent_came_is_one_that_the_agent_finds_stopped(
    tmp_path: Path,
) -> None:
    runner = runner_of(tmp_path, "exec sleep 1000")
    claim(tmp_path / "runs/job-1", RUN)
    runner.stop(RUN.name)
    runner.start(RUN)
    assert ended(runner) == STOPPED


def test_a_command_that_is_not_there_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="no-such-agent is not there"):
        SubprocessRunner(tmp_path, ["/no-such-agent"]).start(RUN)
    assert list(tmp_path.iterdir()) == []


def test_a_script_that_cannot_run_leaves_no_mark_that_it_began(tmp_path: Path) -> None:
    claim(tmp_path / "runs/job-1", RUN)
    work = Work(tmp_path / "runs/job-1")
    with pytest.raises(CannotStartError, match="there is no script at"):
        work.begin(tmp_path / "missing.sh", {})
    script(tmp_path, "true").chmod(0o644)
    with pytest.raises(CannotStartError, match="chmod"):
        work.begin(tmp_path / "script.sh", {})
    assert not work.has_begun


def test_what_is_written_over_a_script_changes_no_run_that_goes_on(tmp_path: Path) -> None:
    go, after = tmp_path / "go", "echo old >>said"
    work = work_on(tmp_path, f"echo old >said; while ! test -e {go}; do sleep 0.05; done; {after}")
    wait_for((tmp_path / "runs/job-1/work/said").exists)
    with (tmp_path / "script.sh").open("r+") as same_file:  # As an editor that saves in place.
        same_file.write("#!/bin/sh\necho new >>said; exit 9\n" + "# \n" * 100)
    go.touch()
    assert returned(work) == 0
    assert (tmp_path / "runs/job-1/work/said").read_text() == "old\nold\n"


def test_a_copy_that_a_stopped_agent_has_left_is_the_one_that_runs(tmp_path: Path) -> None:
    claim(tmp_path / "runs" / RUN.name, RUN)
    folder = tmp_path / "runs" / RUN.name
    (folder / ".new-half").write_text("#!/bin/sh\nex")  # Stopped while it was being written.
    own_copy(script(tmp_path, "exit 3"), folder / "script")
    work = Work(folder)
    work.begin(script(tmp_path, "exit 4"), os.environ)
    assert returned(work) == 3


# ---- what nobody needs any more --------------------------------------------------------------

DAY_S = 24 * 60 * 60


def told(folder: Path, name: str, age_s: float) -> Path:
    """Make the folder of a run that is over and told of, since a while."""
    claim(folder / name, replace(RUN, name=name))
    Work(folder / name).mark_told()
    at = time.time() - age_s
    os.utime(folder / name / "told", (at, at))
    return folder / name


def test_a_day_after_its_end_was_told_a_run_s_folder_goes_with_the_next_start(
    tmp_path: Path,
) -> None:
    runner, runs = runner_of(tmp_path, "true"), tmp_path / "runs"
    old, young = told(runs, "old-1", DAY_S + 9), told(runs, "young-1", DAY_S - 99)
    held, untold = told(runs, "held-1", DAY_S * 9), runs / "untold-1"
    forgotten = runs / "forgotten-1"
    for folder, age_s in ((untold, DAY_S * 29), (forgotten, DAY_S * 31)):
        claim(folder, replace(RUN, name=folder.name))
        os.utime(folder, (time.time() - age_s,) * 2)
    (old / "work/cache").mkdir()
    (old / "work/cache/module").touch()
    (old / "work/cache").chmod(0o500)
    with Work(held).held():
        runner.start(RUN)
        wait_for(lambda: not old.exists() and not forgotten.exists())
        wait_for(lambda: not list(runs.glob(".gone-*")))
    assert young.exists()
    assert held.exists()
    assert untold.exists()
    assert ended(runner) == PASSED


def test_runs_are_looked_through_once_an_hour(tmp_path: Path) -> None:
    tidy(tmp_path, time.time())
    old = told(tmp_path, "old-1", DAY_S * 2)
    tidy(tmp_path, time.time() + 60)
    assert old.exists()
    tidy(tmp_path, time.time() + 3_601)
    assert not old.exists()


def test_a_removal_that_was_stopped_halfway_is_done_the_next_time(tmp_path: Path) -> None:
    half, fresh = tmp_path / ".gone-half", tmp_path / ".new-now"
    for folder in (half, fresh):
        folder.mkdir()
    os.utime(half, (0, 0))
    tidy(tmp_path, time.time())
    assert not half.exists()
    assert fresh.exists()


def test_a_script_is_begun_once_in_one_folder(tmp_path: Path) -> None:
    work = work_on(tmp_path, "true")
    assert returned(work) == 0
    with pytest.raises(AlreadyBegunError):
        Work(tmp_path / "runs/job-1").begin(tmp_path / "script.sh", {})


def test_one_agent_at_a_time_is_at_a_run(tmp_path: Path) -> None:
    claim(tmp_path / "job-1", RUN)
    first, second = Work(tmp_path / "job-1"), Work(tmp_path / "job-1")
    seen = [second.is_held]
    with first.held():
        seen.append(second.is_held)
        with pytest.raises(AlreadyHeldError), second.held():
            pass
    seen.append(second.is_held)
    assert seen == [False, True, False]
    with second.held():
        assert second.run == RUN


def test_a_result_is_written_once_and_the_first_stands(tmp_path: Path) -> None:
    claim(tmp_path / "job-1", RUN)
    work = Work(tmp_path / "job-1")
    before = work.result()
    assert before is None
    assert work.end(2, "as it says")
    assert not work.end(None)
    assert Work(tmp_path / "job-1").result() == Result(2, "as it says")
    assert {path.name for path in (tmp_path / "job-1").iterdir()} == {
        "run.json",
        "work",
        "result.json",
    }


def test_a_result_that_a_script_has_overwritten_is_a_failure(tmp_path: Path) -> None:
    runner = runner_of(tmp_path, "echo nonsense >../result.json")
    runner.start(RUN)
    look = ended(runner)
    assert (look.conclusion, look.exit_code) == (Conclusion.FAILED, 1)
    assert "cannot be read" in look.detail


def test_huge_output_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    work = work_on(tmp_path, "seq 100000")
    assert returned(work) == 0
    whole = (tmp_path / "runs/job-1/log.txt").read_bytes()
    kept = work.log_tail(10_000)
    first, gap, last = kept.partition(b"\n[... ")
    left_out = int(last.split(b" ", 1)[0])
    assert len(kept) <= 10_000
    assert gap
    assert whole.startswith(first)
    assert whole.endswith(last.partition(b" ...]\n")[2])
    assert len(first) + left_out + len(last.partition(b" ...]\n")[2]) == len(whole)
    assert work.log_tail(len(whole)) == whole


def test_a_process_that_has_got_the_id_of_another_is_left_alone() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as stranger:
        found = process_of(stranger.pid)
        assert found is not None
        end_group(replace(found, started=found.started - 1), grace_s=0)
        assert stranger.poll() is None
        end_group(found, grace_s=30)
    assert stranger.returncode == -signal.SIGTERM


# ---- executions of a state machine -----------------------------------------------------------

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:ci"
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:ci:job-1"


def sfn(url: str | None = None) -> "SFNClient":
    return boto3.client("stepfunctions", endpoint_url=url, config=CONFIG)


def machine(client: "SFNClient", *states: dict[str, Any]) -> str:
    """Create a state machine, its states one after the other."""
    chain = {
        str(place): {**state, **({"Next": str(place + 1)} if place + 1 < len(states) else {})}
        for place, state in enumerate(states)
    }
    created = client.create_state_machine(
        name=f"ci-{uuid4().hex}",
        definition=json.dumps({"StartAt": "0", "States": chain}),
        roleArn="arn:aws:iam::123456789012:role/ci",
    )
    return created["stateMachineArn"]


def answered(method: str, code: str = "", **answer: object) -> StepFunctionsRunner:
    """Return a runner whose one call gets this answer."""
    client = sfn()
    stub = Stubber(client)
    if code:
        stub.add_client_error(method, code, f"said {code}")
    else:
        stub.add_response(method, answer)
    stub.activate()
    return StepFunctionsRunner(client, MACHINE)


def described(status: str, **more: str) -> RunLook:
    answer: dict[str, Any] = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "startDate": 0}
    answer |= {"status": status, **more}
    return answered("describe_execution", **answer).look(RUN.name)


@pytest.mark.engine("moto", "ministack")
def test_an_execution_started_again_and_again_is_one(dynamo: Dynamo) -> None:
    client = sfn(dynamo.endpoint_url)
    arn = machine(client, {"Type": "Wait", "Seconds": 1000, "End": True})
    runner = StepFunctionsRunner(client, arn)
    assert runner.look(RUN.name) == ABSENT
    runner.stop(RUN.name)
    assert runner.start(RUN)
    runner.start(RUN)  # The engines differ, as AWS does for a running one.
    assert not runner.start(replace(RUN, sha="b" * 40))
    assert runner.look(RUN.name) == RUNNING
    (execution,) = client.list_executions(stateMachineArn=arn)["executions"]
    read = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(read["input"]) == {
        "name": "job-1",
        "job_id": "job",
        "attempt": 1,
        "repository": "octo/repo",
        "ref": "refs/heads/main",
        "sha": "a" * 40,
        "trigger": "push",
    }
    runner.stop(RUN.name)
    assert ended(runner) == STOPPED
    assert not runner.start(RUN)


@pytest.mark.engine("ministack")
def test_an_execution_that_has_ended_says_how_and_ends_no_more(dynamo: Dynamo) -> None:
    client = sfn(dynamo.endpoint_url)
    arn = machine(client, {"Type": "Pass", "Result": {"exit_code": 7}, "End": True})
    runner = StepFunctionsRunner(client, arn)
    runner.start(RUN)
    assert ended(runner) == RunLook(RunStatus.ENDED, Conclusion.FAILED, 7)
    runner.stop(RUN.name)
    assert runner.look(RUN.name).conclusion is Conclusion.FAILED
    fails = machine(client, {"Type": "Fail", "Error": "Lost", "Cause": "no host"})
    failing = StepFunctionsRunner(client, fails)
    failing.start(RUN)
    assert ended(failing) == RunLook(RunStatus.ENDED, Conclusion.FAILED, 1, "Lost: no host")


@pytest.mark.parametrize(
    ("output", "exit_code"),
    [('{"exit_code": 0}', 0), ('{"exit_code": 3}', 3), ("{}", 0), ("[1]", 0), ("{", 0), ("", 0)],
)
def test_an_execution_that_succeeded_has_passed_unless_it_tells_another_exit_code(
    output: str, exit_code: int
) -> None:
    conclusion = Conclusion.FAILED if exit_code else Conclusion.PASSED
    assert described("SUCCEEDED", output=output) == RunLook(RunStatus.ENDED, conclusion, exit_code)


def test_an_execution_that_did_not_succeed_says_why_in_short() -> None:
    timed_out = described("TIMED_OUT")
    assert (timed_out.conclusion, timed_out.detail) == (Conclusion.FAILED, "TIMED_OUT")
    failed = described("FAILED", error="Task", cause="x" * 5000)
    assert failed.detail == f"Task: {'x' * 194}"
    assert described("ABORTED") == STOPPED
    assert described("PENDING_REDRIVE") == RUNNING


@pytest.mark.parametrize("code", ["InvalidExecutionInput", "InvalidName", "ValidationException"])
def test_an_execution_that_can_never_start_says_so(code: str) -> None:
    with pytest.raises(CannotStartError, match=code):
        answered("start_execution", code).start(RUN)


@pytest.mark.parametrize(
    "code",
    ["ExecutionLimitExceeded", "ThrottlingException", "StateMachineDoesNotExist", "InvalidArn"],
)
def test_trouble_that_may_pass_is_no_reason_never_to_start(code: str) -> None:
    with pytest.raises(ClientError, match=code):
        answered("start_execution", code).start(RUN)


def test_an_execution_that_cannot_be_stopped_for_now_is_not_taken_for_ended() -> None:
    with pytest.raises(ClientError, match="ThrottlingException"):
        answered("stop_execution", "ThrottlingException").stop(RUN.name)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none_never_reaches_step_functions(name: str) -> None:
    runner = StepFunctionsRunner(sfn(), MACHINE)
    runner.stop(name)
    assert runner.look(name) == ABSENT
    with pytest.raises(CannotStartError, match="no name of a run"):
        runner.start(replace(RUN, name=name))


def test_an_alias_is_started_and_its_executions_are_the_machines() -> None:
    client = sfn()
    with Stubber(client) as stub:
        stub.add_response("stop_execution", {"stopDate": 0}, {"executionArn": EXECUTION})
        StepFunctionsRunner(client, f"{MACHINE}:live").stop(RUN.name)
        stub.assert_no_pending_responses()


def test_what_is_no_state_machine_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="no ARN of a state machine"):
        StepFunctionsRunner(sfn(), "ci")
