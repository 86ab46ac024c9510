"""Our code as the zip that functions run; the same code makes the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("adapters", "domain", "handlers")
# The earliest time that a zip can name: when a file was changed is no part of the code.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def key(root: Path = ROOT) -> str:
    """Return the name that the code's content gives the zip."""
    digest = hashlib.sha256()
    for name, content in _files(root):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return f"code/{digest.hexdigest()}.zip"


def build(root: Path = ROOT) -> bytes:
    """Zip our packages. The libraries come from the environment that runs the functions."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(root):
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path.read_bytes()
