import base64
from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.dynamodb.capacity import item_bytes
from adapters.dynamodb.items import (
    commit_from,
    embedded_state,
    head_from,
    item_of,
    state_attributes,
)
from domain.kernel.commits import Commit, Head, follow, start
from domain.kernel.decider import Routing
from domain.kernel.ids import derived_id
from tests.support.tally import CODEC, NOW, Counted, Tally, TallyEvent, fold

DERIVED = st.builds(derived_id, st.text(max_size=5))
LOOKS_DERIVED = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)
LOOKS_HASHED = st.text("0123456789abcdefABCDEF", min_size=16, max_size=16)
IDS = DERIVED | LOOKS_DERIVED | st.text(max_size=40)
PLAIN_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@~-]{0,40}", fullmatch=True)
COMMITS: st.SearchStrategy[Commit[TallyEvent]] = st.builds(
    Commit,
    stream=PLAIN_IDS.map("tally#{}".format),
    first=st.integers(1, 10**9),
    events=st.lists(st.builds(Counted, st.integers(), st.text()), min_size=1).map(tuple),
    command_id=IDS,
    fingerprint=LOOKS_HASHED | st.text(max_size=20),
    correlation_id=IDS,
    causation_id=IDS,
    recorded_at=st.datetimes(timezones=st.just(UTC)),
    routing=st.builds(Routing, PLAIN_IDS, PLAIN_IDS, st.booleans()),
    published=st.integers(0, 10**6),
)


def as_streams_bring_it(item: dict[str, Any]) -> dict[str, Any]:
    """Write binary values as base64, as Lambda gets them."""
    return {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in item.items()
    }


@given(COMMITS)
def test_a_commit_comes_back_from_its_item_and_from_a_stream_record(
    commit: Commit[TallyEvent],
) -> None:
    item = item_of(commit, CODEC)
    assert commit_from(item, CODEC) == commit
    assert commit_from(as_streams_bring_it(item), CODEC) == commit


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 2**32 - 1)), max_size=64))
def test_a_state_comes_back_with_its_memory(remembered: list[tuple[int, int]]) -> None:
    head = Head("tally#1", Tally(3), 1, 1, tuple(remembered))
    item = _item() | state_attributes(head, fold(), CODEC)
    for form in (item, as_streams_bring_it(item)):
        embedded = embedded_state(form, CODEC, fold())
        assert embedded is not None
        assert head_from(form, embedded) == head


def test_a_state_of_another_fold_is_not_believed() -> None:
    head = follow(fold(), start(fold(), "1"), commit_from(_item(), CODEC))
    item = _item() | state_attributes(head, fold(), CODEC)
    assert embedded_state(item, CODEC, fold(2)) is None
    assert embedded_state(_item(), CODEC, fold()) is None


def test_a_stream_does_not_repeat_in_its_routing_whose_order_it_is() -> None:
    item = _item(stream="order#o-1")
    assert item["r"] == {"S": "#c-1"}
    assert commit_from(item, CODEC).routing == Routing("o-1", "c-1")


def test_what_surrounds_the_events_takes_about_a_hundred_bytes() -> None:
    item = _item(stream=f"order#{derived_id('o')}")
    assert item_bytes({name: value for name, value in item.items() if name != "e"}) <= 125


def _item(stream: str = "tally#1") -> dict[str, Any]:
    commit: Commit[TallyEvent] = Commit(
        stream=stream,
        first=1,
        events=(Counted(3),),
        command_id=derived_id("command"),
        fingerprint="0123456789abcdef",
        correlation_id=derived_id("correlation"),
        causation_id=derived_id("cause"),
        recorded_at=NOW,
        routing=Routing("o-1", "c-1"),
        published=1,
    )
    return item_of(commit, CODEC)
