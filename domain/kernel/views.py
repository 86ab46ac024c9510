"""Views: rows, each fed by one stream and a function of its whole state, and their port."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is written when its stream's version is newer than the row's.

    `body` is a domain value, stored by its codec; None leaves a tombstone. A fixed row follows from
    the stream's first event alone: it is written with that one, and never again.
    """

    partition: str
    sort: str
    body: object | None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in an order's timeline, keyed by its stream and version: the same every time."""

    order_id: str
    stream: str
    version: int
    recorded_at: datetime
    event: object


@dataclass(frozen=True, slots=True)
class OrderRows:
    """All that the views hold of one order: its rows by sort key, their versions, its past."""

    bodies: dict[str, object]
    versions: dict[str, int]
    timeline: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some ids in order, and the sort key after which the next page begins; None at the end."""

    ids: tuple[str, ...]
    cursor: str | None


class Views(Protocol):
    """The read models. Written by the projection only; anything here can be rebuilt from zero."""

    def put_fixed(self, happened: Sequence[Happened], rows: Sequence[Row] = ()) -> None:
        """Write timeline rows and fixed rows, of any orders; again, they are the same bytes."""

    def put_newer(self, row: Row, version: int) -> None:
        """Write a row unless it is as new already."""

    def advance(self, row: Row, before: int, version: int) -> int:
        """Write a stream's own row if it stands at `before` (0: absent); return where it stands.

        The answer is `version` when it was written; anything else is what was found instead.
        """

    def versions(self, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return where rows stand, by partition and sort key; 0 for those that are absent."""

    def order(self, order_id: str) -> OrderRows:
        """Return all rows of one order, strongly consistent; empty when there are none."""

    def orders_of(self, customer_id: str, limit: int, cursor: str | None) -> Page:
        """List a customer's orders, newest first."""

    def parcels(self, carrier: str, tracking_number: str) -> tuple[object, ...]:
        """Return the shipments that have travelled under a number."""


def order_partition(order_id: str) -> str:
    """Name the partition that holds an order and everything that belongs to it."""
    return f"order#{order_id}"


def customer_partition(customer_id: str) -> str:
    """Name the partition that lists a customer's orders."""
    return f"customer#{customer_id}"


def tracking_partition(carrier: str, tracking_number: str) -> str:
    """Name the partition that lists the parcels that have travelled under a number."""
    return f"tracking#{carrier}#{tracking_number}"


def own_row(stream: str, order_id: str) -> tuple[str, str]:
    """Name a stream's own row, by partition and sort key: its version is the watermark."""
    partition = order_partition(order_id)
    return partition, "order" if stream == partition else stream
