import json
from collections.abc import Iterator
from pathlib import Path
from threading import Semaphore
from typing import TypeVar

import pytest

from adapters.memory.event_store import MemoryEventStore
from adapters.olist.source import open_source
from domain.kernel.commits import Draft, Head
from domain.kernel.ports import ClaimHeld, Conflict, Contended
from domain.orders.state import FOLD as ORDER_FOLD
from domain.payments.state import FOLD as PAYMENT_FOLD
from domain.policies.dossier import Streams
from domain.policies.importing import Life
from domain.published.commerce import count
from domain.shipments.state import FOLD as SHIPMENT_FOLD
from handlers.importing.counts import CountsByName, anomalies, counts
from handlers.importing.progress import Silent
from handlers.importing.run import Imported, Patience, ViewsBehindError, read_back, write
from tests.support.olist import Folder, indexed, item_row, order_row, payment_row, project_all
from tests.support.shared import shared_data
from tests.support.world import World, place

S = TypeVar("S")
E = TypeVar("E")
Appended = Head[S] | Conflict[E] | ClaimHeld | Contended


class Stopped(Exception):
    """The power went."""


def _lives(world: World, folder: Path) -> Iterator[Life]:
    return open_source(folder).lives(world.clock)


def _run(world: World, folder: Path) -> tuple[Imported, CountsByName, dict[str, int]]:
    imported = Imported()
    write(world.streams, _lives(world, folder), Silent(), imported)
    project_all(world)
    with indexed(world):
        facts = list(read_back(world.views, imported.written, Silent(), Patience(0)))
    return imported, counts(facts, "BRL"), anomalies(facts)


def _stored(world: World) -> dict[str, list[object]]:
    return {stream: list(commits) for stream, commits in world.shared.commits.items()}


@pytest.mark.shared_data
def test_the_views_of_the_real_orders_count_as_the_oracle_does_and_twice_changes_nothing() -> None:
    folder = shared_data("olist")
    world = World()
    imported, counted, odd = _run(world, folder)
    oracle = json.loads((folder / "oracle.json").read_text())
    assert counted == oracle
    assert list(counted) == list(oracle)
    assert (imported.new, imported.denied) == (oracle["orders"], [])
    assert odd["handed_over_before_approved"] == oracle["carrier_before_approved"]
    assert odd["delivered_without_date"] == oracle["delivered_without_date"]
    before = _stored(world)
    again, counted_again, _ = _run(world, folder)
    assert (again.new, counted_again) == (0, oracle)
    assert _stored(world) == before


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Three orders: an ordinary one, one of two sellers and two payments, and a cancelled one."""
    return Folder(
        tmp_path / "olist",
        [
            order_row("a"),
            order_row("b"),
            order_row("c", status="canceled", approved="", carrier="", delivered=""),
        ],
        [
            payment_row("a"),
            payment_row("b", "1", value="29.99"),
            payment_row("b", "2", "voucher", value="30.01"),
            payment_row("c", method="not_defined", value="0.0"),
        ],
        [item_row("a"), item_row("b"), item_row("b", "2", seller_id="s2")],
    )


def test_a_run_that_stops_after_any_commit_is_completed_by_the_next(folder: Folder) -> None:
    path = folder.write()
    whole = World()
    _run(whole, path)
    total = len(whole.shared.commits)
    for survived in range(total):
        world = World()
        with pytest.raises(Stopped):
            write(_unplugged(world, survived), _lives(world, path), Silent(), Imported())
        imported, counted, _ = _run(world, path)
        assert len(imported.written) == 3
        assert counted["payment_sum"] == "90.00"
        assert set(world.shared.commits) == set(whole.shared.commits)
        assert all(len(commits) == 1 for commits in world.shared.commits.values())


class _Unplugged(MemoryEventStore[S, E]):
    """A store that fails for good once so many commits were let through."""

    permits = Semaphore(0)

    def append(self, base: Head[S], draft: Draft[E]) -> Appended[S, E]:
        if not self.permits.acquire(blocking=False):
            raise Stopped
        return super().append(base, draft)


def _unplugged(world: World, survived: int) -> Streams:
    """Return stores over the world's own streams that stop after so many commits."""
    streams = Streams(
        _Unplugged(world.shared, ORDER_FOLD, count),
        _Unplugged(world.shared, PAYMENT_FOLD, count),
        _Unplugged(world.shared, SHIPMENT_FOLD, count),
    )
    permits = Semaphore(survived)
    for store in (streams.orders, streams.payments, streams.shipments):
        assert isinstance(store, _Unplugged)
        store.permits = permits
    return streams


def test_a_source_that_says_something_else_the_next_time_is_refused_by_order_and_changes_nothing(
    folder: Folder,
) -> None:
    world = World()
    _run(world, folder.write())
    before = _stored(world)
    folder.orders[0] = order_row("a", status="shipped", delivered="")
    imported, counted, _ = _run(world, folder.write())
    (denied,) = imported.denied
    assert (denied.order_id, denied.refusal.reason.value) == ("a", "command_id_reused")
    assert denied.origin == "olist_orders_dataset.csv:2"
    assert (counted["orders"], _stored(world)) == (2, before)


def test_an_id_that_an_order_of_ours_has_is_refused_and_that_order_stays(folder: Folder) -> None:
    world = World()
    world.order("a", place("a"))
    before = _stored(world)["order#a"]
    imported, _, _ = _run(world, folder.write())
    (denied,) = imported.denied
    assert denied.refusal.reason.value == "id_in_use"
    assert _stored(world)["order#a"] == before


def test_other_orders_in_the_service_are_not_counted(folder: Folder) -> None:
    world = World()
    world.order("ours", place("ours"))
    _, counted, _ = _run(world, folder.write())
    assert (counted["orders"], counted["payments"], counted["items"]) == (3, 4, 3)


def test_no_policy_acts_on_what_was_imported(folder: Folder) -> None:
    world = World()
    _run(world, folder.write())
    before = _stored(world)
    for order_id in "abc":
        world.run(order_id)
    assert _stored(world) == before


def test_nothing_is_counted_before_the_views_show_all_of_it(folder: Folder) -> None:
    world = World()
    imported = Imported()
    write(world.streams, _lives(world, folder.write()), Silent(), imported)
    moments = iter(range(100))
    patience = Patience(3, clock_s=lambda: next(moments), sleep=lambda _s: None)
    with pytest.raises(ViewsBehindError, match="has not reached the views for 3 s"):
        list(read_back(world.views, imported.written, Silent(), patience))


def test_reading_back_waits_for_views_that_are_on_their_way(folder: Folder) -> None:
    world = World()
    imported = Imported()
    write(world.streams, _lives(world, folder.write()), Silent(), imported)
    patience = Patience(10, sleep=lambda _s: project_all(world))
    facts = list(read_back(world.views, imported.written, Silent(), patience))
    assert sorted(one.order_id for one in facts) == ["a", "b", "c"]


def test_an_import_of_nothing_counts_nothing(tmp_path: Path) -> None:
    world = World()
    _, counted, odd = _run(world, Folder(tmp_path / "olist", [], [], []).write())
    assert (counted["orders"], counted["payment_sum"], counted["most_payments"]) == (0, "0.00", 0)
    assert odd == {}
