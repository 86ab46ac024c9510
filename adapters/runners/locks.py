"""Locks that the operating system frees however their holder ends."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PATIENCE_S: Final = 1.0
_POLL_S: Final = 0.01


class AlreadyHeldError(BlockingIOError):
    """Somebody else is at it."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock, at most as long as this process lives. Raises AlreadyHeldError."""
    with path.open("ab") as lock:
        until = time.monotonic() + _PATIENCE_S
        # Whoever asks `is_locked` holds it for a moment, and that is nobody's work.
        while not _took(lock.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > until:
                raise AlreadyHeldError(f"another process holds {path}")
            time.sleep(_POLL_S)
        yield


def is_locked(path: Path) -> bool:
    """Whether somebody holds a lock now."""
    try:
        lock = path.open("rb")
    except FileNotFoundError:
        return False
    with lock:
        return not _took(lock.fileno(), fcntl.LOCK_SH)


def _took(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
