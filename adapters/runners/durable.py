"""Files that are there whole or not at all, and that stay when the power goes."""

import os
import tempfile
from pathlib import Path


def write_once(path: Path, content: bytes, mode: int = 0o600) -> bool:
    """Write a file unless there is one; return whether it is ours. The first stands."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link never takes another file's place, as a rename would.
            path.hardlink_to(name)
        except FileExistsError:
            return False
    finally:
        Path(name).unlink()
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as what they name."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
