"""Mistakes in the views, and in the sweep that closes their gaps."""

# ruff: noqa: ANN401  # A mistake takes whatever the real function takes.

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from adapters.memory.views import MemoryViews
from domain.kernel.views import Row, Views
from handlers.streams import project, projection
from handlers.streams.batch import WILL_NOT_PASS, Arrived, by_stream, park
from handlers.streams.project import NAME, Projector
from handlers.streams.projection import Change, categories, prepare, write_rows, write_timeline
from handlers.timers import sweeping
from handlers.timers.sweeping import Sweeper
from tests.simulation.commerce.bugs import Bug, Function, Plant
from tests.simulation.commerce.invariants import Invariant

Write = Callable[[Views, Change], None]


def _handling(write: Write) -> Bug:
    """Handle a batch, one stream after the other."""

    def bug(_real: Function) -> Function:
        def handle(projector: Projector, arrived: Sequence[Arrived]) -> frozenset[int]:
            for stream, positions in by_stream(arrived).items():
                commits = [arrived[at] for at in positions]
                try:
                    change = prepare(projector.known[stream.partition("#")[0]], commits)
                except WILL_NOT_PASS as error:
                    park(NAME, projector.parking, stream, commits[-1].commit.last, error)
                    continue
                write(projector.views, change)
            return frozenset()

        return handle

    return bug


def _rows_first(views: Views, change: Change) -> None:
    write_rows(views, change)
    write_timeline(views, [change])


def _list_last(views: Views, change: Change) -> None:
    fixed = [row for row in change.rows if row.fixed]
    write_timeline(views, [replace(change, rows=tuple(set(change.rows) - set(fixed)))])
    write_rows(views, change)
    if change.begins:
        views.put_fixed((), fixed)


def _own_row_first(real: Function) -> Function:
    def write(views: Views, change: Change) -> None:
        own, *others = change.rows
        real(views, replace(change, rows=(own, *(row for row in others if row.fixed))))
        for row in others:
            if not row.fixed:
                views.put_newer(row, change.commits[-1].last)

    return write


Gap = Callable[[Views, Change, Row, int], None]


def _closing(gap: Gap) -> Bug:
    """Write a stream's rows; `gap` has its own row, and where that stands too low."""

    def bug(_real: Function) -> Function:
        def write(views: Views, change: Change) -> None:
            own, *others = change.rows
            newest = change.commits[-1].last
            for row in others:
                if not row.fixed:
                    views.put_newer(row, newest)
            stands = views.advance(own, change.commits[0].first - 1, newest)
            if stands < newest:
                gap(views, change, own, stands)

        return write

    return bug


def _missing(change: Change, stands: int) -> Change:
    newest = change.commits[-1]
    read = change.category.store.read(newest.stream.partition("#")[2], stands)
    return replace(change, commits=tuple(one for one in read if one.first <= newest.last))


def _not_read(views: Views, change: Change, own: Row, stands: int) -> None:
    views.advance(own, stands, change.commits[-1].last)


def _row_first(views: Views, change: Change, own: Row, stands: int) -> None:
    views.advance(own, stands, change.commits[-1].last)
    write_timeline(views, [_missing(change, stands)])


def _passed_over(views: Views, change: Change, own: Row, stands: int) -> None:
    missing = _missing(change, stands)
    with suppress(Exception):  # That is the mistake.
        write_timeline(views, [missing])
    views.advance(own, stands, change.commits[-1].last)


def _without_the_list(views: Views, change: Change, own: Row, stands: int) -> None:
    missing = _missing(change, stands)
    rows = tuple(row for row in missing.rows if not row.fixed)
    write_timeline(views, [replace(missing, rows=rows)])
    views.advance(own, stands, change.commits[-1].last)


def _believes_the_timeline(tries: int) -> Bug:
    def bug(real: Function) -> Function:
        def write(views: Views, changes: Sequence[Change]) -> None:
            for _ in range(tries):
                with suppress(Exception):  # That is the mistake.
                    real(views, changes)
                    return

        return write

    return bug


def _believes_at_last(real: Function) -> Function:
    def written(projector: Projector, change: Change) -> bool:
        return bool(real(projector, change)) or bool(real(projector, change)) or True

    return written


def _writes_anyhow(_real: Function) -> Function:
    def put(views: MemoryViews, row: Row, version: int) -> None:
        views.rows[row.partition, row.sort] = (version, row.body)

    return put


def _advances_wherever_it_stands(_real: Function) -> Function:
    def advance(views: MemoryViews, row: Row, _before: int, version: int) -> int:
        stands = views.rows.get((row.partition, row.sort), (0, None))[0]
        if stands < version:
            views.rows[row.partition, row.sort] = (version, row.body)
        return max(stands, version)

    return advance


def _believes_the_newest_state_it_finds(real: Function) -> Function:
    def state(category: object, arrived: Sequence[Arrived], commits: object) -> object:
        borne = [one.state for one in arrived if one.state is not None]
        return borne[-1] if borne else real(category, arrived, commits)

    return state


def _sorts_by_the_clock(_real: Function) -> Function:
    def unbroken(_category: object, arrived: Sequence[Arrived]) -> list[Any]:
        by_first = {one.commit.first: one.commit for one in arrived}
        return sorted(by_first.values(), key=lambda one: one.recorded_at)

    return unbroken


# ---- the sweep ---------------------------------------------------------------------------------


def _leaves_what_is_parked(real: Function) -> Function:
    def close(sweeper: Sweeper, heads: Sequence[Any], parked: Any, swept: object) -> None:
        aside = {stream for _, stream in parked}
        real(sweeper, [head for head in heads if head.stream not in aside], parked, swept)

    return close


def _releases_nothing(real: Function) -> Function:
    return lambda sweeper, heads, _parked, swept: real(sweeper, heads, set(), swept)


def _asks_nobody(_real: Function) -> Function:
    return lambda _dossier: []


def _asks_no_carrier(real: Function) -> Function:
    return lambda dossier: [one for one in real(dossier) if one.startswith("payment#")]


def _catches_up_rows_first(_real: Function) -> Function:
    def catch_up(sweeper: Sweeper, head: Any, stands: int) -> bool:
        category, _, entity_id = head.stream.partition("#")
        known = categories(sweeper.streams)[category]
        commits = [Arrived("", commit, None) for commit in known.store.read(entity_id, stands)]
        _rows_first(sweeper.views, prepare(known, commits))
        return True

    return catch_up


FOLD, DURABLE, REST = Invariant.FOLD, Invariant.DURABLE, Invariant.AT_REST
_HANDLE: Final = ((Projector,), "handle")
_ROWS: Final = ((project, projection), "write_rows")

PLANTS: Final = {
    "what is missing below a row is not read": Plant(*_ROWS, _closing(_not_read), (FOLD,)),
    "an order whose beginning was missing is not listed": Plant(
        *_ROWS, _closing(_without_the_list), (FOLD,)
    ),
    "a timeline that cannot be written is passed over": Plant(
        (project,), "write_timeline", _believes_the_timeline(1), (DURABLE,)
    ),
    "a row is written although it is older": Plant(
        (MemoryViews,), "put_newer", _writes_anyhow, (FOLD,)
    ),
    "a row is advanced wherever it stands": Plant(
        (MemoryViews,), "advance", _advances_wherever_it_stands, (FOLD,)
    ),
    "a state that came along is taken for the newest": Plant(
        (projection,), "_state", _believes_the_newest_state_it_finds, (FOLD,)
    ),
    "commits are sorted by their clocks": Plant(
        (projection,), "_unbroken", _sorts_by_the_clock, (FOLD, DURABLE)
    ),
    "the sweep leaves what is parked": Plant(
        (Sweeper,), "_broadcast", _leaves_what_is_parked, (REST,)
    ),
    "what was mended stays parked": Plant((Sweeper,), "_project", _releases_nothing, (REST,)),
    "the sweep asks nobody outside": Plant((sweeping,), "_open_streams", _asks_nobody, (REST,)),
    "the sweep asks no carrier": Plant((sweeping,), "_open_streams", _asks_no_carrier, (REST,)),
    "rows are written before their timeline": Plant(
        *_HANDLE, _handling(_rows_first), (FOLD,), is_subtle=True
    ),
    "an order is listed after its row is written": Plant(
        *_HANDLE, _handling(_list_last), (FOLD,), is_subtle=True
    ),
    "a stream's own row is written before its others": Plant(
        *_ROWS, _own_row_first, (FOLD,), is_subtle=True
    ),
    "a row is advanced before what was missing is written": Plant(
        *_ROWS, _closing(_row_first), (FOLD,), is_subtle=True
    ),
    "what was missing and cannot be written is passed over": Plant(
        *_ROWS, _closing(_passed_over), (FOLD,), is_subtle=True
    ),
    "a timeline that cannot be written twice is passed over": Plant(
        (project,), "write_timeline", _believes_the_timeline(2), (DURABLE,), is_subtle=True
    ),
    "rows that cannot be written twice are taken for written": Plant(
        (Projector,), "_written", _believes_at_last, (DURABLE,), is_subtle=True
    ),
    "the sweep writes rows before their timeline": Plant(
        (Sweeper,), "_catch_up", _catches_up_rows_first, (FOLD,), is_subtle=True
    ),
}
