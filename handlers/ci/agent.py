"""The agent at one run of the local runner: `python -m handlers.ci.agent FOLDER`.

It begins the script, says every half minute that it goes on, keeps what the script says, and says
how it ended. Stopped anywhere, what it knew stands in the run's folder, and whoever looks there
after the lease has lapsed says it instead.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion
from domain.ci.places import LEASE
from domain.ci.ports import CannotStartError, CiStreams, Logs, Run
from domain.ci.running import EXIT_NOT_STARTED, beat, record
from domain.kernel.refused import Refused
from handlers.logs import bind, get_logger

BEAT_S: Final = LEASE.total_seconds() / 3
LOG_S: Final = 3.0
"""How far people who follow a log are behind."""
LIVE_BYTES_MAX: Final = 256 * 1024
"""What is kept of a log while it grows, its beginning and its end: it is sent whole each time."""
LOG_BYTES_MAX: Final = 4 * 1024 * 1024
"""What is kept of it in the end, of a longer one the beginning and the end."""
POLL_S: Final = 0.05
GRACE_S: Final = 10.0
"""Between asking a script to end and ending it."""
TELL_FOR_S: Final = 24 * 60 * 60.0
"""How long it is tried to keep the log and tell the end: a service may be stopped over night."""
TELL_EVERY_S_MAX: Final = 30


class Work(Protocol):
    """The run's folder, as far as an agent needs it; see adapters/runners/work.py."""

    @property
    def run(self) -> Run:
        """What is to be run."""

    @property
    def has_begun(self) -> bool:
        """Whether the script was begun before, however that went on."""

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None before that."""

    @property
    def is_stop_requested(self) -> bool:
        """Whether somebody asked for the end."""

    def held(self) -> AbstractContextManager[None]:
        """Be the one agent at this run; BlockingIOError where another one is."""

    def begin(self, script: Path, ours: Mapping[str, str]) -> None:
        """Begin the script, once for ever. Raises CannotStartError."""

    def poll(self) -> int | None:
        """Return the exit code; None while the script runs."""

    def stop(self, grace_s: float) -> None:
        """End the script and what it has started."""

    def end(self, exit_code: int | None, detail: str = "") -> bool:
        """Say how the run ended; the first word stands."""

    def log_tail(self, most_bytes: int) -> bytes:
        """Return what the script said, cut in the middle where it is longer."""

    def mark_told(self) -> None:
        """Say that nobody needs the folder any more."""


def main() -> int:
    """Be the agent at one run, unless another one is, or its script was begun before."""
    from handlers.wiring import ci  # noqa: PLC0415  # Tests bring ports of their own.

    work = ci.work_at(Path(sys.argv[1]))
    with suppress(BlockingIOError), work.held(), bind(run=work.run.name, job_id=work.run.job_id):
        if not work.has_begun:
            Agent(work, ci.script(), ci.streams(), ci.logs(), ci.clock).live()
    return 0


@dataclass
class Agent:
    """One script's life."""

    work: Work
    script: Path
    streams: CiStreams
    logs: Logs
    clock: Callable[[], datetime]
    kept: bytes = b""

    def live(self) -> None:
        """Begin, wait, and say how it ended."""
        try:
            self.work.begin(self.script, os.environ)
        except CannotStartError as error:
            self._ended(EXIT_NOT_STARTED, str(error))
        else:
            self._ended(self._wait())

    def _wait(self) -> int | None:
        """Return the script's exit code; None if it was stopped as asked."""
        beat_due_s = log_due_s = time.monotonic()
        while (exit_code := self.work.poll()) is None:
            now_s = time.monotonic()
            if now_s >= log_due_s:
                log_due_s = now_s + LOG_S
                self._keep_log(LIVE_BYTES_MAX)
            is_to_stop = self.work.is_stop_requested
            if now_s >= beat_due_s:
                beat_due_s = now_s + BEAT_S
                is_to_stop |= not self._goes_on()
            if is_to_stop:
                self.work.stop(GRACE_S)
                return None
            time.sleep(POLL_S)
        return exit_code

    def _goes_on(self) -> bool:
        """Say that the run goes on; False when it is to stop, or is no longer the job's."""
        run = self.work.run
        try:
            return not beat(self.streams, run.job_id, run.attempt, self.clock()).is_to_stop
        except Refused as refusal:
            get_logger().warning("run_fenced", reason=refusal.reason.value)
            return False
        except Exception as error:  # noqa: BLE001  # A heartbeat that is not heard ends no build.
            get_logger().warning("beat_failed", error=repr(error))
            return True

    def _keep_log(self, most_bytes: int) -> bool:
        """Keep what was said, unless it is kept already; whether it is kept now."""
        try:
            text = self.work.log_tail(most_bytes)
            if text == self.kept:
                return True
            self.logs.keep(self.work.run.name, text)
        except Exception as error:  # noqa: BLE001  # A log that is not kept now is kept next time.
            get_logger().warning("log_not_kept", error=repr(error))
            return False
        self.kept = text
        return True

    def _ended(self, exit_code: int | None, detail: str = "") -> None:
        """Write down how it ended, then say it; what goes unsaid is found by the sweeper."""
        self.work.end(exit_code, detail)
        self._tell_all(exit_code, detail)

    def _tell_all(self, exit_code: int | None, detail: str) -> None:
        """Keep the log, and then say how it ended: nobody keeps a log after its job has ended.

        Both are tried for a day; in the end it is said without the log.
        """
        ended = self.work.ended_at or self.clock()
        until_s, wait_s = time.monotonic() + TELL_FOR_S, 1
        while not self._has_told(exit_code, detail, ended, is_last=time.monotonic() >= until_s):
            if time.monotonic() >= until_s:
                return
            time.sleep(wait_s)
            wait_s = min(2 * wait_s, TELL_EVERY_S_MAX)

    def _has_told(
        self, exit_code: int | None, detail: str, ended: datetime, *, is_last: bool
    ) -> bool:
        is_kept = self._keep_log(LOG_BYTES_MAX)
        if not ((is_kept or is_last) and self._told(exit_code, detail, ended)):
            return False
        if is_kept:
            self.work.mark_told()
        return True

    def _told(self, exit_code: int | None, detail: str, ended: datetime) -> bool:
        """Say how it ended; whether that is said now, or nobody will ever want to hear it."""
        try:
            self._tell(exit_code, detail, ended)
        except Refused as refusal:
            get_logger().warning("result_refused", reason=refusal.reason.value)
            return not refusal.retryable
        except Exception as error:  # noqa: BLE001  # Told again; in the end the sweeper finds it.
            get_logger().warning("result_untold", error=repr(error))
            return False
        return True

    def _tell(self, exit_code: int | None, detail: str, ended: datetime) -> None:
        run = self.work.run
        conclusion = None
        if exit_code is not None:
            conclusion = Conclusion.PASSED if exit_code == 0 else Conclusion.FAILED
        result = RecordResult(run.attempt, conclusion, exit_code or 0, ended, detail)
        record(self.streams, run.job_id, result, f"run-{run.name}")


if __name__ == "__main__":
    sys.exit(main())
