from collections.abc import Callable
from itertools import pairwise

import pytest

from adapters.dynamodb.capacity import ITEM_BYTES_MAX, item_bytes, write_units
from adapters.dynamodb.errors import CommitTooLargeError
from adapters.dynamodb.reading import STATE_WITHIN_COMMITS
from domain.kernel.commits import Head
from tests.support.meter import Meter
from tests.support.stores import DynamoWorld, TallyStore, fresh_id
from tests.support.tally import Counted, Tally, TallyState, Took, draft

PROGRAMS = pytest.mark.engine("dynamodb_local", "ministack")
NOTE = "n" * 20


def grown(store: TallyStore, entity_id: str, commits: int, events: int) -> Head[TallyState]:
    head = store.load(entity_id)
    for _ in range(commits):
        written = store.append(head, draft(*[Counted(1, NOTE)] * events))
        assert isinstance(written, Head)
        head = written
    return head


def requests_of(world: DynamoWorld, call: Callable[[], object]) -> tuple[int, float]:
    with Meter().attached(world.client) as meter:
        call()
    assert meter.exact
    return meter.requests, meter.read_units


@PROGRAMS
@pytest.mark.slow
def test_10_000_events_load_in_the_same_number_of_requests_as_10(
    dynamo_store: DynamoWorld,
) -> None:
    store, entity_id = dynamo_store.store(bulky=True), fresh_id()
    grown(store, entity_id, commits=5, events=2)
    assert requests_of(dynamo_store, lambda: store.load(entity_id)) == (1, 1)
    head = grown(store, entity_id, commits=1110, events=9)
    assert head.version == 10_000
    assert requests_of(dynamo_store, lambda: store.load(entity_id)) == (1, 2)
    for version in (9_999, 5_000, 5_001, 11):
        requests, _ = requests_of(dynamo_store, lambda: store.load_at(entity_id, version))  # noqa: B023  # Called at once.
        assert requests == 1
    other = dynamo_store.store(2, bulky=True)
    _replays_once_and_heals(dynamo_store, other, entity_id)


def _replays_once_and_heals(world: DynamoWorld, store: TallyStore, entity_id: str) -> None:
    """Believe no state of another fold; the next commit bears one of this."""
    requests, _ = requests_of(world, lambda: store.load(entity_id))
    assert requests == 2
    grown(store, entity_id, commits=1, events=1)
    assert requests_of(world, lambda: store.load(entity_id))[0] == 1
    loaded = store.load(entity_id)
    assert (loaded.version, loaded.commits_without_state) == (10_001, 0)


@pytest.mark.engine("moto")
def test_one_of_any_seven_commits_bears_a_state(dynamo_store: DynamoWorld) -> None:
    store, entity_id = dynamo_store.store(bulky=True), fresh_id()
    stream = grown(store, entity_id, commits=40, events=1).stream
    with_state = [item for item in _items(dynamo_store, stream) if "s" in item]
    firsts = [0, *(int(item["sk"]["N"]) for item in with_state)]
    assert {right - left for left, right in pairwise(firsts)} == {STATE_WITHIN_COMMITS}


@pytest.mark.engine("moto")
def test_any_version_is_one_request_away_also_inside_a_commit(dynamo_store: DynamoWorld) -> None:
    store, entity_id = dynamo_store.store(bulky=True), fresh_id()
    grown(store, entity_id, commits=16, events=2)
    for version in range(1, 33):
        requests, _ = requests_of(dynamo_store, lambda: store.load_at(entity_id, version))  # noqa: B023  # Called at once.
        assert requests == 1


@pytest.mark.engine("moto")
def test_a_state_that_rides_free_is_always_there(dynamo_store: DynamoWorld) -> None:
    store, entity_id = dynamo_store.store(), fresh_id()
    stream = grown(store, entity_id, commits=70, events=1).stream
    items = _items(dynamo_store, stream)
    assert all("s" in item for item in items)
    assert all(write_units(item_bytes(item)) == 1 for item in items)


@pytest.mark.parametrize("note_bytes", [ITEM_BYTES_MAX, ITEM_BYTES_MAX - 1024])
def test_a_commit_near_400_kb_is_refused_before_it_is_sent(
    dynamo_store: DynamoWorld, note_bytes: int
) -> None:
    store, entity_id = dynamo_store.store(), fresh_id()
    base = store.load(entity_id)
    large = Counted(1, "x" * note_bytes)
    with Meter().attached(dynamo_store.client) as meter:
        for events in ((large,), (large, Took(entity_id))):
            with pytest.raises(CommitTooLargeError, match=rf"{base.stream}: .* bytes .* split"):
                store.append(base, draft(*events, owner=entity_id))
    assert meter.calls == []


@PROGRAMS  # moto refuses from 405,000 bytes on.
@pytest.mark.parametrize("less_bytes", [1300, 2400])
def test_what_is_said_to_fit_is_taken_and_comes_back(
    dynamo_store: DynamoWorld, less_bytes: int
) -> None:
    store, entity_id = dynamo_store.store(bulky=True), fresh_id()
    event = Counted(7, "x" * (ITEM_BYTES_MAX - less_bytes))
    assert isinstance(store.append(store.load(entity_id), draft(event)), Head)
    loaded = store.load(entity_id)
    assert isinstance(loaded.state, Tally)
    assert (loaded.version, loaded.state.total) == (1, 7)


def _items(world: DynamoWorld, stream: str) -> list[dict[str, dict[str, str]]]:
    answer = world.client.query(
        TableName=world.tables.events,
        KeyConditionExpression="pk = :stream",
        ExpressionAttributeValues={":stream": {"S": stream}},
    )
    items: list[dict[str, dict[str, str]]] = answer["Items"]  # type: ignore[assignment]  # Text and numbers.
    return items
