"""Mistakes that somebody might really make, by the part of the service that they are in.

Each takes the function that it replaces, and returns one that is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulation.commerce.invariants import Invariant

Function = Callable[..., Any]
Bug = Callable[[Function], Function]


@dataclass(frozen=True, slots=True)
class Plant:
    """What is replaced, wherever it is known by that name, by what, and what that breaks.

    `is_subtle`: no single fault brings it to light; two or more have to come together.
    """

    where: tuple[object, ...]
    name: str
    bug: Bug
    breaks: tuple[Invariant, ...]
    is_subtle: bool = False
