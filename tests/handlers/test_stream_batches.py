"""A batch of stream records: where it stops, what it reports, what it sets aside."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.memory.consumers import MemoryParking
from domain.kernel.commits import Commit, StreamBrokenError
from domain.kernel.views import Row
from handlers.streams.batch import Arrived, Consumer, PassingTroubleError, run
from tests.support.world import World, place


def record(number: int) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"pk": {"S": f"order#o{number}"}, "sk": {"N": "1"}}, "at": number}}


def event(count: int) -> dict[str, Any]:
    return {"Records": [record(number) for number in range(count)]}


class Reader:
    """A consumer of commits that fails where it is told to."""

    def __init__(self, undone: frozenset[int] = frozenset(), broken: int | None = None) -> None:
        world = World()
        for number in range(5):
            world.order(f"o{number}", place(f"o{number}"))
        self.commits: list[Commit[Any]] = world.commits()
        self.undone = undone
        self.broken = broken
        self.parking = MemoryParking()
        self.handled: list[str] = []

    def read(self, one: dict[str, Any]) -> Arrived:
        number = one["dynamodb"]["at"]
        if number == self.broken:
            message = "a hole"
            raise StreamBrokenError(message)
        return Arrived(f"seq-{number}", self.commits[number], None)

    def handle(self, arrived: Sequence[Arrived]) -> frozenset[int]:
        self.handled = [one.commit.stream for one in arrived]
        return self.undone

    def consumer(self) -> Consumer:
        return Consumer("test", self.parking, self.read, self.handle)


def test_a_batch_that_is_done_reports_no_failure() -> None:
    assert run(event(5), Reader().consumer(), report=True) == {"batchItemFailures": []}


def test_the_lowest_undone_record_is_reported_so_that_everything_from_there_comes_again() -> None:
    answer = run(event(5), Reader(undone=frozenset({4, 2})).consumer(), report=True)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "seq-2"}]}


def test_where_reports_are_not_honoured_the_whole_batch_is_refused() -> None:
    with pytest.raises(PassingTroubleError, match="order#o2 version 1"):
        run(event(5), Reader(undone=frozenset({2})).consumer(), report=False)


def test_a_record_that_will_never_be_understood_is_parked_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reader = Reader(broken=1)
    assert run(event(5), reader.consumer(), report=True) == {"batchItemFailures": []}
    assert reader.handled == ["order#o0", "order#o2", "order#o3", "order#o4"]
    parked = list(reader.parking.parked())
    assert [(one.stream, one.times, one.error) for one in parked] == [
        ("order#o1", 1, "StreamBrokenError: a hole")
    ]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"Parked": 1}.items() <= lines[0].items()
    assert lines[1]["event"] == "commit_parked"


def test_a_projection_stops_at_a_stream_that_it_cannot_do_for_now() -> None:
    world = World()
    for number in range(4):
        world.order(f"o{number}", place(f"o{number}"))
    advance = world.views.advance

    def fail_for_one(row: Row, before: int, version: int) -> int:
        if row.partition == "order#o2":
            raise TimeoutError
        return advance(row, before, version)

    world.views.advance = fail_for_one  # type: ignore[method-assign]
    assert world.project(world.commits()) == frozenset({2, 3})
    assert world.views.order("o1").versions == {"order": 1}
