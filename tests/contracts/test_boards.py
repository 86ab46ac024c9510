from dataclasses import replace

import pytest

from domain.kernel.claims import AnyClaim, ClaimAction, Entry, Share
from domain.kernel.commits import Head
from domain.kernel.ports import ClaimHeld, Conflict, Contended
from tests.support.stores import World, fresh_id
from tests.support.tally import Counted, TallyEvent, TallyState, draft

Answer = Head[TallyState] | Conflict[TallyEvent] | ClaimHeld | Contended
RELEASE = ClaimAction.RELEASE


def act(world: World, stream: str, *claims: AnyClaim) -> Answer:
    """Append something on top of whatever stands there, with these claims."""
    store = world.store()
    return store.append(store.load(stream), replace(draft(Counted(1)), claims=claims))


def taken(world: World, *claims: AnyClaim) -> bool:
    return isinstance(act(world, fresh_id(), *claims), Head)


def places(world: World, board: str) -> list[str]:
    return [line.place for line in world.boards().look(board, 100).lines]


def test_a_board_is_read_in_the_order_of_its_places(world: World) -> None:
    board = fresh_id()
    for place in ("b#2", "a", "b#10", "c"):
        assert taken(world, Entry(board, place, "me", note=(("lane", place), ("n", 7))))
    lines = world.boards().look(board, 100)
    assert [line.place for line in lines.lines] == ["a", "b#10", "b#2", "c"]
    assert lines.next_place == ""
    first = lines.lines[0]
    assert (first.owner, first.text("lane"), first.number("n")) == ("me", "a", 7)
    assert (first.text("absent"), first.number("absent")) == ("", 0)


def test_a_look_takes_as_many_lines_as_asked_and_says_where_more_lie(world: World) -> None:
    board = fresh_id()
    for number in range(5):
        taken(world, Entry(board, f"p{number}", "me", note=(("lane", f"l{number % 2}"),)))
    lines = world.boards().look(board, 2)
    assert [line.place for line in lines.lines] == ["p0", "p1"]
    assert lines.next_place == "p1"
    beyond = world.boards().look_beyond(board, "p1", "lane", {"l0"})
    assert [line.place for line in beyond.lines] == ["p3"]
    beyond = world.boards().look_beyond(board, "p1", "lane", set())
    assert [line.place for line in beyond.lines] == ["p2", "p3", "p4"]


def test_a_place_on_a_board_belongs_to_one(world: World) -> None:
    board = fresh_id()
    assert taken(world, Entry(board, "lane", "one"))
    refused = act(world, fresh_id(), Entry(board, "lane", "other"))
    assert isinstance(refused, ClaimHeld)
    assert (refused.claim, refused.holder) == (Entry(board, "lane", "other"), "one")


def test_what_is_taken_again_by_its_owner_says_the_new_thing(world: World) -> None:
    board = fresh_id()
    assert taken(world, Entry(board, "p", "me", note=(("n", 1), ("old", "x"))))
    assert taken(world, Entry(board, "p", "me", note=(("n", 2),)))
    (line,) = world.boards().look(board, 1).lines
    assert dict(line.note) == {"n": 2}


def test_an_entry_leaves_with_its_owner_and_with_nobody_else(world: World) -> None:
    board = fresh_id()
    taken(world, Entry(board, "p", "me"))
    assert taken(world, Entry(board, "p", "other", RELEASE))
    assert places(world, board) == ["p"]
    assert taken(world, Entry(board, "p", "me", RELEASE))
    assert taken(world, Entry(board, "p", "me", RELEASE))
    assert places(world, board) == []


@pytest.mark.parametrize("way", ["alive", "another's", "absent"])
def test_a_lease_that_has_not_lapsed_is_not_taken_away(world: World, way: str) -> None:
    board = fresh_id()
    if way != "absent":
        owner = "me" if way == "alive" else "other"
        taken(world, Entry(board, "p", owner, note=(("until_ms", 1000),)))
    lapsed_ms = 999 if way == "alive" else 2000
    refused = act(world, fresh_id(), Entry(board, "p", "me", RELEASE, lapsed_ms=lapsed_ms))
    assert isinstance(refused, ClaimHeld)
    assert refused.holder == {"alive": "me", "another's": "other", "absent": ""}[way]


def test_a_lease_that_has_lapsed_is_taken_away_and_one_that_was_extended_is_not(
    world: World,
) -> None:
    board, boards = fresh_id(), world.boards()
    taken(world, Entry(board, "p", "me", note=(("until_ms", 1000), ("job", "j"))))
    assert boards.extend(board, "p", "me", 3000)
    assert not boards.extend(board, "p", "other", 9000)
    assert not boards.extend(board, "absent", "me", 9000)
    (line,) = boards.look(board, 1).lines
    assert dict(line.note) == {"until_ms": 3000, "job": "j"}
    assert not taken(world, Entry(board, "p", "me", RELEASE, lapsed_ms=2000))
    assert taken(world, Entry(board, "p", "me", RELEASE, lapsed_ms=3000))
    assert places(world, board) == []


def test_a_lease_never_becomes_shorter_whatever_comes_late(world: World) -> None:
    board, boards = fresh_id(), world.boards()
    taken(world, Entry(board, "p", "me", note=(("until_ms", 3000),)))
    assert boards.extend(board, "p", "me", 2000)
    assert boards.extend(board, "p", "me", 3000)
    assert not boards.extend(board, "p", "other", 1000)
    (line,) = boards.look(board, 1).lines
    assert line.number("until_ms") == 3000


def test_no_more_shares_are_taken_than_there_are(world: World) -> None:
    board = fresh_id()
    assert [taken(world, Share(board, "count", 2)) for _ in range(3)] == [True, True, False]
    assert taken(world, Share(board, "count", action=RELEASE))
    assert taken(world, Share(board, "count", 2))
    (line,) = world.boards().look(board, 1).lines
    assert line.count == 2


def test_of_no_shares_none_is_taken_and_none_given_back(world: World) -> None:
    board = fresh_id()
    assert not taken(world, Share(board, "count", 0))
    assert taken(world, Share(board, "count", action=RELEASE))
    assert not taken(world, Share(board, "count", 0))
    assert all(line.count == 0 for line in world.boards().look(board, 1).lines)


def test_one_refused_claim_leaves_places_and_shares_as_they_were(world: World) -> None:
    board, stream = fresh_id(), fresh_id()
    taken(world, Entry(board, "lane", "other"))
    refused = act(world, stream, Share(board, "count", 5), Entry(board, "lane", "me"))
    assert isinstance(refused, ClaimHeld)
    assert refused.claim.key == f"{board}/lane"
    assert places(world, board) == ["lane"]
    assert world.store().load(stream).version == 0


def test_a_line_goes_with_the_last_name_that_is_struck_off(world: World) -> None:
    board, boards = fresh_id(), world.boards()
    taken(world, Entry(board, "end", "me", note=(("mail", 1), ("status", 1))))
    boards.strike(board, "end", "mail")
    boards.strike(board, "end", "mail")
    (line,) = boards.look(board, 1).lines
    assert dict(line.note) == {"status": 1}
    boards.strike(board, "end", "status")
    boards.strike(board, "end", "status")
    assert places(world, board) == []


def test_a_scan_finds_the_lines_of_every_board(world: World) -> None:
    boards = {fresh_id() for _ in range(3)}
    for board in boards:
        taken(world, Entry(board, "p", "me"), Share(board, "q", 1))
    found = {(line.board, line.place) for line in world.boards().scan()}
    assert found >= {(board, place) for board in boards for place in ("p", "q")}
