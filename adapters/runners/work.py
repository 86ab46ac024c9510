"""A run's folder: what the runner, the agent at it and the script in it know of one another.

| file | says |
| --- | --- |
| `run.json` | what is to be run; the folder appears with it |
| `lock` | locked while an agent is at it |
| `script` | the run's own copy of the script |
| `began` | the script was begun, and never is again |
| `process` | the script's line of /proc/<pid>/stat |
| `stop` | somebody asked for the end |
| `log.txt`, `agent.log` | what the script said; what the agent said |
| `result.json` | how it ended |
| `told` | its log is kept and its end is told: after a day the folder goes |

`work/` is the script's home. It runs as our user and may do what this user may: code that nobody
here trusts belongs on a machine of its own.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from adapters.runners.claiming import claimed
from adapters.runners.durable import write_once
from adapters.runners.groups import Process, end_group, kill_group, process_of, read_stat
from adapters.runners.locks import is_locked, locked
from adapters.runners.output import OUTPUT_BYTES_MAX, cut_in_the_middle
from adapters.runners.scripts import environment, exit_code_of, launch, own_copy
from adapters.runners.tidying import TOLD
from domain.ci.ports import Run


class AlreadyBegunError(Exception):
    """The run's script was begun before, and is never begun again."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: `exit_code` is None where it was stopped; `detail` says what it does not."""

    exit_code: int | None
    detail: str = ""


_RESULT: Final = TypeAdapter(Result)


class Work:
    """One run's folder, as an agent works in it and others look at it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._home = self._folder / "work"
        self._lock = self._folder / "lock"
        self._copy = self._folder / "script"
        self._began = self._folder / "began"
        self._process = self._folder / "process"
        self._stop = self._folder / "stop"
        self._log = self._folder / "log.txt"
        self._result = self._folder / "result.json"
        self._told = self._folder / TOLD
        self._script: subprocess.Popen[bytes] | None = None

    @cached_property
    def run(self) -> Run:
        """What is to be run."""
        return claimed(self._folder)

    def held(self) -> AbstractContextManager[None]:
        """Be the one agent at this run. Raises AlreadyHeldError when entered."""
        return locked(self._lock)

    @property
    def is_held(self) -> bool:
        """Whether an agent is at this run now."""
        return is_locked(self._lock)

    @property
    def has_begun(self) -> bool:
        """Whether the script was begun, however that went on."""
        return self._began.exists()

    @property
    def is_waiting(self) -> bool:
        """Whether an agent is needed: nobody is at it, and it can still begin."""
        return not (self.has_begun or self.is_held or self.result())

    def begin(self, script: Path, ours: Mapping[str, str]) -> None:
        """Begin a copy of the script, once for ever; of `ours`, our environment, it gets little.

        Stopped after the mark and before the script, the run never ends and is lost by its lease.
        Raises CannotStartError, AlreadyBegunError.
        """
        copy = own_copy(script, self._copy)
        finds = environment(self.run, self._home, ours)
        if not write_once(self._began, b""):
            raise AlreadyBegunError(f"the script of {self._folder} was begun before")
        self._script = launch(copy, self._home, self._log, self._process, finds)

    def poll(self) -> int | None:
        """Return the exit code of the script begun here; None while it runs.

        What it left running in its group ends with it.
        """
        script = self._script
        if script is None:
            return None
        if script.returncode is None:
            look = os.WEXITED | os.WNOHANG | os.WNOWAIT
            if os.waitid(os.P_PID, script.pid, look) is None:
                return None
            kill_group(script.pid)  # Before it is reaped: until then its id is its own.
        return exit_code_of(script.wait())

    def stop(self, grace_s: float) -> None:
        """End the script and its group, also one that a killed agent has left: ask, then kill."""
        if leader := self._leader():
            end_group(leader, grace_s)
        if self._script:
            self._script.wait()

    def _leader(self) -> Process | None:
        if self._script:
            return process_of(self._script.pid) if self._script.returncode is None else None
        try:
            return read_stat(self._process.read_text(errors="replace"))
        except (FileNotFoundError, ValueError, IndexError):
            return None  # Never begun, or overwritten by the script.

    def end(self, exit_code: int | None, detail: str = "") -> bool:
        """Say how the run ended, None for stopped; the first word stands. Return if it is ours."""
        return write_once(self._result, _RESULT.dump_json(Result(exit_code, detail)))

    def result(self) -> Result | None:
        """Return how the run ended; None while nobody has said so."""
        try:
            content = self._result.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return _RESULT.validate_json(content)
        except ValueError:  # Ours are whole, but the script can write here as well.
            return Result(1, "result.json was overwritten and cannot be read")

    @property
    def ended_at(self) -> datetime | None:
        """When somebody said how the run ended; None while nobody has."""
        try:
            return datetime.fromtimestamp(self._result.stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def log_tail(self, most_bytes: int = OUTPUT_BYTES_MAX) -> bytes:
        """Return what the script said, cut in the middle."""
        return cut_in_the_middle(self._log, most_bytes)

    def mark_told(self) -> None:
        """Say that all that is known here is known elsewhere: nobody needs the folder any more."""
        self._told.touch()

    def request_stop(self) -> None:
        """Ask whoever is at this run to end it."""
        self._stop.touch()

    @property
    def is_stop_requested(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stop.exists()
