"""Dice: every choice of a schedule, thrown by its seed or read from a tape, kept as it is made.

A choice is a small number, and 0 is always the dullest: nothing goes wrong, the first in line goes
on. So a schedule is shrunk by setting choices to 0.
"""

from collections.abc import Iterable, Mapping
from random import Random
from typing import Protocol


class Odds:
    """How likely each outcome is; what is left over is 0, that nothing happens."""

    __slots__ = ("cuts", "total")

    def __init__(self, rates: Iterable[tuple[int, float]]) -> None:
        self.cuts: list[tuple[float, int]] = []
        self.total = 0.0
        for outcome, rate in rates:
            if rate:
                self.total += rate
                self.cuts.append((self.total, outcome))


class Dice(Protocol):
    """Whoever makes the choices."""

    made: list[int]

    def draw(self, odds: Odds) -> int:
        """Return an outcome; 0 for none."""

    def choose(self, most: int) -> int:
        """Return one of 0 to `most` - 1."""

    def chance(self, rate: float) -> bool:
        """Say yes so often."""


class Thrown(Dice):
    """Choices by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random
        self.made: list[int] = []

    def draw(self, odds: Odds) -> int:
        thrown = self._random()
        if thrown >= odds.total:
            self.made.append(0)
            return 0
        for cut, outcome in odds.cuts:
            if thrown < cut:
                self.made.append(outcome)
                return outcome
        raise AssertionError

    def choose(self, most: int) -> int:
        chosen = int(self._random() * most)
        self.made.append(chosen)
        return chosen

    def chance(self, rate: float) -> bool:
        is_so = self._random() < rate
        self.made.append(int(is_so))
        return is_so


class Tape(Dice):
    """Choices as they were made once, by their place; 0 where the tape says nothing."""

    def __init__(self, tape: Mapping[int, int]) -> None:
        self._tape = tape
        self.made: list[int] = []

    def draw(self, odds: Odds) -> int:
        outcome = self._next()
        known = any(outcome == one for _, one in odds.cuts)
        return self._made(outcome if known else 0)

    def choose(self, most: int) -> int:
        return self._made(min(self._next(), most - 1))

    def chance(self, rate: float) -> bool:
        return bool(self._made(int(self._next() > 0 and rate > 0)))

    def _next(self) -> int:
        return self._tape.get(len(self.made), 0)

    def _made(self, choice: int) -> int:
        self.made.append(choice)
        return choice


def tape_of(made: Iterable[int]) -> dict[int, int]:
    """Return the tape of choices, without the dull ones."""
    return {place: choice for place, choice in enumerate(made) if choice}
