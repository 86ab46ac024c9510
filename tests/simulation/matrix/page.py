"""The page: the matrix as a table that one can look at; each cell opens its story."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.simulation.commerce.invariants import Invariant
from tests.simulation.commerce.trouble import Kind
from tests.simulation.matrix.cells import ALONE, DELIVERIES
from tests.simulation.matrix.running import Matrix
from tests.simulation.matrix.steering import Stop

WAYS: Final = {1: "first", 2: "second", 3: "third", ALONE: "first, and only the sweep comes"}
WHY: Final = {
    (Kind.READ, Stop.BEFORE): "Nothing was changed: whoever asked asks again, from the beginning.",
    (Kind.READ, Stop.AFTER): "Nothing was changed: what was read is read again.",
    (
        Kind.READ,
        Stop.LOST_ANSWER,
    ): "Nothing was changed: an answer that did not come is no absence.",
    (Kind.READ, Stop.THROTTLED): "Nothing was changed: it is tried again later.",
    (Kind.WRITE, Stop.BEFORE): "Nothing was written: the message, batch or request comes again.",
    (Kind.WRITE, Stop.AFTER): "It is there: by its version or key the next one finds it so.",
    (Kind.WRITE, Stop.LOST_ANSWER): "It is there, and nobody knows: writing it again is the same.",
    (Kind.WRITE, Stop.THROTTLED): "Nothing was written, and that was said: it comes again.",
    (Kind.APPEND, Stop.BEFORE): "Nothing was written: the same command is decided again.",
    (Kind.APPEND, Stop.AFTER): "The commit stands: the same command finds its id in the stream.",
    (Kind.APPEND, Stop.LOST_ANSWER): "The commit stands: the command is known when it comes again.",
    (Kind.APPEND, Stop.THROTTLED): "Nothing was written, and the caller is told to come again.",
    (Kind.APPEND, Stop.CONFLICT): "What stands in the way has our own id: we had succeeded.",
    (Kind.SEND, Stop.BEFORE): "Nothing left: there is no mark yet, so it is sent again.",
    (Kind.SEND, Stop.AFTER): "It has left, without a mark: it leaves again under the same id.",
    (Kind.SEND, Stop.LOST_ANSWER): "It may have left: it leaves again under the same id.",
    (Kind.SEND, Stop.THROTTLED): "Nothing left: the batch is reported and comes again.",
    (
        Kind.SEND,
        Stop.CONFLICT,
    ): "Some entries were not taken: from the first of them on it comes again.",
}
"""Why nothing is lost, by what kind of call it was and how it was stopped."""


def page(matrix: Matrix) -> str:
    """Return the page as one file that needs no other."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html").render(
        matrix=matrix,
        ways=WAYS,
        deliveries=(*DELIVERIES, ALONE),
        stops=list(Stop),
        why=WHY,
        invariants=list(Invariant),
    )
