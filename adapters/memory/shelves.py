"""Shelves in memory."""

import re
from typing import Final

from domain.ci.ports import Bodies, Logs

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class MemoryBodies(Bodies):
    """Bodies by their hash."""

    def __init__(self) -> None:
        """Start empty."""
        self.bodies: dict[str, bytes] = {}

    def keep(self, sha256: str, body: bytes) -> None:
        """Keep a body. Raises ValueError for a name that is no SHA-256."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256 in 64 hexadecimal digits, lower case")
        self.bodies[sha256] = body

    def read(self, sha256: str) -> bytes | None:
        """Return a body."""
        return self.bodies.get(sha256)


class MemoryLogs(Logs):
    """Logs by their run."""

    def __init__(self) -> None:
        """Start empty."""
        self.logs: dict[str, bytes] = {}

    def keep(self, run: str, text: bytes) -> None:
        """Keep what a run said, in place of what was kept before."""
        self.logs[run] = text

    def read(self, run: str) -> bytes | None:
        """Return what a run said."""
        return self.logs.get(run)
