"""Steering: one fault, at one port call of one delivery, and a record of what was called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tests.simulation.commerce.dice import Dice
from tests.simulation.commerce.engine import Engine, Task
from tests.simulation.commerce.trouble import AnswerLost, Fault, Killed, Kind, Mood, Throttled


class Stop(StrEnum):
    """What happens at a port call."""

    BEFORE = "before"
    AFTER = "after"
    LOST_ANSWER = "lost answer"
    THROTTLED = "throttled"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Call:
    """A port call: what kind it is of, which port and which key."""

    kind: Kind
    port: str
    key: str


@dataclass(frozen=True, slots=True)
class At:
    """A place: the so-manieth call of the so-manieth delivery, both counted from 1."""

    delivery: int
    call: int


Plan = Mapping[At, Stop]
_AFTERWARDS: Final = {
    Stop.AFTER: int(Fault.KILLED_AFTER),
    Stop.LOST_ANSWER: int(Fault.ANSWER_LOST),
}


def conflict_of(kind: Kind) -> Fault | None:
    """Return how a call of a kind meets a conflict; None where it cannot."""
    return {Kind.APPEND: Fault.OWN_CONFLICT, Kind.SEND: Fault.PARTIAL}.get(kind)


class Steered(Engine):
    """Lets nothing go wrong but what is planned.

    `watch` is the delivery that begins now, 0 for what is not watched; `calls` are by delivery.
    """

    def __init__(self, dice: Dice, mood: Mood, now: datetime) -> None:
        super().__init__(dice, mood, now)
        self.plan: Plan = {}
        self.watch = 0
        self.calls_of: dict[int, list[Call]] = {}
        self.struck: list[int] = []
        self._delivery_of: dict[int, int] = {}

    def start(
        self, what: str, run: Callable[[], Any], then: Callable[[Any], None], root: str = ""
    ) -> Task:
        """Let somebody act; while something is watched, it is what is watched."""
        if self.watch:
            self._delivery_of[self.tasks + 1] = self.watch
            self.calls_of.setdefault(self.watch, [])
        return super().start(what, run, then, root)

    def before(self, kind: int, port: str, key: str) -> int:
        """Count the call, and do what is planned for it."""
        task = self.task
        delivery = self._delivery_of.get(task.number, 0) if task else 0
        if task is None or not delivery:
            return super().before(kind, port, key)
        calls = self.calls_of[delivery]
        calls.append(Call(Kind(kind), port, key))
        stop = self.plan.get(At(delivery, len(calls)))
        if stop is None:
            return super().before(kind, port, key)
        self.calls += 1
        self.struck.append(len(self.trace))
        return self._strike(stop, task, Kind(kind), port, key)

    def _strike(self, stop: Stop, task: Task, kind: Kind, port: str, key: str) -> int:
        conflict = conflict_of(kind)
        codes = {Stop.BEFORE: 2, Stop.THROTTLED: 3, Stop.CONFLICT: int(conflict or 0)} | _AFTERWARDS
        self.trace.append((task.number, port, key, codes[stop]))
        if stop is Stop.BEFORE:
            raise Killed
        if stop is Stop.THROTTLED:
            raise Throttled(port)
        if kind is Kind.READ:  # The answer of a read changes nothing: it is lost with its reader.
            raise Killed if stop is Stop.AFTER else AnswerLost
        return codes[stop]
