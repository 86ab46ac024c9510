from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from domain.kernel.commits import Head
from domain.kernel.ports import Conflict
from domain.kernel.transition import Outcome, transition
from tests.support.faults import answer_lost_once, answers_lost
from tests.support.meter import Meter
from tests.support.stores import DynamoWorld, fresh_id
from tests.support.tally import Count, Counted, Tally, Took, decider, draft, request

OPERATIONS = {"PutItem": (), "TransactWriteItems": ("key",)}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("before", [0, 2])
def test_a_lost_answer_is_recognised_and_the_command_is_done_once(
    dynamo_store: DynamoWorld, operation: str, before: int
) -> None:
    client, store, entity_id = dynamo_store.client, dynamo_store.store(), fresh_id()
    for number in range(before):
        transition(store, decider(entity_id), request(entity_id, Count((1,)), f"before {number}"))
    command = Count((1, 2), take=tuple(entity_id + key for key in OPERATIONS[operation]))
    with answer_lost_once(client, operation) as lost, Meter().attached(client) as meter:
        done = transition(store, decider(entity_id), request(entity_id, command, "mine"))
    assert lost == [operation]
    assert [call.operation for call in meter.calls] == ["Query", operation]
    assert meter.requests == 3
    events = 2 + len(command.take)
    assert (done.version, store.load(entity_id).version) == (before + events, before + events)
    again = transition(store, decider(entity_id), request(entity_id, command, "mine"))
    assert (again.outcome, again.state, again.version) == (
        Outcome.REPLAYED,
        done.state,
        done.version,
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_command_whose_answer_never_came_may_be_sent_again(
    dynamo_store: DynamoWorld, operation: str
) -> None:
    client, store, entity_id = dynamo_store.client, dynamo_store.store(), fresh_id()
    command = Count((5,), take=tuple(entity_id + key for key in OPERATIONS[operation]))
    sent = request(entity_id, command, "mine", creates=True)
    with answers_lost(client, operation), pytest.raises(ConnectionClosedError):
        transition(store, decider(entity_id), sent)
    again = transition(store, decider(entity_id), sent)
    assert again.outcome is Outcome.REPLAYED
    assert again.version == store.load(entity_id).version == 1 + len(command.take)
    assert isinstance(again.state, Tally)
    assert again.state.total == 5


def test_ones_own_commit_comes_back_as_the_winner(dynamo_store: DynamoWorld) -> None:
    """Without a request token that the engine honours, as after ten minutes."""
    store, entity_id = dynamo_store.store(), fresh_id()
    base = store.load(entity_id)
    for sent in (
        draft(Counted(1)),
        draft(Counted(1), Took(entity_id), owner=entity_id),
    ):
        written: Any = store.append(base, sent)
        assert isinstance(written, Head)
        answer = store.append(base, sent)
        assert isinstance(answer, Conflict)
        assert answer.winner.command_id == sent.command_id
        assert answer.winner.events == sent.events
        base = written
