"""Projecting: commits into views. Again changes nothing; any order, same end; no gap stays."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from domain.kernel.commits import Commit
from domain.kernel.ports import EventStore
from domain.kernel.views import Happened, Row, Views
from domain.orders.views import rows as order_rows
from domain.payments.views import rows as payment_rows
from domain.policies.dossier import Streams
from domain.shipments.views import rows as shipment_rows
from handlers.streams.batch import Arrived


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of stream: its store, and the rows that a state of it feeds (its own row first)."""

    store: EventStore[Any, Any]
    rows: Callable[[Any], tuple[Row, ...]]


def categories(streams: Streams) -> dict[str, Category]:
    """Return what is projected, by category."""
    return {
        streams.orders.fold.category: Category(streams.orders, order_rows),
        streams.payments.fold.category: Category(streams.payments, payment_rows),
        streams.shipments.fold.category: Category(streams.shipments, shipment_rows),
    }


@dataclass(frozen=True, slots=True)
class Change:
    """What arrived of one stream, made ready to be written: commits, and the rows they lead to."""

    category: Category
    commits: tuple[Commit[Any], ...]
    rows: tuple[Row, ...]

    @property
    def begins(self) -> bool:
        """Whether the stream's first commit is among them."""
        return self.commits[0].first == 1


def project(category: Category, views: Views, arrived: Sequence[Arrived]) -> None:
    """Bring one stream's rows up to the newest of its arrived commits."""
    change = prepare(category, arrived)
    write_timeline(views, [change])
    write_rows(views, change)


def prepare(category: Category, arrived: Sequence[Arrived]) -> Change:
    """Make one stream's arrived commits ready, reading only what did not come with them."""
    commits = _unbroken(category, arrived)
    return Change(category, tuple(commits), category.rows(_state(category, arrived, commits)))


def write_timeline(views: Views, changes: Sequence[Change]) -> None:
    """Write what never changes again: first, so that no row claims more than its timeline has."""
    happened = [one for change in changes for one in _happened(change.commits)]
    fixed = [row for change in changes if change.begins for row in change.rows if row.fixed]
    views.put_fixed(happened, fixed)


def write_rows(views: Views, change: Change) -> None:
    """Bring a stream's rows up to the newest of its commits.

    Its own row is the last, so that this row's version is the watermark: stopped anywhere,
    everything up to it is there. Where it stands lower than what arrived, something was withheld,
    and that is read from the stream itself.
    """
    own, *others = change.rows
    newest = change.commits[-1]
    for row in others:
        if not row.fixed:
            views.put_newer(row, newest.last)
    stands = views.advance(own, change.commits[0].first - 1, newest.last)
    while stands < newest.last:
        entity_id = newest.stream.partition("#")[2]
        missing = _between(change.category.store, entity_id, stands, newest.last)
        write_timeline(views, [replace(change, commits=tuple(missing))])
        stands = views.advance(own, stands, newest.last)


def _unbroken(category: Category, arrived: Sequence[Arrived]) -> list[Commit[Any]]:
    """Sort the commits, drop repeated ones, and read again what has holes."""
    by_first = {one.commit.first: one.commit for one in arrived}
    commits = [by_first[first] for first in sorted(by_first)]
    if all(left.last + 1 == right.first for left, right in pairwise(commits)):
        return commits
    entity_id = commits[0].stream.partition("#")[2]
    return _between(category.store, entity_id, commits[0].first - 1, commits[-1].last)


def between(streams: Streams, stream: str, after: int, up_to: int) -> list[Commit[Any]]:
    """Read again the commits of a stream that lie after one version and begin up to another."""
    category, _, entity_id = stream.partition("#")
    store = categories(streams)[category].store
    return _between(store, entity_id, after, up_to)


def _between(
    store: EventStore[Any, Any], entity_id: str, after: int, up_to: int
) -> list[Commit[Any]]:
    return [commit for commit in store.read(entity_id, after) if commit.first <= up_to]


def _state(category: Category, arrived: Sequence[Arrived], commits: Sequence[Commit[Any]]) -> Any:  # noqa: ANN401  # Each category has its own.
    """Return the state after the newest commit, from what is at hand, or by one read."""
    fold = category.store.fold
    embedded = {one.commit.first: one.state for one in arrived if one.state is not None}
    state = None
    for commit in commits:
        if commit.first in embedded:
            state = embedded[commit.first]
        elif commit.first == 1 or state is not None:
            state = fold.over(commit.events, state)
    if state is not None:
        return state
    newest = commits[-1]
    return category.store.load_at(newest.stream.partition("#")[2], newest.last).state


def _happened(commits: Iterable[Commit[Any]]) -> list[Happened]:
    return [
        Happened(commit.routing.root_id, commit.stream, version, commit.recorded_at, event)
        for commit in commits
        for version, event in enumerate(commit.events, start=commit.first)
    ]
