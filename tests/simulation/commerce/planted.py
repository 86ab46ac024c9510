"""Bugs that somebody might write, planted one at a time: the simulation must find each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.simulation.commerce.bugs import Plant, asking, deciding, sending, showing, transitions

PLANTS: Final[dict[str, Plant]] = {
    **transitions.PLANTS,
    **sending.PLANTS,
    **showing.PLANTS,
    **asking.PLANTS,
    **deciding.PLANTS,
}
"""By what is wrong."""

RARE: Final = frozenset(
    {
        "a stream's own row is written before its others",
        "a mark that cannot be set twice is taken for set",
        "an append that is contended twice is taken for written",
        "claims are left out when an append is tried again",
        "once contended, a command does not know its own commit",
        "once overtaken, a command does not know its own commit",
        "the sweep writes rows before their timeline",
        "what is malformed below a mark is passed over",
        "what was mended stays parked",
        "after contention whoever won is taken for itself",
        "a command whose commit cannot be looked up is taken for new",
        "refused entries are counted as if they were commits",
        "beside a malformed entry refusals are not looked at",
        "a row is written although it is older",
        "the sweep asks no carrier",
        "what was missing and cannot be written is passed over",
        "a capture is asked for again",
        "a label whose answer got lost is taken for refused",
        "a provider that fails twice is taken for a no",
        "a parcel is where it was scanned last",
    }
)
"""Those that take two hundred seeds or more: the command finds them, tests need not wait."""

CANARY: Final = "a gap below the mark is marked before it is sent"
"""The one that every run of CI must find."""


@contextmanager
def planted(plant: Plant) -> Iterator[None]:
    """Put a bug where the real code is."""
    real = [getattr(where, plant.name) for where in plant.where]
    wrong = plant.bug(real[0])
    try:
        for where in plant.where:
            setattr(where, plant.name, wrong)
        yield
    finally:
        for where, one in zip(plant.where, real, strict=True):
            setattr(where, plant.name, one)
