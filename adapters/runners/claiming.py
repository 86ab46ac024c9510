"""Claiming a run: its folder appears once, and with everything in it."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from adapters.runners.durable import sync_folder, write_once
from domain.ci.ports import Run

_RUN: Final = TypeAdapter(Run)


def claim(folder: Path, run: Run) -> bool:
    """Make a run's folder; return whether it was made now."""
    if folder.exists():
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    # No run's name begins with a dot: what a crash leaves behind here is nobody's run.
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        (new / "work").mkdir()
        write_once(new / "run.json", _RUN.dump_json(run))
        new.rename(folder)  # Fails on a folder with something in it, as every run's has.
    except OSError:
        if folder.exists():
            return False
        raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    sync_folder(folder.parent)
    return True


def claimed(folder: Path) -> Run:
    """Return what a folder was made for. Raises FileNotFoundError where it was not."""
    return _RUN.validate_json((folder / "run.json").read_bytes())
