"""`python -m tests.simulation --seeds 100000`: as many schedules of trouble, on all cores.

The last line is JSON. Status 1 if an invariant is broken: then a short schedule is told that breaks
it in the same way, and how to keep it as a test.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.simulation.commerce.invariants import Invariant
from tests.simulation.commerce.running import Report, run_all
from tests.simulation.commerce.shrinking import Shrunk

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    seeds: range
    processes: int
    with_digests: bool
    is_json: bool


def main(arguments: Sequence[str]) -> int:
    """Run the schedules and tell what they came to."""
    asked = _asked(arguments)
    console = Console(stderr=True)
    began_s = time.monotonic()
    try:
        report = _run(asked, console)
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was changed; the same seeds are the same schedules again.")
        return INTERRUPTED
    wall_s = time.monotonic() - began_s
    if not asked.is_json:
        _show(report)
    for failure in report.failures:
        _tell(failure)
    sys.stdout.write(json.dumps(_figures(asked, report, wall_s)) + "\n")
    return 1 if report.failures else 0


def _asked(arguments: Sequence[str]) -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        epilog="example: python -m tests.simulation --seeds 1000 --first 500 --processes 2",
    )
    parser.add_argument("--seeds", type=int, default=10_000, help="how many (default 10000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--digests", action="store_true", help="hash all that happens")
    parser.add_argument("--json", action="store_true", help="print the last line only")
    given = parser.parse_args(arguments)
    if given.seeds < 1 or given.processes < 1:
        parser.error("--seeds and --processes must be 1 or more")
    seeds = range(given.first, given.first + given.seeds)
    return Asked(seeds, given.processes, given.digests, given.json)


def _run(asked: Asked, console: Console) -> Report:
    columns = (
        TextColumn("schedules"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    is_hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_hidden) as bar:
        task = bar.add_task("", total=len(asked.seeds))
        return run_all(
            asked.seeds,
            asked.processes,
            lambda more: bar.advance(task, more),
            with_digests=asked.with_digests,
        )


def _show(report: Report) -> None:
    tally, console = report.tally, Console()
    table = Table(title=f"{tally.schedules:,} schedules", title_justify="left")
    for column in ("what", "in all", "a schedule"):
        table.add_column(column, justify="left" if column == "what" else "right")
    counts = {"port calls": tally.calls, "invocations": tally.tasks, "commits": tally.commits}
    for name, count in (*counts.items(), *sorted(tally.faults.items(), key=lambda one: -one[1])):
        table.add_row(
            name.replace("_", " "), f"{count:,}", f"{count / max(tally.schedules, 1):.2f}"
        )
    console.print(table)
    for invariant in Invariant:
        console.print(f"[green]held[/] {invariant.name}: {invariant.value}", highlight=False)
    console.print(f"{report.per_minute:,.0f} schedules a minute of one core")


def _tell(failure: Shrunk) -> None:
    kept = json.dumps(failure.kept())
    sys.stdout.write(
        f"{failure.story}\n\n{failure.said}\n\nTo keep it, add to kept.json:\n{kept}\n"
    )


def _figures(asked: Asked, report: Report, wall_s: float) -> dict[str, object]:
    tally = report.tally
    return {
        "schedules": tally.schedules,
        "first_seed": asked.seeds.start,
        "schedules_per_minute_and_core": round(report.per_minute),
        "seconds": round(wall_s, 1),
        "processes": asked.processes,
        "port_calls": tally.calls,
        "faults": dict(sorted(tally.faults.items())),
        "invariants": [invariant.name for invariant in Invariant],
        "violations": len(report.failures),
        "digest": report.digest,
    }


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"
    sys.exit(main(sys.argv[1:]))
