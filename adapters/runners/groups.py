"""Process groups, by their leader's id and start: Linux' /proc tells it from a later one of its id.

What has made a session of its own has left its group, and is not found any more.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_ENDED: Final = "ZX"
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Process:
    """Fields 1, 3, 5 and 22 of /proc/<pid>/stat; `started` is in ticks since boot (proc(5))."""

    pid: int
    state: str
    group: int
    started: int


def read_stat(line: str) -> Process:
    """Read a line of /proc/<pid>/stat. Raises ValueError, IndexError for anything else."""
    pid, _, rest = line.partition(" (")
    # The program's name stands in brackets, and may hold blanks and brackets of its own.
    fields = rest.rpartition(") ")[2].split()
    return Process(int(pid), fields[0], int(fields[2]), int(fields[19]))


def process_of(pid: int) -> Process | None:
    """Return the process that has this id now; None for nobody."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return read_stat((_PROC / str(pid) / "stat").read_text(errors="replace"))
    return None


def end_group(leader: Process, grace_s: float) -> None:
    """Ask a group to end, and kill what is left of it after the grace. Another's is left alone."""
    now = process_of(leader.pid)
    if now is None or now.started != leader.started:
        return
    _signal(leader.pid, signal.SIGTERM)
    until = time.monotonic() + grace_s
    # Not only the leader is waited for: a shell dies at once, while its child still tidies up. The
    # group's id is nobody else's as long as any of them lives.
    while (lives := _lives(leader.pid)) and time.monotonic() < until:
        time.sleep(_POLL_S)
    if lives:
        kill_group(leader.pid)


def kill_group(group: int) -> None:
    """Kill a group whose id is known to be its own still."""
    _signal(group, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # Ended, or become another user's.
        os.killpg(group, number)


def _lives(group: int) -> bool:
    return any(one.group == group and one.state not in _ENDED for one in _processes())


def _processes() -> Iterator[Process]:
    for folder in _PROC.glob("[0-9]*"):
        if found := process_of(int(folder.name)):
            yield found
