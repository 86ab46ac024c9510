"""A runner on this machine: each run has a folder, and an agent process that outlives us."""

import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.runners.claiming import claim
from adapters.runners.locks import AlreadyHeldError
from adapters.runners.names import is_run_name, why_not
from adapters.runners.tidying import tidy
from adapters.runners.work import Result, Work
from domain.ci.jobs.events import Conclusion
from domain.ci.ports import CannotStartError, Run, RunLook, Runner, RunStatus

_ABSENT: Final = RunLook(RunStatus.ABSENT)


class SubprocessRunner(Runner):
    """Starts `command` with a run's folder behind it, and looks into these folders."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        """Take where the runs lie, and the agent's command."""
        self._folder = folder.absolute()
        self._command = tuple(command)

    def start(self, run: Run) -> bool:
        """Claim the run's folder, then start an agent.

        Stopped between the two, the next call starts one; a second agent finds the first at it.
        """
        if not is_run_name(run.name):
            raise CannotStartError(why_not(run.name))
        if shutil.which(self._command[0]) is None:
            raise CannotStartError(f"{self._command[0]} is not there, or may not be run")
        path = self._folder / run.name
        is_new = claim(path, run)
        is_waiting = Work(path).is_waiting
        if is_waiting:
            self._spawn(path)
        if is_new:
            self._tidy()
        return is_waiting

    def look(self, name: str) -> RunLook:
        """Say how a run stands: absent as well before its agent is at it, and once that was killed.

        A result stands however the agent ended.
        """
        if not is_run_name(name):
            return _ABSENT
        work = Work(self._folder / name)
        if work.result() is None and work.is_held:
            return RunLook(RunStatus.RUNNING)
        # The agent may have ended since, and it tells before it goes.
        result = work.result()
        if result is None:
            return _ABSENT
        return _ended(result, work.ended_at)

    def stop(self, name: str) -> None:
        """Ask the agent to end a run; where it was killed, end what it left."""
        path = self._folder / name
        if not is_run_name(name) or not path.exists():
            return
        work = Work(path)
        work.request_stop()
        if work.is_held or work.result():
            return
        try:
            with work.held():
                work.stop(grace_s=0)
        except AlreadyHeldError:
            return  # One has come, and finds the request.

    def _tidy(self) -> None:
        """Remove old folders beside us: no start waits for them, and stopped halfway they wait."""
        arguments = (self._folder, time.time())
        threading.Thread(target=tidy, args=arguments, name="tidying", daemon=True).start()

    def _spawn(self, path: Path) -> None:
        with (path / "agent.log").open("ab") as log:
            agent = subprocess.Popen(  # noqa: S603 - the operator's command.
                [*self._command, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # It goes on when we are stopped.
                start_new_session=True,
            )
        # Somebody has to hear of its end, or it stays in the process table until ours.
        threading.Thread(target=agent.wait, name=f"agent of {path.name}", daemon=True).start()


def _ended(result: Result, ended_at: datetime | None) -> RunLook:
    code, detail = result.exit_code, result.detail
    if code is None:
        return RunLook(RunStatus.ENDED, None, 0, detail, ended_at)
    conclusion = Conclusion.FAILED if code else Conclusion.PASSED
    return RunLook(RunStatus.ENDED, conclusion, code, detail, ended_at)
