"""Mistakes in broadcasting: what is sent, what is marked, and in which order."""

# ruff: noqa: ANN401  # A mistake takes whatever the real function takes.

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any, Final

from adapters.memory.consumers import MemoryMarks
from domain.published.commerce import translate
from domain.published.ports import MalformedEntryError, outgoing_of
from handlers.streams import batch, broadcast, broadcasting, project, projection
from handlers.streams.batch import WILL_NOT_PASS, Consumer, park
from handlers.streams.broadcasting import NAME, Broadcaster
from handlers.streams.projection import between
from tests.simulation.commerce.bugs import Bug, Function, Plant
from tests.simulation.commerce.invariants import Invariant

Commits = Sequence[Any]
Sent = tuple[list[int], frozenset[int]]

# ---- the bus and the notices -------------------------------------------------------------------


def _believes_the_bus(real: Function) -> Function:
    def send(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        real(broadcaster, commits)
        return frozenset()

    return send


def _refused(broadcaster: Broadcaster, commits: Commits) -> tuple[list[int], list[Any]]:
    """Publish; return the refused entries' commits by position, and these entries."""
    outgoing = [(i, one) for i, it in enumerate(commits) for one in outgoing_of(it, translate)]
    refused = sorted(broadcaster.bus.publish([one for _, one in outgoing]))
    return [outgoing[at][0] for at in refused], [outgoing[at][1] for at in refused]


def _unheard(broadcaster: Broadcaster, commits: Commits, undone: set[int]) -> set[int]:
    accepted = [i for i in range(len(commits)) if i not in undone]
    return {accepted[at] for at in broadcaster.tell([commits[i] for i in accepted])}


def _counts_entries_for_commits(_real: Function) -> Function:
    def send(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        outgoing = [one for commit in commits for one in outgoing_of(commit, translate)]
        refused = broadcaster.bus.publish(outgoing)
        undone = {at for at in refused if at < len(commits)}
        return frozenset(undone | _unheard(broadcaster, commits, undone))

    return send


def _tells_nobody_of_a_part(_real: Function) -> Function:
    def send(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        undone, _ = _refused(broadcaster, commits)
        return frozenset(undone or _unheard(broadcaster, commits, set()))

    return send


def _reports_one_of_both(_real: Function) -> Function:
    def send(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        undone = set(_refused(broadcaster, commits)[0])
        unheard = _unheard(broadcaster, commits, undone)
        return frozenset(undone or unheard)

    return send


def _believes_the_bus_at_last(_real: Function) -> Function:
    def send(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        _, entries = _refused(broadcaster, commits)
        broadcaster.bus.publish(entries)
        return frozenset(_unheard(broadcaster, commits, set()))

    return send


def _believes_the_topic_at_last(real: Function) -> Function:
    def tell(broadcaster: Broadcaster, commits: Commits) -> frozenset[int]:
        refused = real(broadcaster, commits)
        real(broadcaster, [commits[at] for at in sorted(refused)])
        return frozenset()

    return tell


def _outgoing(change: Callable[[int, Any], Any]) -> Bug:
    def bug(real: Function) -> Function:
        def outgoing(commit: Any, told: Any) -> tuple[Any, ...]:
            return tuple(change(at, one) for at, one in enumerate(real(commit, told), start=1))

        return outgoing

    return bug


_TIMES: Final = count(1)


def _counted_anew(at: int, one: Any) -> Any:
    return replace(one, sequence=at, event_id=f"{one.stream.replace('#', '.')}.{at}")


def _named_by_the_attempt(_at: int, one: Any) -> Any:
    return replace(one, event_id=f"{one.event_id}.{next(_TIMES)}")


def _stamped_as_it_leaves(_at: int, one: Any) -> Any:
    return replace(one, recorded_at=one.recorded_at + timedelta(milliseconds=next(_TIMES)))


# ---- one batch ---------------------------------------------------------------------------------


def _marks_first(real: Function) -> Function:
    def sent(broadcaster: Broadcaster, parking: Any, commits: Commits) -> Sent:
        for commit in commits:
            broadcaster.marks.advance(NAME, commit.stream, commit.first - 1, commit.last)
        sent: Sent = real(broadcaster, parking, commits)
        return sent

    return sent


def _marks_the_newest(real: Function) -> Function:
    def sent(broadcaster: Broadcaster, parking: Any, commits: Commits) -> Sent:
        sent, undone = real(broadcaster, parking, commits)
        return (list(range(len(commits))) if undone else sent), undone

    return sent


def _marks_what_is_parked(real: Function) -> Function:
    def sent(broadcaster: Broadcaster, parking: Any, commits: Commits) -> Sent:
        _, undone = real(broadcaster, parking, commits)
        return list(range(min(undone, default=len(commits)))), undone

    return sent


def _one_by_one(*, goes_on: bool) -> Bug:
    """Send a batch with a malformed entry: the rest by one, and believed, or not at all."""

    def bug(_real: Function) -> Function:
        def sent(broadcaster: Broadcaster, parking: Any, commits: Commits) -> Sent:
            try:
                undone = broadcaster.send(commits)
            except MalformedEntryError:
                return _rest(broadcaster, parking, commits)
            return list(range(min(undone, default=len(commits)))), undone

        return sent

    def _rest(broadcaster: Broadcaster, parking: Any, commits: Commits) -> Sent:
        parked = None
        for at, commit in enumerate(commits):
            try:
                broadcaster.send([commit])
            except MalformedEntryError as error:
                park(NAME, parking, commit.stream, commit.last, error)
                parked = at
                if not goes_on:
                    break
        return [at for at in range(len(commits)) if at != parked], frozenset()

    return bug


def _reports_the_last(real: Function) -> Function:
    def run(event: Any, consumer: Consumer, *, report: bool) -> Any:
        def handle(arrived: Sequence[Any]) -> frozenset[int]:
            undone = consumer.handle(arrived)
            return frozenset({max(undone)}) if undone else undone

        return real(event, replace(consumer, handle=handle), report=report)

    return run


def _reports_the_one_after(real: Function) -> Function:
    """Report the first undone commit as the checkpoint that was reached: the next one."""

    def run(event: Any, consumer: Consumer, *, report: bool) -> Any:
        def handle(arrived: Sequence[Any]) -> frozenset[int]:
            undone = consumer.handle(arrived)
            return undone - {min(undone)} if undone else undone

        return real(event, replace(consumer, handle=handle), report=report)

    return run


def _passes_over_what_failed_twice(real: Function) -> Function:
    failed: set[tuple[int, str, str, int]] = set()
    kept: list[object] = []  # So that no id is ever given twice.

    def run(event: Any, consumer: Consumer, *, report: bool) -> Any:
        kept.append(consumer)

        def handle(arrived: Sequence[Any]) -> frozenset[int]:
            undone = consumer.handle(arrived)
            if not undone:
                return undone
            first = arrived[min(undone)].commit
            key = (id(consumer), consumer.name, first.stream, first.first)
            if key in failed:
                return undone - {min(undone)}
            failed.add(key)
            return undone

        return real(event, replace(consumer, handle=handle), report=report)

    return run


def _drops_what_it_does_not_know(_real: Function) -> Function:
    def read(records: Sequence[Any], consumer: Consumer) -> list[Any]:
        arrived = []
        for record in records:
            try:
                arrived.append(consumer.read(record))
            except WILL_NOT_PASS:
                continue
        return arrived

    return read


# ---- marks and gaps ----------------------------------------------------------------------------

Gap = Callable[[Broadcaster, str, int, int, int], bool]


def _marking(gap: Gap) -> Bug:
    """Mark a stream; `gap` has where it stands, what was sent from where on, and to where."""

    def bug(_real: Function) -> Function:
        def mark(broadcaster: Broadcaster, stream: str, before: int, version: int) -> bool:
            stands = broadcaster.marks.advance(NAME, stream, before, version)
            if stands >= version:
                return True
            return gap(broadcaster, stream, stands, before, version)

        return mark

    return bug


def _advance(broadcaster: Broadcaster, stream: str, stands: int, version: int) -> bool:
    return broadcaster.marks.advance(NAME, stream, stands, version) >= version


def _not_sent(one: Broadcaster, stream: str, stands: int, _before: int, version: int) -> bool:
    return _advance(one, stream, stands, version)


def _marked_first(one: Broadcaster, stream: str, stands: int, before: int, version: int) -> bool:
    missing = between(one.streams, stream, stands, before)
    return _advance(one, stream, stands, version) and not one.send(missing)


def _believed(one: Broadcaster, stream: str, stands: int, before: int, version: int) -> bool:
    one.send(between(one.streams, stream, stands, before))
    return _advance(one, stream, stands, version)


def _passed_over(one: Broadcaster, stream: str, stands: int, before: int, version: int) -> bool:
    try:
        if one.send(between(one.streams, stream, stands, before)):
            return False
    except MalformedEntryError:
        pass
    return _advance(one, stream, stands, version)


def _one_short(real: Function) -> Function:
    return lambda store, entity_id, after, up_to: real(store, entity_id, after, up_to - 1)


def _marks_wherever_it_stands(_real: Function) -> Function:
    def advance(marks: MemoryMarks, consumer: str, stream: str, _before: int, version: int) -> int:
        stands = max(version, marks.marks.get((consumer, stream), 0))
        marks.marks[consumer, stream] = stands
        return stands

    return advance


def _believes_a_mark_at_last(real: Function) -> Function:
    def mark(*asked: object) -> bool:
        for _ in range(2):
            try:
                return bool(real(*asked))
            except WILL_NOT_PASS:
                raise
            except Exception:  # noqa: BLE001, S112  # That is the mistake.
                continue
        return True

    return mark


BUS, DURABLE, SAME = Invariant.BROADCAST, Invariant.DURABLE, Invariant.SAME_BYTES
_SEND: Final = ((Broadcaster,), "send")
_MARK: Final = ((Broadcaster,), "mark")
_SENT: Final = ((broadcast,), "_sent")
_RUN: Final = ((project, broadcast), "run")

PLANTS: Final = {
    "what the bus refuses is not looked at": Plant(*_SEND, _believes_the_bus, (DURABLE,)),
    "refused entries are counted as if they were commits": Plant(
        *_SEND, _counts_entries_for_commits, (DURABLE,)
    ),
    "the notices of a batch that was refused in part are left out": Plant(
        *_SEND, _tells_nobody_of_a_part, (DURABLE,)
    ),
    "a published event's place is counted anew in each commit": Plant(
        (broadcasting,), "outgoing_of", _outgoing(_counted_anew), (SAME, BUS)
    ),
    "a published event's id has the attempt in it": Plant(
        (broadcasting,), "outgoing_of", _outgoing(_named_by_the_attempt), (DURABLE,)
    ),
    "a published event is stamped when it leaves": Plant(
        (broadcasting,), "outgoing_of", _outgoing(_stamped_as_it_leaves), (SAME,)
    ),
    "what is parked is marked as sent": Plant(*_SENT, _marks_what_is_parked, (BUS,)),
    "beside a malformed entry all others are taken for sent": Plant(
        *_SENT, _one_by_one(goes_on=False), (DURABLE,)
    ),
    "a batch names the last that failed": Plant(*_RUN, _reports_the_last, (DURABLE,)),
    "a batch names the one after the first that failed": Plant(
        *_RUN, _reports_the_one_after, (DURABLE,)
    ),
    "a record that is not understood is dropped": Plant(
        (batch,), "_read", _drops_what_it_does_not_know, (DURABLE,)
    ),
    "what lies below a mark is not sent": Plant(*_MARK, _marking(_not_sent), (BUS,)),
    "what is malformed below a mark is passed over": Plant(*_MARK, _marking(_passed_over), (BUS,)),
    "a mark is set wherever it stands": Plant(
        (MemoryMarks,), "advance", _marks_wherever_it_stands, (BUS,)
    ),
    "what is read again ends one commit early": Plant(
        (projection,), "_between", _one_short, (BUS, DURABLE, Invariant.EXPECTED)
    ),
    "a batch is marked before it is sent": Plant(*_SENT, _marks_first, (BUS,)),
    "the newest of a batch is marked although one before was refused": Plant(
        *_SENT, _marks_the_newest, (BUS,), is_subtle=True
    ),
    "of what bus and topic refuse only one is reported": Plant(
        *_SEND, _reports_one_of_both, (DURABLE,), is_subtle=True
    ),
    "the bus is asked twice and then believed": Plant(
        *_SEND, _believes_the_bus_at_last, (DURABLE,), is_subtle=True
    ),
    "the topic is told twice and then believed": Plant(
        (Broadcaster,), "tell", _believes_the_topic_at_last, (DURABLE,), is_subtle=True
    ),
    "beside a malformed entry refusals are not looked at": Plant(
        *_SENT, _one_by_one(goes_on=True), (DURABLE,), is_subtle=True
    ),
    "a commit that fails twice is passed over, and not parked": Plant(
        *_RUN, _passes_over_what_failed_twice, (DURABLE,), is_subtle=True
    ),
    "a gap below the mark is marked before it is sent": Plant(
        *_MARK, _marking(_marked_first), (BUS,)
    ),
    "what is refused below a mark is taken for sent": Plant(
        *_MARK, _marking(_believed), (BUS,), is_subtle=True
    ),
    "a mark that cannot be set twice is taken for set": Plant(
        *_MARK, _believes_a_mark_at_last, (DURABLE,), is_subtle=True
    ),
}
