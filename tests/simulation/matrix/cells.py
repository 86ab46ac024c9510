"""Cells: one row, one port call, one way to stop there, on one delivery; and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.commerce.invariants import Broken
from tests.simulation.commerce.staging import Stage
from tests.simulation.commerce.telling import lines_of
from tests.simulation.commerce.trouble import Kind
from tests.simulation.matrix.rows import ROWS, Prepare
from tests.simulation.matrix.shop import Shop
from tests.simulation.matrix.steering import At, Call, Plan, Stop, conflict_of

DELIVERIES: Final = (1, 2, 3)
ALONE: Final = 0
"""Instead of a delivery: the first one, and nobody repeats it; only the sweep comes."""
TOLD_AFTERWARDS: Final = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one stop; `why_not` says why it cannot happen there."""

    delivery: int
    call: int
    stop: Stop
    broken: str = ""
    why_not: str = ""
    had_happened: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()


@dataclass(slots=True)
class Row:
    """A handler or command in one situation: its port calls by delivery, and its cells."""

    name: str
    calls: dict[int, list[Call]]
    cells: list[Cell] = field(default_factory=list)

    @property
    def broken(self) -> list[Cell]:
        """The cells where an invariant did not hold."""
        return [cell for cell in self.cells if cell.broken]


def calls_of(stage: Stage, prepare: Prepare) -> dict[int, list[Call]]:
    """Deliver a row three times while nothing goes wrong; return the port calls."""
    shop = Shop(stage, {})
    _deliver(shop, prepare)
    shop.end()
    return shop.engine.calls_of


def row_of(stage: Stage, name: str) -> Row:
    """Run all cells of a row."""
    prepare = ROWS[name]
    row = Row(name, calls_of(stage, prepare))
    for delivery in (*DELIVERIES, ALONE):
        calls = row.calls.get(delivery or 1, [])
        row.cells += list(_cells(stage, prepare, delivery, calls))
    return row


def _cells(stage: Stage, prepare: Prepare, delivery: int, calls: Sequence[Call]) -> Iterator[Cell]:
    for number, call in enumerate(calls, start=1):
        for stop in Stop:
            if why_not := cannot_happen(call.kind, stop):
                yield Cell(delivery, number, stop, why_not=why_not)
            else:
                yield _cell(stage, prepare, delivery, number, stop)


def cannot_happen(kind: Kind, stop: Stop) -> str:
    """Say why a stop cannot happen at a call; empty where it can."""
    if stop is not Stop.CONFLICT or conflict_of(kind):
        return ""
    if kind is Kind.READ:
        return "a read has no condition"
    return "it is written by version, or under a key: what stands there already is an answer"


def _cell(stage: Stage, prepare: Prepare, delivery: int, call: int, stop: Stop) -> Cell:
    plan: Plan = {At(delivery or 1, call): stop}
    shop = Shop(stage, plan)
    broken = ""
    try:
        _deliver(shop, prepare, most=1 if delivery == ALONE else len(DELIVERIES))
        shop.end(by_sweeps_alone=delivery == ALONE)
    except Broken as found:
        broken = str(found)
    if not shop.engine.struck:
        broken = broken or "the planned stop was not met: the calls differ from run to run"
    at = shop.engine.struck[0] if shop.engine.struck else 0
    trace = shop.engine.trace
    begun = max((n for n in range(at) if trace[n][1] == "begins"), default=0)
    had_happened = tuple(lines_of(trace[begun : at + 1]))
    followed = tuple(lines_of(trace[at + 1 :], trace))[:TOLD_AFTERWARDS]
    return Cell(delivery, call, stop, broken, "", had_happened, followed)


def _deliver(shop: Shop, prepare: Prepare, most: int = len(DELIVERIES)) -> None:
    deliver = prepare(shop)
    for delivery in DELIVERIES[:most]:
        shop.engine.watch = delivery
        deliver()
        shop.engine.watch = 0
