"""Removing what nobody needs of runs: folders of those that are over and told of, after a day.

One whose agent was killed tells nobody, so it stays for a month.

A folder is renamed first: stopped halfway, what is left is nobody's run, and goes the next time.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from adapters.runners.locks import is_locked

KEPT_S: Final = 24 * 60 * 60
KEPT_UNTOLD_S: Final = 30 * KEPT_S
LOOK_EVERY_S: Final = 60 * 60
"""A look costs by how many folders there are."""
TOLD: Final = "told"
"""The file in a run's folder which says that its log is kept and its end is told."""
_LOOKED: Final = ".tidied"
_HIDDEN: Final = "."


def tidy(runs: Path, now_s: float) -> None:
    """Remove what is old enough, looking at most once an hour; what cannot be removed stays.

    A run that was started again after that would run again: but its job has ended by then, and no
    attempt of it is started twice.
    """
    with suppress(OSError):
        looked = runs / _LOOKED
        if _age_s(looked, now_s) < LOOK_EVERY_S:
            return
        looked.touch()
        os.utime(looked, (now_s, now_s))
        for folder in [one for one in runs.iterdir() if one.is_dir()]:
            with suppress(OSError):
                _remove_if_old(folder, now_s)


def _remove_if_old(folder: Path, now_s: float) -> None:
    if folder.name.startswith(_HIDDEN):  # Half made or half removed; no run's name begins so.
        if _age_s(folder, now_s) >= KEPT_S:
            _remove(folder)
    elif _is_old(folder, now_s) and not is_locked(folder / "lock"):
        gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder.parent))
        folder.rename(gone)
        _remove(gone)


def _is_old(folder: Path, now_s: float) -> bool:
    if (folder / TOLD).exists():
        return _age_s(folder / TOLD, now_s) >= KEPT_S
    return _age_s(folder, now_s) >= KEPT_UNTOLD_S


def _age_s(path: Path, now_s: float) -> float:
    """Return how long ago something was changed; what is not there was changed long ago."""
    try:
        return now_s - path.stat().st_mtime
    except FileNotFoundError:
        return KEPT_UNTOLD_S


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, onerror=_let_go)


def _let_go(_act: object, name: str, _error: object) -> None:
    """Try again where a script has made a folder read-only, as some caches are."""
    path = Path(name)
    with suppress(OSError):
        path.parent.chmod(0o700)
        if path.is_symlink() or not path.is_dir():
            path.unlink()
            return
        path.chmod(0o700)
        shutil.rmtree(path, ignore_errors=True)
