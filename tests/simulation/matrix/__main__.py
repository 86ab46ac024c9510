"""`python -m tests.simulation.matrix`: stop each handler and command at each of its port calls.

Writes a page to look at and all cells as JSON. Status 1 if an invariant is broken anywhere, or if
there is a port call that nobody has kept: look at its row, then keep it with --keep.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.simulation.matrix.page import page
from tests.simulation.matrix.rows import ROWS
from tests.simulation.matrix.running import Matrix, as_json, keep, run

INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Run the matrix and tell what it came to."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.matrix",
        description=__doc__,
        epilog="example: python -m tests.simulation.matrix --row broadcast --no-pairs",
    )
    parser.add_argument("--out", type=Path, default=Path("build/crash-matrix"))
    parser.add_argument("--row", default="", help="only rows with this in their names")
    parser.add_argument("--no-pairs", action="store_true", help="leave the pairs of crashes out")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the port calls as they are now")
    asked = parser.parse_args(arguments)
    if asked.keep:
        keep()
        return 0
    names = [name for name in ROWS if asked.row in name]
    if not names:
        parser.error(f"no row has {asked.row!r} in its name; rows are: {', '.join(ROWS)}")
    began_s = time.monotonic()
    try:
        matrix = _run(names, asked.processes, with_pairs=not asked.no_pairs)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing was written.\n")
        return INTERRUPTED
    return _tell(matrix, asked.out, time.monotonic() - began_s)


def _run(names: Sequence[str], processes: int, *, with_pairs: bool) -> Matrix:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    is_hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_hidden) as bar:
        tasks = {"row": bar.add_task("rows", total=len(names))}
        if with_pairs:
            tasks["pairs"] = bar.add_task("pairs", total=None)
        return run(
            names,
            lambda what, more: bar.advance(tasks[what], more),
            processes,
            with_pairs=with_pairs,
        )


def _tell(matrix: Matrix, out: Path, seconds: float) -> int:
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(page(matrix))
    (out / "matrix.json").write_text(json.dumps(as_json(matrix), indent=1))
    say = sys.stdout.write
    for row in matrix.rows:
        for cell in row.broken:
            say(f"{row.name}, delivery {cell.delivery}, call {cell.call}, {cell.stop}:\n")
            say("\n".join(("", *cell.had_happened, *cell.followed, cell.broken, "", "")))
    for pair in matrix.broken_pairs:
        say(f"crashes after calls {pair.first} and {pair.second}:\n")
        say("\n".join((*pair.story, pair.broken, "", "")))
    for line in matrix.unkept:
        say(f"a port call without its row: {line}\n")
    if matrix.unkept:
        say("Look at it, then keep it: python -m tests.simulation.matrix --keep\n")
    say(f"The page: {out / 'index.html'}\n")
    figures = {
        "rows": len(matrix.rows),
        "cells": matrix.cells,
        "pairs": matrix.pairs_run,
        "seconds": round(seconds, 1),
        "violations": matrix.violations,
        "unkept": len(matrix.unkept),
    }
    say(json.dumps(figures) + "\n")
    return 1 if matrix.violations or matrix.unkept else 0


if __name__ == "__main__":
    os.environ["LOG_LEVEL"] = "critical"
    sys.exit(main(sys.argv[1:]))
