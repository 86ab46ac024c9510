"""The engine: whoever acts is a greenlet, stopped at any port call for others or for good."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from greenlet import GreenletExit, getcurrent, greenlet

from tests.simulation.commerce.dice import Dice
from tests.simulation.commerce.trouble import (
    CALM,
    AnswerLost,
    Fault,
    Killed,
    Mood,
    Throttled,
    Unreachable,
)

TICK: Final = timedelta(milliseconds=1)
_FAULTS: Final = tuple(Fault)


@dataclass(slots=True)
class Task:
    """One invocation of a handler or one request of a caller.

    `root` is the order that it is about, where it is about one. `then` hears what it returned, or
    None where its process was killed. `seen` has each stream as it was last shown, `looked` what
    was looked up outside; `is_troubled`: something went wrong at one of its calls.
    """

    number: int
    what: str
    run: Callable[[], Any]
    then: Callable[[Any], None]
    root: str = ""
    skew: timedelta = timedelta()
    is_old: bool = False
    seen: dict[str, Any] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)
    body: greenlet = field(init=False)
    hub: greenlet = field(init=False)
    answer: Any = None
    is_over: bool = False
    is_troubled: bool = False
    failure: BaseException | None = None


_IDLE: Final[list[greenlet]] = []
"""Greenlets that wait for the next task: to make one costs as much as some port calls."""


def _work(task: Task) -> None:
    """Do one task after the other, each to its end."""
    while True:
        try:
            task.answer = task.run()
        except Killed:
            task.answer = None
        except GreenletExit:
            raise  # Nobody comes back to a task that was paused when its schedule had failed.
        except BaseException as failure:  # noqa: BLE001  # Handed to whoever waits, who raises it.
            task.failure = failure
        task.is_over = True
        task = task.hub.switch()


class Engine:
    """The clock, everybody who acts, and what goes wrong at their port calls."""

    def __init__(self, dice: Dice, mood: Mood, now: datetime) -> None:
        self.dice = dice
        self.mood = mood
        self.now = now
        self.task: Task | None = None
        self.ended: Task | None = None
        self.paused: list[Task] = []
        self.down: set[str] = set()
        self.calls = 0
        self.tasks = 0
        self.met: Counter[str] = Counter()
        self.trace: list[tuple[int, str, str, int]] = []
        self._faults: Counter[int] = Counter()
        self._odds = mood.odds()
        self._is_calm = False

    # ---- time -------------------------------------------------------------------------------

    def clock(self) -> datetime:
        """Return the time as the machine of whoever acts has it."""
        self.now += TICK
        return self.now + self.task.skew if self.task else self.now

    # ---- who acts ---------------------------------------------------------------------------

    def start(
        self, what: str, run: Callable[[], Any], then: Callable[[Any], None], root: str = ""
    ) -> Task:
        """Let somebody act until it has ended or is paused."""
        self.tasks += 1
        task = Task(self.tasks, what, run, then, root)
        if self.mood.skewed and self.dice.chance(self.mood.skewed):
            task.skew = timedelta(hours=(-24, 24, -1, 1)[self.dice.choose(4)])
            self.met["clock skewed"] += 1
        if self.mood.old_code and self.dice.chance(self.mood.old_code):
            task.is_old = True
            self.met["release before"] += 1
        self.trace.append((task.number, "begins", what, task.is_old))
        if self._is_calm:  # Nobody is paused or killed: no greenlet is needed to come back to.
            self.task = task
            task.answer = run()
            self.task = None
            self._ended(task)
            return task
        task.hub = getcurrent()
        task.body = _IDLE.pop() if _IDLE else greenlet(_work, task.hub)
        self._go_on(task, task)
        return task

    def resume(self, place: int) -> None:
        """Let a paused one go on."""
        task = self.paused.pop(place)
        self._go_on(task)

    def kill(self, place: int) -> None:
        """End a paused one for good."""
        task = self.paused.pop(place)
        self.trace.append((task.number, "is killed", "while it waited", 0))
        self.met["killed while it waited"] += 1
        task.body.throw(Killed)
        self._came_back(task)

    def _go_on(self, task: Task, *given: object) -> None:
        self.task = task
        task.body.switch(*given)
        self._came_back(task)

    def _came_back(self, task: Task) -> None:
        self.task = None
        if task.failure:
            raise task.failure
        if task.is_over:
            _IDLE.append(task.body)
            self._ended(task)

    def _ended(self, task: Task) -> None:
        self.trace.append((task.number, "ends", "killed" if task.answer is None else "", 0))
        self.ended = task
        task.then(task.answer)

    # ---- port calls -------------------------------------------------------------------------

    def before(self, kind: int, port: str, key: str) -> int:
        """Raise what happens before a request arrives; return what is to happen after it."""
        task = self.task
        if task is None:
            return 0  # The world itself looks.
        self.calls += 1
        if self._is_calm:
            self.trace.append((task.number, port, key, 0))
            return 0
        if port in self.down:
            task.is_troubled = True
            self.trace.append((task.number, port, key, -1))
            raise Unreachable(port)
        fault = self.dice.draw(self._odds[kind])
        self.trace.append((task.number, port, key, fault))
        if fault:
            self._faults[fault] += 1
            if fault == 1:  # Fault.PAUSED; enums cost more than the rest of it.
                self._pause(task)
                return 0
            task.is_troubled = True
            if fault == 2:  # Fault.KILLED_BEFORE
                raise Killed
            if fault == 3:  # Fault.THROTTLED
                raise Throttled(port)
        return fault

    def after(self, fault: int) -> None:
        """Raise what happens after a request was carried out."""
        if fault == 4:  # Fault.KILLED_AFTER
            raise Killed
        if fault == 5:  # Fault.ANSWER_LOST
            raise AnswerLost

    def _pause(self, task: Task) -> None:
        self.paused.append(task)
        self.task = None
        task.hub.switch()
        self.task = task

    # ---- peace ------------------------------------------------------------------------------

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.mood = CALM
        self._is_calm = True
        self.down.clear()

    def faults(self) -> Counter[str]:
        """Count what went wrong, by its name."""
        by_name = {_FAULTS[fault].name.lower(): count for fault, count in self._faults.items()}
        return Counter(by_name) + self.met
