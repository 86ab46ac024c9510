"""One import: write every life, wait until the views have caught up, count what they show."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from domain.kernel.refused import Refused
from domain.kernel.views import Views, own_row
from domain.policies.dossier import Streams
from domain.policies.importing import Landed, Life, take_over
from handlers.importing.facts import Facts, facts_of
from handlers.importing.progress import Progress
from handlers.importing.workers import spread

WRITERS: Final = 4
READERS: Final = 4
PATIENCE_S: Final = 300.0
"""Others may have written much before us, and their commits come first."""
_POLL_S: Final = 0.1
_POLL_MAX_S: Final = 2.0
"""Asking takes time from those who are to answer."""


class ViewsBehindError(Exception):
    """The views did not catch up in time; what was written is safe, and nothing was counted."""


@dataclass(frozen=True, slots=True)
class Denied:
    """An order that was not taken over, or not wholly; `origin` is its place in the source."""

    origin: str
    order_id: str
    refusal: Refused


@dataclass(frozen=True, slots=True)
class Written:
    """An order whose streams all hold their part."""

    order_id: str
    landed: tuple[Landed, ...]


@dataclass(slots=True)
class Imported:
    """What writing came to."""

    written: list[Written] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)

    @property
    def new(self) -> int:
        """How many orders this run wrote anything of."""
        return sum(any(one.new for one in order.landed) for order in self.written)


def write(streams: Streams, lives: Iterable[Life], progress: Progress, imported: Imported) -> None:
    """Write every life; `imported` grows as it goes and outlives an interruption."""

    def one(life: Life) -> Written | Denied:
        try:
            return Written(life.order.order_id, take_over(streams, life))
        except Refused as refusal:
            return Denied(life.origin, life.order.order_id, refusal)

    for result in spread(one, lives, WRITERS):
        if isinstance(result, Written):
            imported.written.append(result)
        else:
            imported.denied.append(result)
        progress.advance()


@dataclass(slots=True)
class Patience:
    """Waits while anything moves; gives up when nothing has for a while."""

    patience_s: float = PATIENCE_S
    clock_s: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    moved_at_s: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin waiting now."""
        self.moved()

    def moved(self) -> None:
        """Note that something has moved."""
        self.moved_at_s = self.clock_s()

    def wait(self, what: str, attempt: int) -> None:
        """Wait, longer each time. Raises ViewsBehindError when nothing has moved for too long."""
        if self.clock_s() - self.moved_at_s > self.patience_s:
            message = f"{what} has not reached the views for {self.patience_s:.0f} s"
            raise ViewsBehindError(message)
        self.sleep(min(_POLL_MAX_S, _POLL_S * 2**attempt))


def read_back(
    views: Views, written: Iterable[Written], progress: Progress, patience: Patience
) -> Iterator[Facts]:
    """Yield what the views say of each order, once they say all of it. Raises ViewsBehindError."""

    def one(order: Written) -> Facts:
        attempt = 0
        while not (facts := _whole(views, order)):
            patience.wait(f"order {order.order_id}", attempt)
            attempt += 1
        patience.moved()
        return facts

    for facts in spread(one, written, READERS):
        progress.advance()
        yield facts


def _whole(views: Views, order: Written) -> Facts | None:
    """Return what the views say of an order, unless they lag behind what was written of it."""
    rows = views.order(order.order_id)
    behind = any(
        rows.versions.get(own_row(one.stream, order.order_id)[1], 0) < one.version
        for one in order.landed
    )
    return None if behind else facts_of(rows)
