"""Running the matrix: rows and pairs on all cores, compared with the calls that are kept."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.simulation.commerce.staging import Stage, staged
from tests.simulation.matrix import pairs
from tests.simulation.matrix.cells import Row, calls_of, row_of
from tests.simulation.matrix.rows import ROWS

KEPT: Final = Path(__file__).with_name("calls.json")
Calls = dict[str, dict[str, list[str]]]
_STAGES: Final[list[tuple[AbstractContextManager[Stage], Stage]]] = []


@dataclass
class Matrix:
    """All that was run; `unkept` are calls without a row, and rows whose calls are gone."""

    rows: list[Row] = field(default_factory=list)
    calls_of_life: int = 0
    pairs_run: int = 0
    broken_pairs: list[pairs.Pair] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """How many stops were run."""
        return sum(not cell.why_not for row in self.rows for cell in row.cells)

    @property
    def violations(self) -> int:
        """How many stops and pairs broke an invariant."""
        return sum(len(row.broken) for row in self.rows) + len(self.broken_pairs)


def run(
    names: Sequence[str], told: Callable[[str, int], None], processes: int, *, with_pairs: bool
) -> Matrix:
    """Run rows, and all pairs; `told` hears of each part that is done, and how large it was."""
    matrix = Matrix()
    pool = ProcessPoolExecutor(processes, initializer=_begin)
    try:
        rows = [pool.submit(_row, name) for name in names]
        if with_pairs:
            matrix.calls_of_life = pool.submit(_length).result()
        firsts = range(1, matrix.calls_of_life)
        pairs_of = {pool.submit(_pairs, n, matrix.calls_of_life): n for n in firsts}
        for row in _done(rows):
            matrix.rows.append(row)
            told("row", 1)
        for future in as_completed(pairs_of):
            matrix.broken_pairs += future.result()
            matrix.pairs_run += matrix.calls_of_life - pairs_of[future]
            told("pairs", matrix.calls_of_life - pairs_of[future])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    matrix.rows.sort(key=lambda row: names.index(row.name))
    matrix.unkept = differences(calls_by_row(matrix.rows), kept(), names)
    return matrix


def kept() -> Calls:
    """Return the calls of each row that somebody has looked at and kept."""
    found: Calls = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return found


def keep() -> None:
    """Keep the calls of all rows as they are now."""
    with staged() as stage:
        rows = [Row(name, calls_of(stage, prepare)) for name, prepare in ROWS.items()]
    KEPT.write_text(json.dumps(calls_by_row(rows), indent=1) + "\n")


def differences(found: Calls, known: Calls, names: Sequence[str]) -> list[str]:
    """Say which port calls have no kept row, and which kept ones are not made any more."""
    said = []
    for name in names:
        for delivery in sorted({*found[name], *known.get(name, {})}):
            now, before = found[name].get(delivery, []), known.get(name, {}).get(delivery, [])
            if now != before:
                more = [call for call in now if call not in before] or now
                said.append(f"{name}, delivery {delivery}: {', '.join(more)} (was {before})")
    return said


def calls_by_row(rows: Sequence[Row]) -> Calls:
    """Return the port calls of rows as they are kept."""
    return {
        row.name: {
            str(delivery): [f"{call.kind.name.lower()} {call.port}" for call in calls]
            for delivery, calls in row.calls.items()
        }
        for row in rows
    }


def _done(futures: Sequence["Future[Row]"]) -> Iterator[Row]:
    for future in as_completed(futures):
        yield future.result()


def _begin() -> None:
    """Leave Ctrl-C to the process that waits for us, and set the stage for as long as we live."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["LOG_LEVEL"] = "critical"
    entered = staged()
    _STAGES.append((entered, entered.__enter__()))


def _row(name: str) -> Row:
    return row_of(_STAGES[0][1], name)


def _length() -> int:
    return pairs.length(_STAGES[0][1])


def _pairs(first: int, calls: int) -> list[pairs.Pair]:
    return pairs.run_from(_STAGES[0][1], first, calls)


def as_json(matrix: Matrix) -> dict[str, Any]:
    """Return all cells for programs."""
    return {
        "rows": [
            {
                "name": row.name,
                "cells": [
                    {
                        "delivery": cell.delivery or "first, and only the sweep comes",
                        "call": cell.call,
                        "port": row.calls[cell.delivery or 1][cell.call - 1].port,
                        "stop": cell.stop.value,
                        "outcome": _outcome(cell.broken, cell.why_not),
                        "why_not": cell.why_not,
                        "broken": cell.broken,
                    }
                    for cell in row.cells
                ],
            }
            for row in matrix.rows
        ],
        "pairs": {
            "run": matrix.pairs_run,
            "broken": [[p.first, p.second, p.broken] for p in matrix.broken_pairs],
        },
        "unkept": matrix.unkept,
    }


def _outcome(broken: str, why_not: str) -> str:
    return "broken" if broken else "cannot happen" if why_not else "held"
