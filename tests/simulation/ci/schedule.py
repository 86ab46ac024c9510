"""A schedule: one seed decides who acts when, on what, and what goes wrong."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from domain.ci.refusals import JobRefusal
from domain.kernel.commits import Commit
from domain.kernel.refused import KernelRefusal, Refused
from domain.published.ports import Notice
from tests.simulation.ci.actors import Actors
from tests.simulation.ci.github import Github
from tests.simulation.ci.trouble import AnswerLost, Killed, Throttled, Trouble, mood
from tests.simulation.ci.witness import Act
from tests.support.builders import NOW
from tests.support.ci_subscriptions import told_by, woken_by

TRACED: Final = 30
ANSWERS: Final = frozenset(
    {
        JobRefusal.STALE_ATTEMPT,
        JobRefusal.JOB_NOT_PENDING,
        JobRefusal.JOB_NOT_ENDED,
        JobRefusal.JOB_ENDED,
    }
)
"""A "no" that runs and people may hear. Hooks and passes hear none."""
ASKING: Final = frozenset({"ask", "beat", "result", "start"})


@dataclass(slots=True)
class Message:
    """Something that is to be done; once begun it comes again until it is done."""

    what: tuple[Any, ...]
    has_begun: bool = False


class Schedule:
    """The dice, the clock, the queue of messages, and everybody who acts."""

    def __init__(self, seed: int, traced: int = TRACED) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.now: datetime = NOW
        self.steps = 0
        self.depth = 0
        self.hooks_left = self.rng.randint(5, 12)
        self.queue: list[Message] = []
        self.trace: deque[tuple[int, tuple[Any, ...], str]] = deque(maxlen=traced)
        self.trouble = Trouble(self.rng, mood(self.rng))
        self.github = Github(self.rng, self.clock, self.deliver)
        self.actors = Actors(self.github, self.trouble, self.clock)
        self.actors.wake = self._wake
        self.actors.notices.tell = self._tell

    def clock(self) -> datetime:
        """Return the time, a millisecond later each time."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def story(self) -> str:
        """Tell the last steps, whoever acted during another's request further to the right."""
        lines = [f"{'  ' * depth}{what} -> {how}" for depth, what, how in self.trace]
        begun = [f"{'  ' * depth}{act.what} ..." for depth, act in enumerate(self.actors.acts[1:])]
        head = f"seed {self.seed}, step {self.steps}, {self.trouble.mood}; the last steps:"
        again = f"To see all: python -m tests.simulation.ci {self.seed}"
        return "\n  ".join((head, *lines, *begun, again))

    # ---- messages ---------------------------------------------------------------------------

    def put(self, *what: Any) -> None:  # noqa: ANN401  # A message has whatever its actor takes.
        """Put a message into the queue."""
        self.queue.append(Message(what))

    def deliver(self, guid: str) -> None:
        """Have GitHub send a hook."""
        self.put("hook", guid)

    def _wake(self, commit: Commit[Any]) -> None:
        """Send the notices of a commit; some never arrive."""
        for what in woken_by(commit):
            if self.trouble.chance(self.trouble.mood.unheard):
                self.trouble.met["wake-up lost"] += 1
            else:
                self._put_once(what)

    def _tell(self, notice: Notice) -> None:
        """Send a notice again, on behalf of a sweep; it may be given up on before it is handled."""
        for what in told_by(notice):
            if self.trouble.chance(self.trouble.mood.unheard_again):
                self.trouble.met["wake-up of a sweep lost"] += 1
            else:
                self._put_once(what)

    def _put_once(self, what: tuple[Any, ...]) -> None:
        """Put a message into the queue; equal ones are one."""
        if not any(message.what == what for message in self.queue):
            self.queue.append(Message(what))

    def take_one(self) -> bool:
        """Handle a message, any; some come again although they were handled."""
        if not self.queue:
            return False
        position = self.rng.randrange(len(self.queue))
        what = self.queue[position].what
        if self.trouble.chance(self.trouble.mood.doubled):
            self.trouble.met["message doubled"] += 1
        else:
            del self.queue[position]
        if not self.act(*what):
            self.queue.append(Message(what, has_begun=True))
        return True

    # ---- acting -----------------------------------------------------------------------------

    def act(self, *what: Any) -> bool:  # noqa: ANN401  # As above.
        """Have somebody act, to the end or until stopped; return whether it is done."""
        self.actors.acts.append(Act(what))
        try:
            is_done: bool = getattr(self.actors, what[0])(*what[1:])
            how = "done" if is_done else "again"
        except (Throttled, AnswerLost, Killed) as trouble:
            is_done = what[0] == "hook"  # GitHub does not send again by itself.
            how = type(trouble).__name__
        except Refused as refusal:
            is_done, how = True, self._answer(what, refusal)
        self.trace.append((self.depth, what, how))
        self.actors.acts.pop()
        return is_done

    def _answer(self, what: tuple[Any, ...], refusal: Refused) -> str:
        """Return what was answered; a run that hears that it is none ends, or does not listen."""
        is_taken = what[0] == "ask" and refusal.reason is KernelRefusal.CLAIM_TAKEN
        if what[0] not in ASKING or (refusal.reason not in ANSWERS and not is_taken):
            raise refusal
        if what[0] == "beat" and self.rng.random() < 0.5:
            self.actors.runner.scripts[what[1]].is_over = True
        return refusal.reason.value
