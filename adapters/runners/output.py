"""What a script said, short enough to be kept: its beginning and its end."""

from pathlib import Path
from typing import Final

OUTPUT_BYTES_MAX: Final = 256 * 1024


def cut_in_the_middle(path: Path, most_bytes: int = OUTPUT_BYTES_MAX) -> bytes:
    """Return a file's bytes, at most so many: where there are more, a line says how many lack.

    A file that is not there is empty; `most_bytes` has room for that line, 60 bytes.
    """
    if not path.exists():
        return b""
    with path.open("rb") as file:
        size = path.stat().st_size
        if size <= most_bytes:
            return file.read(most_bytes)  # It may have grown since.
        half = (most_bytes - len(_gap(size))) // 2
        first = file.read(half)
        file.seek(size - half)
        return first + _gap(size - 2 * half) + file.read(half)


def _gap(left_out: int) -> bytes:
    return b"\n[... %d bytes left out here ...]\n" % left_out
