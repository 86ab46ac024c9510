"""Views in memory: the reference, for tests and simulations."""

from collections.abc import Iterable, Sequence
from threading import Lock

from domain.kernel.views import (
    Happened,
    OrderRows,
    Page,
    Row,
    Views,
    customer_partition,
    order_partition,
    tracking_partition,
)


class MemoryViews(Views):
    """Rows by (partition, sort), each with its version; the rules are the table's."""

    def __init__(self) -> None:
        """Start empty."""
        self.rows: dict[tuple[str, str], tuple[int, object | None]] = {}
        self.events: dict[tuple[str, str, int], Happened] = {}
        self._lock = Lock()

    def put_fixed(self, happened: Sequence[Happened], rows: Sequence[Row] = ()) -> None:
        """Write timeline rows and fixed rows; writing them again changes nothing."""
        with self._lock:
            for row in rows:
                self.rows[row.partition, row.sort] = (1, row.body)
            for one in happened:
                self.events[one.order_id, one.stream, one.version] = one

    def put_newer(self, row: Row, version: int) -> None:
        """Write a row unless it is as new already."""
        with self._lock:
            if self._version(row) < version:
                self.rows[row.partition, row.sort] = (version, row.body)

    def advance(self, row: Row, before: int, version: int) -> int:
        """Write a stream's own row if it stands at `before`; return where it stands now."""
        with self._lock:
            if self._version(row) == before:
                self.rows[row.partition, row.sort] = (version, row.body)
            return self._version(row)

    def versions(self, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return where rows stand."""
        return {row: self.rows.get(row, (0, None))[0] for row in rows}

    def order(self, order_id: str) -> OrderRows:
        """Return all rows of one order."""
        rows = self._partition(order_partition(order_id))
        return OrderRows(
            {sort: body for sort, (_, body) in rows.items() if body is not None},
            {sort: version for sort, (version, _) in rows.items()},
            tuple(
                self.events[key] for key in sorted(key for key in self.events if key[0] == order_id)
            ),
        )

    def orders_of(self, customer_id: str, limit: int, cursor: str | None) -> Page:
        """List a customer's orders, newest first."""
        rows = self._partition(customer_partition(customer_id))
        sorts = sorted((sort for sort in rows if cursor is None or sort < cursor), reverse=True)
        ids = tuple(sort.rpartition("#")[2] for sort in sorts[:limit])
        return Page(ids, sorts[limit - 1] if len(sorts) > limit else None)

    def parcels(self, carrier: str, tracking_number: str) -> tuple[object, ...]:
        """Return the shipments that have travelled under a number."""
        rows = self._partition(tracking_partition(carrier, tracking_number))
        return tuple(body for _, (_, body) in sorted(rows.items()) if body is not None)

    def _version(self, row: Row) -> int:
        return self.rows.get((row.partition, row.sort), (0, None))[0]

    def _partition(self, partition: str) -> dict[str, tuple[int, object | None]]:
        with self._lock:
            return {sort: row for (owner, sort), row in self.rows.items() if owner == partition}
