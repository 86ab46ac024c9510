"""The agent at a run's folder: real scripts, streams in memory."""

import re
import stat
import threading
import time
from pathlib import Path
from typing import Final

import pytest

from adapters.runners.subprocess_runner import SubprocessRunner
from adapters.runners.work import Work
from domain.ci.jobs.commands import CancelJob
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.state import Job, Status
from domain.ci.ports import RunStatus
from domain.ci.running import run_of
from domain.ci.scheduling import schedule
from domain.kernel.transition import Request, transition
from handlers.ci import agent
from handlers.ci.agent import Agent
from tests.support.ci_memory import CiInMemory
from tests.support.ci_tables import push_body

PATIENCE_S: Final = 20


class Bench:
    """A job that was claimed, its run's folder, and a script."""

    def __init__(self, folder: Path) -> None:
        self.ci = CiInMemory()
        body = push_body(7, "main", "a" * 40)
        self.job_id = str(self.ci.post("push", body)["body"]["job_id"])
        schedule(self.ci.streams, "octo", self.ci.clock, "test")
        self.script = folder / "script.sh"
        # Its agents do nothing: each test is the agent itself.
        self.runner = SubprocessRunner(folder / "runs", ["true"])
        run = run_of(self.job)
        assert self.runner.start(run)
        self.run_folder = folder / "runs" / run.name
        self.work = Work(self.run_folder)

    @property
    def job(self) -> Job:
        return self.ci.job(self.job_id)

    def write(self, text: str) -> None:
        self.script.write_text(f"#!/bin/sh\n{text}\n")
        self.script.chmod(self.script.stat().st_mode | stat.S_IXUSR)

    def live(self) -> None:
        with self.work.held():
            ci = self.ci
            Agent(self.work, self.script, ci.streams, ci.logs, ci.clock).live()

    def log(self) -> bytes:
        return self.ci.logs.read(self.job.run) or b""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_script_that_ends_well_passes_its_job_and_its_words_are_kept(bench: Bench) -> None:
    bench.write('echo "$CI_REPOSITORY $CI_REF $CI_SHA"')
    bench.live()
    assert (bench.job.status, bench.job.exit_code) == (Status.PASSED, 0)
    assert bench.log() == f"octo/r7 refs/heads/main {'a' * 40}\n".encode()


def test_a_script_that_ends_badly_fails_its_job_with_its_exit_code(bench: Bench) -> None:
    bench.write("echo no; exit 3")
    bench.live()
    assert (bench.job.status, bench.job.exit_code) == (Status.FAILED, 3)
    assert bench.log() == b"no\n"


def test_a_script_that_is_not_there_fails_its_job_in_words(bench: Bench) -> None:
    bench.live()
    assert (bench.job.status, bench.job.exit_code) == (Status.FAILED, 127)
    assert "there is no script" in bench.job.detail


def test_a_script_whose_job_is_cancelled_is_ended_with_the_next_heartbeat(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "BEAT_S", 0.05)
    bench.write("echo begun; sleep 600")
    living = threading.Thread(target=bench.live)
    living.start()
    wait_for(bench, b"begun\n")
    command = CancelJob("ann", bench.ci.clock())
    transition(bench.ci.streams.jobs, DECIDER, Request(bench.job_id, command, "x", "x", "x"))
    living.join(PATIENCE_S)
    assert not living.is_alive()
    assert (bench.job.status, bench.job.cancelled_by) == (Status.CANCELLED, "ann")


def test_a_script_that_is_asked_to_stop_by_its_runner_stops(bench: Bench) -> None:
    bench.write("echo begun; sleep 600")
    living = threading.Thread(target=bench.live)
    living.start()
    wait_for(bench, b"begun\n")
    bench.runner.stop(bench.job.run)
    living.join(PATIENCE_S)
    assert bench.job.status is Status.CANCELLED


def test_what_could_not_be_said_lies_in_the_folder_for_whoever_looks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_arguments: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(agent, "TELL_FOR_S", 0)
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    monkeypatch.setattr(bench.ci.streams.jobs, "append", down)
    monkeypatch.setattr(bench.ci.logs, "keep", down)
    bench.write("exit 3")
    bench.live()
    assert bench.job.status is Status.ACTIVE
    look = bench.runner.look(bench.job.run)
    assert (look.status, look.exit_code) == (RunStatus.ENDED, 3)


def test_a_log_that_cannot_be_kept_at_once_is_kept_before_the_end_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, refused = bench.ci.logs.keep, [1, 2]

    def down_twice(run: str, text: bytes) -> None:
        if refused:
            refused.pop()
            raise TimeoutError
        assert bench.job.status is Status.ACTIVE
        keep(run, text)

    monkeypatch.setattr(agent, "LOG_S", 600)
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    monkeypatch.setattr(bench.ci.logs, "keep", down_twice)
    bench.write("echo said")
    bench.live()
    assert bench.job.status is Status.PASSED
    assert bench.log() == b"said\n"


def test_of_a_long_log_a_quarter_megabyte_is_kept_while_it_grows_and_four_in_the_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    keep = bench.ci.logs.keep

    def seen(run: str, text: bytes) -> None:
        kept.append(len(text))
        keep(run, text)

    monkeypatch.setattr(agent, "LOG_S", 0.01)
    monkeypatch.setattr(bench.ci.logs, "keep", seen)
    bench.write("head -c 3000000 /dev/zero; sleep 0.3; exit 0")
    bench.live()
    assert bench.log() == bytes(3_000_000)
    assert 0 <= agent.LIVE_BYTES_MAX - max(kept[:-1]) <= 1


def test_a_log_longer_than_is_kept_says_how_much_is_left_out(bench: Bench) -> None:
    bench.write("head -c 9000000 /dev/zero")
    bench.live()
    assert 0 <= agent.LOG_BYTES_MAX - len(bench.log()) <= 1
    (left_out,) = re.findall(rb"\[\.\.\. (\d+) bytes left out here", bench.log())
    assert int(left_out) + bench.log().count(0) == 9_000_000


def test_a_run_is_marked_as_told_once_its_log_is_kept_and_its_end_is_told(bench: Bench) -> None:
    bench.write("test ! -e ../told && echo said")
    bench.live()
    assert bench.job.status is Status.PASSED
    assert (bench.run_folder / "told").exists()


def test_a_service_that_was_stopped_over_night_has_the_whole_log_in_the_morning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, slept_s = bench.ci.logs.keep, [0.0]

    def until_morning(run: str, text: bytes) -> None:
        if slept_s[0] < 10 * 60 * 60:
            raise ConnectionError
        keep(run, text)

    monkeypatch.setattr(bench.ci.logs, "keep", until_morning)
    monkeypatch.setattr(agent, "POLL_S", 0)
    monkeypatch.setattr(time, "sleep", lambda s: slept_s.__setitem__(0, slept_s[0] + s))
    bench.write("echo all of it")
    bench.live()
    assert bench.ci.logs.read(bench.job.run) == b"all of it\n"
    assert bench.job.status is Status.PASSED


def test_a_run_whose_log_was_never_kept_is_told_and_keeps_its_folder(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_arguments: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(agent, "TELL_FOR_S", 0)
    monkeypatch.setattr(time, "sleep", lambda _s: None)
    monkeypatch.setattr(bench.ci.logs, "keep", down)
    bench.write("echo said")
    bench.live()
    assert bench.job.status is Status.PASSED
    assert not (bench.run_folder / "told").exists()


def test_a_run_that_was_begun_is_not_begun_again(bench: Bench) -> None:
    bench.write("echo once >> ../../../said")
    bench.live()
    assert bench.work.has_begun
    assert not bench.runner.start(run_of(bench.job))
    said = bench.script.parent / "said"
    assert said.read_text() == "once\n"


def wait_for(bench: Bench, text: bytes) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while bench.work.log_tail() != text:
        assert time.monotonic() < until_s, "the script did not begin"
        time.sleep(0.02)
