from dataclasses import replace
from typing import Any

import pytest

from domain.kernel.commits import Head, StreamBrokenError, start
from domain.kernel.ids import short_hash
from domain.kernel.ports import Conflict
from tests.support.stores import TallyStore, World, fresh_id
from tests.support.tally import NOW, Counted, Tally, draft, fold


def appended(store: TallyStore, entity_id: str, *sizes: int) -> Head[Any]:
    """Append commits of the given numbers of events, each counting 1."""
    head = store.load(entity_id)
    for size in sizes:
        written = store.append(head, draft(*[Counted(1)] * size))
        assert isinstance(written, Head)
        head = written
    return head


def test_a_stream_that_nobody_has_written_to_stands_at_0(world: World) -> None:
    entity_id = fresh_id()
    assert world.store().load(entity_id) == start(fold(), entity_id)
    assert list(world.store().read(entity_id)) == []


def test_what_was_appended_is_what_is_loaded_and_read(world: World) -> None:
    entity_id, store = fresh_id(), world.store()
    sent = draft(Counted(2, "Grüße"), Counted(3), command="both")
    written = store.append(store.load(entity_id), sent)
    assert isinstance(written, Head)
    loaded = store.load(entity_id)
    assert replace(loaded, commits_without_state=written.commits_without_state) == written
    assert (loaded.state, loaded.version, loaded.published) == (Tally(5), 2, 2)
    assert loaded.remembered == ((short_hash(sent.command_id), 2),)
    (commit,) = store.read(entity_id)
    assert (commit.first, commit.last, commit.events) == (1, 2, sent.events)
    assert commit.command_id == sent.command_id
    assert commit.fingerprint == sent.fingerprint
    assert (commit.correlation_id, commit.causation_id) == ("correlation", sent.causation_id)
    assert (commit.recorded_at, commit.published) == (NOW, 2)
    assert (commit.routing.root_id, commit.routing.customer_id) == ("o-1", "c-1")


@pytest.mark.parametrize(("mine", "theirs"), [(1, 1), (1, 2), (2, 1), (3, 3)])
@pytest.mark.parametrize("before", [(), (2,)])
def test_two_writers_from_one_base_never_both_succeed(
    world: World, mine: int, theirs: int, before: tuple[int, ...]
) -> None:
    store = world.store()
    base = appended(store, fresh_id(), *before)
    winner = draft(*[Counted(10)] * theirs)
    assert isinstance(store.append(base, winner), Head)
    answer = store.append(base, draft(*[Counted(1)] * mine))
    assert isinstance(answer, Conflict)
    assert answer.winner.command_id == winner.command_id
    assert answer.winner.events == winner.events
    entity_id = base.stream.partition("#")[2]
    assert store.load(entity_id).version == base.version + theirs


def test_nobody_appends_to_anything_but_a_current_head(world: World) -> None:
    entity_id, store = fresh_id(), world.store()
    head = appended(store, entity_id, 1, 1)
    past: Any = store.load_at(entity_id, 1)
    others: list[Any] = [past, 7, None]
    for base in others:
        with pytest.raises(TypeError, match="only the head of a stream"):
            store.append(base, draft(Counted(1)))
    with pytest.raises(TypeError, match="no stream of the category"):
        store.append(replace(head, stream="other#1"), draft(Counted(1)))
    with pytest.raises(ValueError, match="without events"):
        store.append(head, draft())
    assert store.load(entity_id).version == 2


def test_every_version_can_be_read_also_inside_a_commit(world: World) -> None:
    entity_id, store = fresh_id(), world.store()
    appended(store, entity_id, 3, 1, 2, 1, 1, 1, 1, 1, 1, 1, 4)
    head = store.load(entity_id)
    assert (head.version, head.state) == (17, Tally(17))
    for version in range(1, 18):
        past = store.load_at(entity_id, version)
        assert (past.state, past.version) == (Tally(version), version)
        assert past.commit.first <= version <= past.commit.last
        tail = [commit.last for commit in store.read(entity_id, version)]
        assert tail == [last for last in (3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 17) if last > version]


@pytest.mark.parametrize("version", [-1, 0, 4, 99])
def test_a_version_that_was_not_reached_is_an_error(world: World, version: int) -> None:
    entity_id, store = fresh_id(), world.store()
    appended(store, entity_id, 1, 2)
    with pytest.raises(LookupError, match=f"has no version {version}"):
        store.load_at(entity_id, version)
    assert list(store.read(entity_id, 99)) == []


def test_a_hole_is_noticed_by_whoever_reads_across_it(world: World) -> None:
    entity_id, store = fresh_id(), world.store(bulky=True)
    head = appended(store, entity_id, 1, 2, 1)
    world.remove(head.stream, 2)
    with pytest.raises(StreamBrokenError):
        store.load(entity_id)
    with pytest.raises(StreamBrokenError):
        list(store.read(entity_id))
    for version in (2, 3, 4):
        with pytest.raises((StreamBrokenError, LookupError)):
            store.load_at(entity_id, version)
    assert store.load_at(entity_id, 1).version == 1


def test_a_missing_first_commit_is_noticed(world: World) -> None:
    entity_id, store = fresh_id(), world.store(bulky=True)
    head = appended(store, entity_id, 1, 1)
    world.remove(head.stream, 1)
    for read in (store.load, lambda each: list(store.read(each))):
        with pytest.raises(StreamBrokenError):
            read(entity_id)


def test_the_memory_of_commands_holds_the_newest_64(world: World) -> None:
    entity_id, store = fresh_id(), world.store()
    head = appended(store, entity_id, *[1] * 70)
    loaded = store.load(entity_id)
    assert loaded.remembered == head.remembered
    assert [version for _, version in loaded.remembered] == list(range(7, 71))


def test_another_fold_believes_no_state_but_its_own(world: World) -> None:
    entity_id, old, new = fresh_id(), world.store(1), world.store(2, bulky=True)
    written = appended(old, entity_id, *[1] * 12)
    assert old.load(entity_id).state == Tally(12)
    replayed = new.load(entity_id)
    assert replayed.state == Tally(12, padding="x" * 1100)
    assert (replayed.version, replayed.remembered) == (12, written.remembered)
    appended(new, entity_id, 1)
    assert new.load(entity_id).state == Tally(13, padding="x" * 1100)
    assert old.load(entity_id).state == Tally(13)
    assert new.load_at(entity_id, 5).state == Tally(5, padding="x" * 1100)
