"""Ports that stay the same from start to start, unless somebody else has taken them meanwhile.

What knows them outlives a stop: a run that goes on asks its AWS at the old address, and an address
among the template's parameters that changed would be a deployment at every start.
"""

import socket
from pathlib import Path

_LAST = 65_535


def remembered(note: Path) -> int:
    """Return the port that was noted; 0, which takes a free one, where none was."""
    try:
        noted = int(note.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
    return noted if 0 < noted <= _LAST else 0


def note_port(note: Path, port: int) -> None:
    """Keep a port for the next start."""
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(str(port), encoding="ascii")


def bound(note: Path) -> socket.socket:
    """Return a socket on loopback, bound to the port of last time or else to a free one."""
    try:
        taken = _bound(remembered(note))
    except OSError:
        taken = _bound(0)
    note_port(note, taken.getsockname()[1])
    return taken


def _bound(port: int) -> socket.socket:
    taken = socket.socket()
    # Connections of the last start still linger for a minute.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(("127.0.0.1", port))
    except OSError:
        taken.close()
        raise
    return taken
