"""The stage: the composition root gives the real handlers a simulated world's ports."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from domain.kernel.consumers import Seen
from handlers import logs, wiring
from handlers.streams import batch, broadcast, project, writers
from handlers.streams.batch import Arrived
from tests.simulation.commerce.invariants import Broken, Invariant

if TYPE_CHECKING:
    from tests.simulation.commerce.world import World

_CACHES: tuple[Any, ...] = (
    getattr(project, "_consumer"),  # noqa: B009  # Each world has handlers of its own.
    getattr(broadcast, "_consumer"),  # noqa: B009
    wiring.sweeper,
)


MADE: Final = (
    "Throttled",
    "AnswerLost",
    "Unreachable",
    "UnknownEventError",
    "MalformedEntryError",
    "UnsettledError",
    "Refused",
)
"""Errors that trouble of ours makes, as logs tell them."""


class Watcher:
    """Reads what handlers log: what they caught must be trouble that was made."""

    def info(self, _event: str, **_fields: object) -> None:
        """Believe it."""

    def warning(self, event: str, **fields: object) -> None:
        """Look at what was caught."""
        error = str(fields.get("error", "Throttled"))
        if not error.startswith(MADE):
            raise Broken(Invariant.EXPECTED, f"{event}: {fields}")

    error = warning


class Stage:
    """Holds the world that is on now."""

    world: "World"

    def enter(self, world: "World") -> None:
        """Let the handlers find this world's ports from now on."""
        self.world = world
        for cached in _CACHES:
            cached.cache_clear()

    # What the composition root hands out as it is, in whatever world is on.

    def retries(self, arn: str) -> object:
        return self.world.retries(arn)

    def clock(self) -> datetime:
        return self.world.engine.clock()

    def heads(self, segment: int, segments: int) -> Iterator[Seen]:
        return self.world.heads(segment, segments)

    def read_record(self, record: dict[str, Any]) -> Arrived:
        return self.world.read_record(record)


@contextmanager
def staged() -> Iterator[Stage]:
    """Stand in for the composition root."""
    stage = Stage()
    replaced: dict[str, Any] = {
        "streams": lambda: stage.world.streams,
        "views": lambda: stage.world.views,
        "marks": lambda: stage.world.marks,
        "parking": lambda: stage.world.parking,
        "bus": lambda: stage.world.bus,
        "notices": lambda: stage.world.notices,
        "payment_provider": lambda: stage.world.provider,
        "carrier": lambda: stage.world.carrier,
        "retries": stage.retries,
        "clock": stage.clock,
        "heads": stage.heads,
        "reports_stream_failures": lambda: True,
        "read_record": stage.read_record,
    }
    real = {name: getattr(wiring, name) for name in replaced}
    at_once, count_parked = writers.at_once, vars(batch)["count_parked"]
    logs.get_logger()  # Set up once, before it is replaced.
    structlog = vars(logs)["structlog"]
    watcher = Watcher()
    quiet = SimpleNamespace(bound_contextvars=lambda **_: nullcontext())
    vars(logs)["structlog"] = SimpleNamespace(get_logger=lambda: watcher, contextvars=quiet)
    vars(wiring).update(replaced)
    writers.at_once = lambda write, each: [write(one) for one in each]
    vars(batch)["count_parked"] = lambda _consumer: None  # A metric is a line of output.
    try:
        yield stage
    finally:
        vars(batch)["count_parked"] = count_parked
        vars(wiring).update(real)
        vars(logs)["structlog"] = structlog
        writers.at_once = at_once
        for cached in _CACHES:
            cached.cache_clear()
