"""The state folder of a local service: one service at a time, and what it left behind."""

import fcntl
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from handlers.local.refusal import CannotRun

MARK = "waybill-state-1"
WRITING_S = 60
_DISCARDED = ".discarded-"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything lies that a local service keeps; made by `opened`.

    lock: descriptor of the file whose lock says that the folder is in use.
    """

    path: Path
    lock: int

    @property
    def run_file(self) -> Path:
        """Where a running service says how it is reached."""
        return self.path / "run.json"

    @property
    def log(self) -> Path:
        """What the embedded AWS and the functions in it say."""
        return self.path / "logs/aws.log"

    @property
    def aws(self) -> Path:
        """Tables, queues and functions, as the embedded AWS keeps them."""
        return self.path / "aws"

    @property
    def objects(self) -> Path:
        """Objects of S3."""
        return self.path / "s3"

    @property
    def ports(self) -> Path:
        """The ports of last time, a file each."""
        return self.path / "ports"

    @property
    def scratch(self) -> Path:
        """Unpacked code of functions; emptied at each start."""
        return self.path / "tmp"

    @property
    def is_new(self) -> bool:
        """Tell whether no service has ever stopped in order here."""
        return not (self.aws / "dynamodb.json").exists()

    @property
    def _undrained(self) -> Path:
        return self.path / "undrained"

    @property
    def was_left_undrained(self) -> bool:
        """Tell whether the last service ended with stream records that nobody has seen."""
        return self._undrained.exists()

    def mark_undrained(self) -> None:
        """Say so from the first write on: a killed process cannot say it any more."""
        self._undrained.touch()

    def mark_drained(self) -> None:
        """Everything written has reached its readers."""
        self._undrained.unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """Make the folder where it is missing and hold it for this process.

    Raises CannotRun if it is no state folder, cannot be written, or another service has it.
    """
    path = path.absolute()
    _make(path)
    # Kept open: the operating system frees the lock however the processes that hold it end.
    with (path / "lock").open("a+", encoding="utf-8") as lock:
        _take(lock, path)
        folder = Folder(path, lock.fileno())
        _discard(folder.scratch)
        folder.scratch.mkdir()
        try:
            yield folder
        finally:
            _discard(folder.scratch)


def _discard(scratch: Path) -> None:
    """Have it removed while we go on: thousands of files take seconds, which nobody need wait for.

    It is out of the way at once; what is left of an earlier one, stopped halfway, goes with it.
    """
    if scratch.exists():
        scratch.rename(tempfile.mkdtemp(prefix=_DISCARDED, dir=scratch.parent))
    if discarded := list(scratch.parent.glob(f"{_DISCARDED}*")):
        removal = subprocess.Popen(  # noqa: S603  # A fixed command on folders of our own making.
            ["/bin/rm", "-rf", "--", *discarded],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # It goes on when we have ended.
        )
        threading.Thread(target=removal.wait, daemon=True).start()


def _take(lock: TextIO, path: Path) -> None:
    until = time.monotonic() + WRITING_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            # The AWS of a service that was killed writes its state and goes.
            if holder and not is_alive(int(holder)) and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise CannotRun(
                f"A service is running in {path} already (process {holder or 'unknown'}).",
                "Stop it with Ctrl-C there, or choose another folder: make up STATE=.waybill-2",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return


def is_alive(pid: int) -> bool:
    """Tell whether a process of that id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _make(path: Path) -> None:
    mark = path / "format"
    try:
        if path.exists() and any(path.iterdir()) and not mark.exists():
            raise CannotRun(
                f"{path} holds files that are not Waybill's.",
                "Choose a new or empty folder: make up STATE=.waybill",
            )
        for part in (path, path / "logs", path / "aws", path / "s3"):
            part.mkdir(parents=True, exist_ok=True)
        # The embedded AWS writes down what functions are told, secrets among it.
        (path / "aws").chmod(0o700)
        if not mark.exists():
            mark.write_text(MARK, encoding="utf-8")
        found = mark.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotRun(
            f"{path} cannot be the state folder: {error.strerror}.",
            "Choose one that can be written: make up STATE=.waybill",
        ) from error
    if found != MARK:
        raise CannotRun(
            f"{path} was written by another version of Waybill ({found[:40]}; this is {MARK}).",
            "Choose another folder: make up STATE=.waybill-2",
        )
