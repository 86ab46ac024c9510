"""The whole service in a process of its own, as people run it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from handlers.local import running
from handlers.local.running import Running
from tests.support.repository import ROOT

T = TypeVar("T")

_UP = (
    "import sys; from pathlib import Path; from handlers.local.up import run; "
    "sys.exit(run(int(sys.argv[2]), Path(sys.argv[1])))"
)
START_S = 120
STOP_S = 180
SOON_S = 90
"""Long for a machine with two busy cores; nothing that works takes a fraction of it."""


def command(state: Path, port: int = 0) -> list[str]:
    """Return what runs the service in a state folder."""
    return [sys.executable, "-c", _UP, str(state), str(port)]


@contextmanager
def up(
    state: Path, root: Path = ROOT, said: Path | None = None, **environment: str
) -> Iterator[Running]:
    """Run the service, and stop it as Ctrl-C does; what it says is added to `said`."""
    wanted = {**os.environ, "PYTHONPATH": str(root), **environment}
    with (
        (said or Path(os.devnull)).open("ab") as output,
        subprocess.Popen(
            command(state), env=wanted, cwd=root, stdout=output if said else None
        ) as process,
    ):
        try:
            yield found(state, process)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP_S) == 0


def found(state: Path, process: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> Running:
    """Wait until the service answers."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        if there := running.find(state):
            return there
        time.sleep(0.1)
    raise AssertionError("the service did not come up")


def wait_until_all_has_arrived(service: Running) -> None:
    """Wait until nothing is on its way inside, asked a few times: there are quiet moments."""
    quiet = 0
    while quiet < 3:
        left = service.backlog()
        is_quiet = left["records"] == left["messages"] == left["running"] == 0
        quiet = quiet + 1 if is_quiet else 0
        time.sleep(0.1)


def soon(look: Callable[[], T], what: str) -> T:
    """Look until there is something to be seen; what is falsy is nothing yet."""
    until = time.monotonic() + SOON_S
    while time.monotonic() < until:
        if seen := look():
            return seen
        time.sleep(0.1)
    raise AssertionError(f"not within {SOON_S} s: {what}")
