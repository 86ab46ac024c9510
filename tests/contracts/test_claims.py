import pytest

from domain.kernel.claims import Claim
from domain.kernel.commits import Head
from domain.kernel.ports import ClaimHeld, Conflict, Contended
from tests.support.stores import DynamoWorld, TallyStore, World, fresh_id
from tests.support.tally import Counted, Left, TallyEvent, TallyState, Took, draft

Answer = Head[TallyState] | Conflict[TallyEvent] | ClaimHeld | Contended


def act(store: TallyStore, owner: str, *events: TallyEvent) -> Answer:
    """Append on top of whatever stands there, claiming for the stream itself."""
    return store.append(store.load(owner), draft(*events, owner=owner))


def test_a_claim_is_held_by_one_and_refused_to_others(world: World) -> None:
    store, one, other, key = world.store(), fresh_id(), fresh_id(), fresh_id()
    assert isinstance(act(store, one, Took(key)), Head)
    refused = act(store, other, Counted(1), Took(key))
    assert isinstance(refused, ClaimHeld)
    assert (refused.claim, refused.holder) == (Claim(key, other), one)
    assert store.load(other).version == 0


def test_one_refused_claim_leaves_the_others_free(world: World) -> None:
    store, one, other, third = world.store(), fresh_id(), fresh_id(), fresh_id()
    taken, free = fresh_id(), fresh_id()
    act(store, one, Took(taken))
    assert isinstance(act(store, other, Took(free), Took(taken)), ClaimHeld)
    assert isinstance(act(store, third, Took(free)), Head)


def test_a_released_claim_can_be_taken_by_another(world: World) -> None:
    store, one, other, key = world.store(), fresh_id(), fresh_id(), fresh_id()
    act(store, one, Took(key))
    assert isinstance(act(store, one, Left(key)), Head)
    assert isinstance(act(store, other, Took(key)), Head)


def test_taking_what_one_holds_already_changes_nothing(world: World) -> None:
    store, one, other, key = world.store(), fresh_id(), fresh_id(), fresh_id()
    for _ in range(2):
        assert isinstance(act(store, one, Took(key)), Head)
    assert isinstance(act(store, other, Took(key)), ClaimHeld)


def test_releasing_what_one_does_not_hold_changes_nothing(world: World) -> None:
    store, one, other, third = world.store(), fresh_id(), fresh_id(), fresh_id()
    key, free = fresh_id(), fresh_id()
    act(store, one, Took(key))
    assert isinstance(act(store, other, Left(key), Left(free)), Head)
    assert isinstance(act(store, third, Took(key)), ClaimHeld)
    assert store.load(other).version == 2


def test_one_commit_cannot_say_two_things_of_one_claim(world: World) -> None:
    store, one, key = world.store(), fresh_id(), fresh_id()
    with pytest.raises(ValueError, match="each claim once"):
        act(store, one, Took(key), Left(key))
    assert store.load(one).version == 0


@pytest.mark.parametrize("is_claim_free", [True, False])
def test_the_streams_own_conflict_is_judged_before_its_claims(
    world: World, is_claim_free: bool
) -> None:
    store, one, other, key = world.store(), fresh_id(), fresh_id(), fresh_id()
    if not is_claim_free:
        act(store, other, Took(key))
    base = store.load(one)
    winner = draft(Counted(1), Counted(2))
    store.append(base, winner)
    answer = store.append(base, draft(Took(key), owner=one))
    assert isinstance(answer, Conflict)
    assert answer.winner.command_id == winner.command_id


def test_a_commit_with_more_claims_than_a_transaction_takes_is_refused_unsent(
    dynamo_store: DynamoWorld,
) -> None:
    store, one = dynamo_store.store(), fresh_id()
    with pytest.raises(Exception, match="100 claims, and 99 claims is the most"):
        act(store, one, *(Took(f"{one}{number}") for number in range(100)))
    assert isinstance(act(store, one, *(Took(f"{one}{number}") for number in range(99))), Head)
