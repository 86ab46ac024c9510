"""Beginning a stranger's script: what it finds, and what it never finds."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.runners.durable import write_once
from domain.ci.ports import CannotStartError, Run

# The process notes who it is before it becomes the script. If whoever began it were stopped right
# after, the script could still be found and ended.
_LAUNCH: Final = (
    'read -r self <"/proc/$$/stat" && printf "%s\\n" "$self" >"$1" && shift && exec "$@"'
)


_OWN_MODE: Final = 0o700


def own_copy(script: Path, copy: Path) -> Path:
    """Return a run's own copy of a script, made whole or not at all; one that is there stays.

    A shell reads its script as it goes: whoever writes a new one would change what runs already.
    Raises CannotStartError if it cannot be run.
    """
    if copy.exists():
        return copy.absolute()
    if not script.is_file():
        raise CannotStartError(f"there is no script at {script}")
    if not os.access(script, os.X_OK):
        raise CannotStartError(f"{script} may not be run; allow it with chmod +x")
    try:
        content = script.read_bytes()
    except PermissionError as error:
        raise CannotStartError(f"{script} may not be read; allow it with chmod +r") from error
    write_once(copy, content, _OWN_MODE)
    return copy.absolute()


def launch(
    script: Path, home: Path, log: Path, note: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Run a script in its home as a process group of its own, which stands in `note`."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - running the customer's script is what we are for.
            ["/bin/sh", "-c", _LAUNCH, "sh", str(note), str(script)],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def environment(run: Run, home: Path, ours: Mapping[str, str]) -> dict[str, str]:
    """Return all that a script finds. Of ours it gets PATH and LANG: the rest may be secret."""
    return {
        "PATH": ours.get("PATH", os.defpath),
        "LANG": ours.get("LANG", "C.UTF-8"),
        "HOME": str(home),
        "CI": "true",
        "CI_JOB_ID": run.job_id,
        "CI_ATTEMPT": str(run.attempt),
        "CI_REPOSITORY": run.repository,
        "CI_REF": run.ref,
        "CI_SHA": run.sha,
        "CI_TRIGGER": run.trigger,
    }


def exit_code_of(returned: int) -> int:
    """Return an exit code as a shell says it: 128 and the signal's number for what was killed."""
    return returned if returned >= 0 else 128 - returned
