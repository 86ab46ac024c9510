"""Each example through the real transition, against a few lines that see all messages at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.codec.event_codec import EventCodec
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.decider import Decider
from domain.kernel.ports import EventStore
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import Request, transition
from tests.examples import answering_an_invitation as invitation
from tests.examples import bidding_in_an_auction as auction
from tests.examples import liking_a_post as liking
from tests.examples.given import minute
from tests.support.engines import Dynamo
from tests.support.stores import DynamoWorld, dynamo_world, fresh_id

# Few people, times and sums, so that messages meet: the same instant, equal bids, equal answers.
PEOPLE = st.sampled_from(["ana", "ben", "cem"])
TIMES = st.integers(0, 2).map(minute)


def likers(facts: Sequence[liking.Liked | liking.Unliked]) -> object:
    by_time = sorted(facts, key=lambda fact: fact.at)
    liked = {fact.person: fact.at for fact in by_time if isinstance(fact, liking.Liked)}
    unliked = {fact.person: fact.at for fact in by_time if isinstance(fact, liking.Unliked)}
    return {person for person, at in liked.items() if at >= unliked.get(person, at)}


def winner(facts: Sequence[auction.BidMade | auction.Closed]) -> object:
    closes = [fact.at for fact in facts if isinstance(fact, auction.Closed)]
    bids = [fact for fact in facts if isinstance(fact, auction.BidMade)]
    in_time = [bid for bid in bids if all(bid.at < close for close in closes)]
    highest = [
        bid for bid in in_time if bid.amount_minor == max(other.amount_minor for other in in_time)
    ]
    return min(highest, key=lambda bid: (bid.at, bid.bidder), default=None)


def answer(facts: Sequence[invitation.Answered | invitation.Withdrawn]) -> object:
    if invitation.Withdrawn() in facts:
        return "withdrawn"
    answers = [(fact.at, fact.coming) for fact in facts if isinstance(fact, invitation.Answered)]
    return max(answers)[1] if answers else "open"


@dataclass(frozen=True)
class Example:
    """A context; what it may be told; what must be seen in its state when all has been told."""

    decider: Decider[Any, Any, Any]
    record: Callable[..., Any]
    codec: EventCodec[Any, Any]
    facts: st.SearchStrategy[Any]
    expected: Callable[[Sequence[Any]], object]
    seen: Callable[[Any], object]


EXAMPLES = {
    "liking a post": Example(
        liking.DECIDER,
        liking.Record,
        EventCodec((liking.Liked, liking.Unliked), liking.Post),
        st.builds(liking.Liked, PEOPLE, TIMES) | st.builds(liking.Unliked, PEOPLE, TIMES),
        likers,
        lambda post: post.likers,
    ),
    "bidding in an auction": Example(
        auction.DECIDER,
        auction.Record,
        EventCodec((auction.BidMade, auction.Closed), auction.Auction),
        st.builds(auction.BidMade, PEOPLE, st.sampled_from([300, 400]), TIMES)
        | st.builds(auction.Closed, TIMES),
        winner,
        lambda state: state.winner,
    ),
    "answering an invitation": Example(
        invitation.DECIDER,
        invitation.Record,
        EventCodec((invitation.Answered, invitation.Withdrawn), invitation.Invitation),
        st.builds(invitation.Answered, TIMES, st.booleans()) | st.builds(invitation.Withdrawn),
        answer,
        lambda state: (
            "withdrawn" if state.withdrawn else state.answer.coming if state.answer else "open"
        ),
    ),
}


each_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=list(EXAMPLES))


@pytest.fixture(scope="module")
def world(dynamo: Dynamo) -> DynamoWorld:
    return dynamo_world(dynamo)


def in_memory(example: Example) -> EventStore[Any, Any]:
    return MemoryEventStore(Shared(), example.decider.fold, lambda _event: 0)


def on_dynamodb(world: DynamoWorld, example: Example) -> EventStore[Any, Any]:
    tables = StoreTables(world.tables.events, world.tables.claims, world.tables.boards)
    fold, sleep = example.decider.fold, world.slept_s.append
    return DynamoDBEventStore(world.client, tables, fold, example.codec, lambda _event: 0, sleep)


def tell(
    store: EventStore[Any, Any], example: Example, id_: str, messages: Iterable[tuple[str, Any]]
) -> Any:  # noqa: ANN401  # Each context has a state of its own.
    """Have messages arrive, a minute after one another; return the state that they lead to."""
    for arrival, (command_id, fact) in enumerate(messages):
        command = example.record(fact, minute(100 + arrival))
        try:
            transition(store, example.decider, Request(id_, command, command_id, "test", "test"))
        except Refused as refused:
            if isinstance(refused.reason, KernelRefusal):
                raise  # Only the context's own rules are part of the example.
    return store.load(id_).state


def check_twice_in_any_order(
    store: EventStore[Any, Any], example: Example, data: st.DataObject
) -> None:
    facts = data.draw(st.lists(example.facts, max_size=6))
    # The kernel knows a copy by its id. Under another id, as when a stream has forgotten the first
    # after 64 others, only `decide` can know it.
    suffix = data.draw(st.sampled_from(["", "-again"]))
    once = [(f"m{number}", fact) for number, fact in enumerate(facts)]
    again = [(f"{command_id}{suffix}", fact) for command_id, fact in once]
    id_ = fresh_id()

    state = tell(store, example, id_, data.draw(st.permutations([*once, *again])))

    assert example.seen(state) == example.expected(facts)
    assert state == tell(in_memory(example), example, id_, once)
    recorded = [event for commit in store.read(id_) for event in commit.events]
    assert len(recorded) == len(set(recorded))


@each_example
@given(data=st.data())
def test_every_message_twice_and_in_any_order_comes_to_the_same(
    example: Example, data: st.DataObject
) -> None:
    check_twice_in_any_order(in_memory(example), example, data)


@each_example
@settings(max_examples=10)  # The engines keep events; what is decided is proven above.
@given(data=st.data())
def test_every_message_twice_and_in_any_order_comes_to_the_same_on_dynamodb(
    world: DynamoWorld, example: Example, data: st.DataObject
) -> None:
    check_twice_in_any_order(on_dynamodb(world, example), example, data)
