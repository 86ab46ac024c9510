"""Trouble: what may go wrong at a port, how often, and how it is thrown."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final, TypeVar

T = TypeVar("T")


class Throttled(Exception):
    """The request was turned away: nothing was written."""


class AnswerLost(Exception):
    """The request was carried out, and nobody heard so."""


class Killed(BaseException):
    """The program just stopped here: nothing that catches errors hears of it."""


class Fault(Enum):
    """How a request may go wrong, by when the world stops: before it, or after it."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    THROTTLED = "throttled"
    ANSWER_LOST = "answer lost"
    CONTENDED = "contended"
    OWN_CONFLICT = "own commit in the way"


READING: Final = "reading"
WRITING: Final = "writing"
APPENDING: Final = "appending"

_READING: Final = (Fault.KILLED_BEFORE, Fault.THROTTLED)
_WRITING: Final = (*_READING, Fault.KILLED_AFTER, Fault.ANSWER_LOST)
_APPENDING: Final = (*_WRITING, Fault.CONTENDED, Fault.OWN_CONFLICT)
_FAULTS: Final = {READING: _READING, WRITING: _WRITING, APPENDING: _APPENDING}


@dataclass(frozen=True, slots=True)
class Mood:
    """How likely each trouble is in one schedule: at a port call, or for a message."""

    killed: float = 0
    throttled: float = 0
    denied: float = 0  # GitHub takes no report as things are: an installation is suspended.
    answer_lost: float = 0
    contended: float = 0
    own_conflict: float = 0
    overtaken: float = 0  # Others act while a request is on its way.
    stale: float = 0  # A board is shown as it stood some writes ago.
    unheard: float = 0  # A wake-up never arrives.
    unheard_again: float = 0  # One that a sweep sends again does not either.
    doubled: float = 0  # A message comes again although it was handled.
    lapsing: float = 0  # A run falls silent, or is forgotten by its runner.
    lines: int = 1000  # Lines that one look shows at most.
    changing: bool = False  # Settings change after the start.


def mood(rng: Random) -> Mood:
    """Return a mood: some schedules meet one kind of trouble, some all, a few none."""

    def rate(*rates: float) -> float:
        return rng.choice(rates)

    return Mood(
        killed=rate(0, 0, 0.01, 0.04),
        throttled=rate(0, 0, 0.01, 0.06),
        denied=rate(0, 0, 0.05, 0.3),
        answer_lost=rate(0, 0, 0.02, 0.1),
        contended=rate(0, 0, 0.05, 0.3),
        own_conflict=rate(0, 0, 0.05, 0.2),
        overtaken=rate(0, 0.05, 0.1, 0.2),
        stale=rate(0, 0, 0.1, 0.4),
        unheard=rate(0, 0, 0.05, 0.3),
        unheard_again=rate(0, 0, 0.3),
        doubled=rate(0, 0.1, 0.3),
        lapsing=rate(0, 0.15, 0.4),
        lines=rng.choice((8, 8, 1000)),
        changing=rng.random() < 0.5,
    )


class Trouble:
    """Throws the dice of one schedule; `met` counts what came of them."""

    def __init__(self, rng: Random, of: Mood) -> None:
        self._rng = rng
        self.mood = of
        self.met: Counter[str] = Counter()
        self.others_act: Callable[[], None] = lambda: None
        self.set(of)

    def set(self, of: Mood) -> None:
        """Take on another mood."""
        self.mood = of
        rates = {
            Fault.KILLED_BEFORE: of.killed / 2,
            Fault.KILLED_AFTER: of.killed / 2,
            Fault.THROTTLED: of.throttled,
            Fault.ANSWER_LOST: of.answer_lost,
            Fault.CONTENDED: of.contended,
            Fault.OWN_CONFLICT: of.own_conflict,
        }
        self._rates = {
            request: [(fault, rates[fault]) for fault in faults if rates[fault]]
            for request, faults in _FAULTS.items()
        }

    def chance(self, rate: float) -> bool:
        """Say yes so often."""
        return rate > 0 and self._rng.random() < rate

    def is_turned_away(self) -> bool:
        """Say whether somebody outside does not want to be asked for now."""
        return self.chance(self.mood.throttled)

    def one_of(self, things: Sequence[T]) -> T:
        """Choose."""
        return self._rng.choice(things)

    def pause(self) -> None:
        """Let others act now and then, to their end: what was read before has grown old."""
        if self.chance(self.mood.overtaken):
            self.others_act()

    def before(self, request: str) -> Fault | None:
        """Raise what happens before a request arrives; return what is to happen after it."""
        fault = self._drawn(request)
        if fault is Fault.KILLED_BEFORE:
            raise Killed
        if fault is Fault.THROTTLED:
            raise Throttled
        return fault

    def after(self, fault: Fault | None) -> None:
        """Raise what happens after a request was carried out."""
        if fault is Fault.KILLED_AFTER:
            raise Killed
        if fault is Fault.ANSWER_LOST:
            raise AnswerLost

    def _drawn(self, request: str) -> Fault | None:
        rates = self._rates[request]
        if not rates:
            return None
        drawn = self._rng.random()
        for fault, rate in rates:
            if drawn < rate:
                self.met[fault.value] += 1
                return fault
            drawn -= rate
        return None
