"""`python -m tests.bench`: measure the budgets and say which are kept; status 1 if one is not."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.support.environment import isolate

isolate()  # Before anything below makes a client.

from rich.console import Console  # noqa: E402  # See above.
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: E402
from rich.table import Table  # noqa: E402

from tests.bench.benches import BENCHES  # noqa: E402
from tests.bench.measuring import FULL, TINY, Bench, Figure, Sizes  # noqa: E402
from tests.support.engines import Engines  # noqa: E402


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("only", nargs="*", choices=[*BENCHES, []], help="all, unless named")
    parser.add_argument("--json", action="store_true", help="one object for programs")
    parser.add_argument("--tiny", action="store_true", help="just show that it runs")
    asked = parser.parse_args(arguments)
    wanted = {name: BENCHES[name] for name in (asked.only or BENCHES)}
    figures = _measured(wanted, TINY if asked.tiny else FULL)
    if asked.json:
        Console().print_json(json.dumps([asdict(one) | {"ok": one.ok} for one in figures]))
    else:
        Console().print(_table(figures))
    return 0 if all(figure.ok for figure in figures) else 1


def _measured(benches: dict[str, Bench], sizes: Sizes) -> list[Figure]:
    """Run benchmarks one after another: two at once would measure each other."""
    figures: list[Figure] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        engines = Engines(Path(folder))
        with engines.stack:
            for bench in benches.values():
                task = progress.add_task(bench.name, total=bench.steps(sizes))
                figures += bench.run(sizes, engines, lambda task=task: progress.advance(task))  # type: ignore[misc]  # mypy does not see the default.
    return figures


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("what", "figure", "budget", "", "measured", title="Budgets")
    for one in figures:
        verdict = "" if not one.budget else "[green]ok[/]" if one.ok else "[red]over[/]"
        table.add_row(one.name, f"{one.value:.2f} {one.unit}", one.budget, verdict, one.detail)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
