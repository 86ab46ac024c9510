"""`python -m tests.kills --kills 2000`: kill processes at their requests to DynamoDB Local.

The last line is JSON. Status 1 if anything was lost or doubled, or a request was never killed at.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.environment import isolate

isolate()  # Before anything below makes a client.

import pytest  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.progress import Progress  # noqa: E402
from rich.table import Table  # noqa: E402

from tests.kills.facts import violations  # noqa: E402
from tests.kills.killer import Moment  # noqa: E402
from tests.kills.lives import Lives, Tally  # noqa: E402
from tests.kills.shop import Shop  # noqa: E402
from tests.support.engines import Dynamo, dynamodb_local  # noqa: E402

INTERRUPTED = 130
LEFT_OUT = 2
ENOUGH_FOR_ALL = 1_000
"""With so many kills, there must be some at each request, before it and after it."""


def main(arguments: Sequence[str]) -> int:
    """Kill, and tell what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000, help="how many processes (2000)")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began_s = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures = _killed(Path(folder), asked)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; all that was started has ended.\n")
        return INTERRUPTED
    except (pytest.skip.Exception, pytest.fail.Exception) as left_out:
        sys.stderr.write(f"{left_out}\n")
        return LEFT_OUT
    seconds = time.monotonic() - began_s
    sys.stdout.write(json.dumps({**figures, "seconds": round(seconds, 1)}) + "\n")
    return 1 if figures["violations"] or figures.get("gaps") else 0


def _killed(folder: Path, asked: argparse.Namespace) -> dict[str, object]:
    with dynamodb_local(folder) as url:
        shop = Shop(url, Dynamo("dynamodb_local", url).tables(), folder)
        tally = Tally()
        lives = Lives(shop, asked.seed, tally)
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("kills", total=asked.kills)
            while tally.killed < asked.kills:
                lives.live(len(lives.orders))
                lives.sweep_a_few()
                bar.update(task, completed=tally.killed)
        lives.rest()
        found = violations(shop, lives)
    _show(tally)
    gaps = [" ".join(gap) for gap in tally.gaps()] if tally.killed >= ENOUGH_FOR_ALL else []
    for line in (*found, *(f"nobody was killed at: {gap}" for gap in gaps)):
        sys.stdout.write(f"{line}\n")
    if found:
        sys.stdout.write(f"again: python -m tests.kills --seed {asked.seed}\n")
    return {
        "kills": tally.killed,
        "processes": tally.processes,
        "lost_wake_ups": tally.lost,
        "orders": len(lives.orders),
        "violations": len(found),
        "gaps": len(gaps),
    }


def _show(tally: Tally) -> None:
    table = Table(title=f"{tally.killed} processes were killed", title_justify="left")
    for column in ("step", "request", *Moment):
        table.add_column(column)
    for step, operation in sorted(tally.calls):
        counts = (str(tally.kills[step, operation, moment]) for moment in Moment)
        table.add_row(step, operation, *counts)
    Console().print(table)


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"
    sys.exit(main(sys.argv[1:]))
