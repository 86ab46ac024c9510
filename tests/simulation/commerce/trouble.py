"""Trouble: what may go wrong at a port call, and how likely that is in one schedule."""

from dataclasses import dataclass
from enum import IntEnum
from random import Random
from typing import Final

from tests.simulation.commerce.dice import Odds


class Throttled(Exception):
    """The request was turned away, again and again: nothing was written."""


class AnswerLost(Exception):
    """The request was carried out, and nobody heard so."""


class Unreachable(Exception):
    """Nobody answers there, for as long as an outage lasts."""


class Killed(BaseException):
    """The program just stopped here: nothing that catches errors hears of it."""


class Fault(IntEnum):
    """How a port call may go wrong."""

    NONE = 0
    PAUSED = 1  # Others go on while this one is on its way.
    KILLED_BEFORE = 2
    THROTTLED = 3
    KILLED_AFTER = 4
    ANSWER_LOST = 5
    CONTENDED = 6
    OWN_CONFLICT = 7
    PARTIAL = 8


class Kind(IntEnum):
    """What kinds of port calls there are, by what can happen to them."""

    READ = 0
    WRITE = 1
    APPEND = 2
    SEND = 3


_READ: Final = (Fault.PAUSED, Fault.KILLED_BEFORE, Fault.THROTTLED)
_WRITE: Final = (*_READ, Fault.KILLED_AFTER, Fault.ANSWER_LOST)
FAULTS: Final = {
    Kind.READ: _READ,
    Kind.WRITE: _WRITE,
    Kind.APPEND: (*_WRITE, Fault.CONTENDED, Fault.OWN_CONFLICT),
    Kind.SEND: (*_WRITE, Fault.PARTIAL),
}


@dataclass(frozen=True, slots=True)
class Mood:
    """How likely each trouble is in one schedule: at a port call, or for a message."""

    killed: float = 0
    throttled: float = 0
    answer_lost: float = 0
    contended: float = 0
    own_conflict: float = 0
    partial: float = 0
    paused: float = 0
    doubled: float = 0  # A message comes again although it was handled.
    unheard: float = 0  # A notice never arrives.
    disorder: float = 0  # A record overtakes one of another item.
    stale: float = 0  # A scan shows a stream as it stood a commit ago.
    malformed: float = 0  # A published event that the bus will not take until it is mended.
    old_code: float = 0  # A handler of the release before, which does not know every event.
    skewed: float = 0  # A machine whose clock is up to a day off.
    jumping: float = 0  # Time goes by in leaps, back among them.
    outage: float = 0  # Something outside stops answering for a while.
    splitting: float = 0  # A shard of the stream is split.
    repeating: float = 0  # A caller sends again what was answered long ago.
    giving_up: float = 0  # A caller that heard no answer does not ask again.

    def odds(self) -> list[Odds]:
        """Return the odds of a port call of each kind."""
        rates = {
            Fault.PAUSED: self.paused,
            Fault.KILLED_BEFORE: self.killed / 2,
            Fault.KILLED_AFTER: self.killed / 2,
            Fault.THROTTLED: self.throttled,
            Fault.ANSWER_LOST: self.answer_lost,
            Fault.CONTENDED: self.contended,
            Fault.OWN_CONFLICT: self.own_conflict,
            Fault.PARTIAL: self.partial,
        }
        return [Odds((fault, rates[fault]) for fault in FAULTS[kind]) for kind in Kind]


CALM: Final = Mood()


def mood_of(seed: int) -> Mood:
    """Return a seed's mood: some meet one kind of trouble, some all, a few hardly any."""
    rate = Random(f"mood-{seed}").choice
    return Mood(
        killed=rate((0.05, 0.17, 0.35)),
        throttled=rate((0, 0.01, 0.06)),
        answer_lost=rate((0, 0.02, 0.1)),
        contended=rate((0, 0, 0.1)),
        own_conflict=rate((0, 0.05, 0.2)),
        partial=rate((0, 0.1, 0.4)),
        paused=rate((0, 0.05, 0.15)),
        doubled=rate((0, 0.1, 0.3)),
        unheard=rate((0, 0, 0.05, 0.3)),
        disorder=rate((0, 0.2)),
        stale=rate((0, 0, 0.3)),
        malformed=rate((0, 0, 0, 0.05)),
        old_code=rate((0, 0, 0, 0.2)),
        skewed=rate((0, 0, 0.2)),
        jumping=rate((0, 0.3, 1)),
        outage=rate((0, 0, 0.3)),
        splitting=rate((0, 0, 0.05)),
        repeating=rate((0, 0, 0.2)),
        giving_up=rate((0, 0.2)),
    )
