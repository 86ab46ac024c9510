"""The source: the three files read and grouped by order, every problem in them known beforehand."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from adapters.olist import tables
from adapters.olist.fields import zone
from adapters.olist.folder import find
from adapters.olist.life import life_of
from adapters.olist.problems import Problem
from adapters.olist.rows import Table, read
from adapters.olist.tables import ItemRow, OrderRow, PaymentRow
from domain.policies.importing import Life


class PartRow(Protocol):
    """A row that belongs to an order: a payment or an item."""

    @property
    def line(self) -> int:
        """Where it stands."""

    @property
    def order_id(self) -> str:
        """Which order it belongs to."""

    @property
    def key(self) -> tuple[str, int]:
        """What only one row may have."""


P = TypeVar("P", bound=PartRow)
R = TypeVar("R", bound="OrderRow | PartRow")


@dataclass(slots=True)
class Group:
    """The rows of one order."""

    order: OrderRow
    payments: list[PaymentRow] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)


@dataclass(slots=True)
class OlistSource:
    """What three files hold: the orders that can be taken over, and the problems of the others."""

    file: str
    groups: dict[str, Group]
    problems: list[Problem]

    @property
    def orders(self) -> int:
        """How many orders can be taken over."""
        return len(self.groups)

    def lives(self, clock: Callable[[], datetime]) -> Iterator[Life]:
        """Yield each order's life once, in the file's order, letting go of its rows."""
        local = zone()
        while self.groups:
            group = self.groups.pop(next(iter(self.groups)))
            origin = f"{self.file}:{group.order.line}"
            yield life_of(group.order, group.payments, group.items, origin, local, clock())


def open_source(folder: Path) -> OlistSource:
    """Read a folder. Raises SourceError if a file is missing or is not what it should be."""
    local = zone()
    orders, payments, items = tables.orders(local), tables.payments(), tables.items(local)
    files = find(folder, orders, payments, items)
    reader = _Reader()
    reader.read_orders(files.orders, orders)
    reader.read_parts(files.payments, payments, lambda group: group.payments)
    reader.read_parts(files.items, items, lambda group: group.items)
    return OlistSource(files.orders.name, reader.sound(), reader.problems)


class _Reader:
    """Collects rows and problems; a problem anywhere in an order keeps all of it out."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.problems: list[Problem] = []
        self.spoilt: set[str] = set()
        self.listed: set[str] = set()

    def read_orders(self, path: Path, table: Table[OrderRow]) -> None:
        """Read the orders; of two with one id, neither is believed."""
        for row in self._rows(path, table):
            if row.order_id in self.groups:
                first = self.groups[row.order_id].order.line
                self._spoil(path, row, f"order_id stands in line {first} already; keep one of them")
            else:
                self.groups[row.order_id] = Group(row)
        self.listed = self.spoilt | set(self.groups)

    def read_parts(self, path: Path, table: Table[P], of: Callable[[Group], list[P]]) -> None:
        """Read what belongs to orders."""
        lines: dict[tuple[str, int], int] = {}
        for row in self._rows(path, table):
            group = self.groups.get(row.order_id)
            if row.key in lines:
                number = f"{table.columns[1]} {row.key[1]} of this order"
                advice = f"stands in line {lines[row.key]} already; keep one of them"
                self._spoil(path, row, f"{number} {advice}")
            elif group:
                lines[row.key] = row.line
                of(group).append(row)
            elif row.order_id not in self.listed:
                message = "order_id is not among the orders; add its order or remove the row"
                self._spoil(path, row, message)

    def sound(self) -> dict[str, Group]:
        """Return the orders that nothing is wrong with."""
        for order_id in self.spoilt:
            self.groups.pop(order_id, None)
        return self.groups

    def _rows(self, path: Path, table: Table[R]) -> Iterable[R]:
        for row in read(path, table):
            if isinstance(row, Problem):
                self.problems.append(row)
                self.spoilt.add(row.order_id)
            else:
                yield row

    def _spoil(self, path: Path, row: OrderRow | PartRow, message: str) -> None:
        self.problems.append(Problem(path.name, row.line, message, row.order_id))
        self.spoilt.add(row.order_id)
