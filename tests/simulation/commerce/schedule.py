"""A schedule: one seed decides who acts when, on what, and what goes wrong."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from adapters.codec.event_codec import UnknownEventError
from domain.kernel.commits import Commit
from domain.kernel.refused import Refused
from domain.kernel.views import own_row
from domain.policies.dossier import open_dossier
from domain.policies.due import due
from domain.published.commerce import translate
from domain.published.ports import outgoing_of
from handlers.queues import react, settle
from handlers.streams import broadcast, project
from handlers.timers import sweep
from tests.simulation.commerce.beginnings import Beginning
from tests.simulation.commerce.callers import Callers, Wish
from tests.simulation.commerce.dice import Dice
from tests.simulation.commerce.dry import would_happen
from tests.simulation.commerce.engine import Engine
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.queues import Message, Queue
from tests.simulation.commerce.records import Change
from tests.simulation.commerce.records import Mapping as StreamMapping
from tests.simulation.commerce.trouble import (
    AnswerLost,
    Mood,
    Throttled,
    Unreachable,
)
from tests.simulation.commerce.world import World

TROUBLE: Final = (Throttled, AnswerLost, Unreachable, UnknownEventError)
LIKELY: Final = (0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9, 10)
"""The places of what may happen, likelier things more often."""
SWEEPING: Final = 0.4
TWO_ORDERS: Final = 0.1
TOGETHER: Final = 4
"""Callers and handlers that are under way at once, at most."""
HANDLERS: Final[Mapping[str, Callable[[dict[str, Any], object], dict[str, Any]]]] = {
    "project": project.handler,
    "broadcast": broadcast.handler,
    "react": react.handler,
    "settle": settle.handler,
    "sweep": sweep.handler,
}
LEAPS: Final = (
    timedelta(seconds=10),
    timedelta(minutes=5),
    timedelta(hours=6),
    timedelta(hours=25),
    timedelta(days=15),
    -timedelta(hours=1),
    -timedelta(days=1),
)
OUTSIDE: Final = (
    "publish",
    "notify",
    "carry_out",
    "advance",
    "put_fixed",
    "mark",
    "append",
    "load",
)
"""Port calls that an outage makes fail."""


class Schedule:
    """The steps of one schedule in its world."""

    def __init__(
        self,
        seed: int,
        dice: Dice,
        mood: Mood,
        beginnings: Sequence[Beginning] = (),
        make_engine: type[Engine] = Engine,
    ) -> None:
        self.seed = seed
        self.dice = dice
        self.world = World(dice, mood, make_engine)
        self.engine = self.world.engine
        self.callers = Callers(dice, self.world.witness)
        if beginnings and (place := dice.choose(2 * len(beginnings))) < len(beginnings):
            beginnings[place].enter(self.world, self.callers)
        self.wishes_max = 4
        self.swept: dict[str, Any] | None = None
        self._ways: Final = (
            self._go_on,
            self._read_project,
            self._read_broadcast,
            self._receive_react,
            self._receive_settle,
            self._wish,
            self._again,
            self._time,  # What cannot happen gives way to the next: mostly time passes.
            self._sweep,
            self._outage,
            self._split,
        )
        """What may happen; each says whether it did."""

    def end(self) -> None:
        """Let go of everything: who knows whom goes round in circles."""
        for one in (self.world, self.engine, self.callers, self):
            if hasattr(one, "__dict__"):
                vars(one).clear()

    # ---- steps ------------------------------------------------------------------------------

    def step(self) -> None:
        """Let something happen: what was chosen, or the next that can."""
        first = LIKELY[self.dice.choose(len(LIKELY))]
        ways = self._ways
        for place in range(first, first + len(ways)):
            if ways[place % len(ways)]():
                return

    def _go_on(self) -> bool:
        if not self.engine.paused:
            return False
        place = self.dice.choose(len(self.engine.paused))
        if self.dice.chance(self.engine.mood.killed):
            self.engine.kill(place)
        else:
            self.engine.resume(place)
        return True

    def _may_start(self) -> bool:
        return len(self.engine.paused) < TOGETHER

    def _read_project(self) -> bool:
        return self._may_start() and self.read(self.world.project)

    def _read_broadcast(self) -> bool:
        return self._may_start() and self.read(self.world.broadcast)

    def _receive_react(self) -> bool:
        return self._may_start() and self.receive(self.world.queues["react"])

    def _receive_settle(self) -> bool:
        return self._may_start() and self.receive(self.world.queues["settle"])

    def _sweep(self) -> bool:
        if not self._may_start() or not self.dice.chance(SWEEPING):
            return False
        self.sweep()
        return True

    def _time(self) -> bool:
        if not self.dice.chance(self.engine.mood.jumping):
            self.world.pass_time(self.engine.now + LEAPS[0])
            return True
        leap = LEAPS[self.dice.choose(len(LEAPS))]
        self.engine.met["time went back" if leap < timedelta() else "time leapt"] += 1
        self.world.pass_time(self.engine.now + leap)
        return True

    def _outage(self) -> bool:
        """Something outside stops answering, or begins again."""
        if self.engine.down:
            self.engine.down.clear()
            self.world.pass_time(self.engine.now + LEAPS[self.dice.choose(5)])
            return True
        if not self.dice.chance(self.engine.mood.outage):
            return False
        self.engine.met["outage"] += 1
        self.engine.down.add(OUTSIDE[self.dice.choose(len(OUTSIDE))])
        return True

    def _split(self) -> bool:
        if not self.dice.chance(self.engine.mood.splitting):
            return False
        self.engine.met["shard split"] += 1
        self.world.stream.split(self.dice.choose(2))
        return True

    # ---- callers ----------------------------------------------------------------------------

    def _open_wishes(self) -> list[Wish]:
        return [wish for wish in self.callers.wishes if not wish.is_over]

    def _wish(self) -> bool:
        if not self._may_start() or len(self.callers.wishes) >= self.wishes_max:
            return False
        orders = len(self.callers.orders)
        is_place = orders == 0 or (orders == 1 and self.dice.chance(TWO_ORDERS))
        self.ask(self.callers.place() if is_place else self.callers.wish())
        return True

    def _again(self) -> bool:
        wishes = self._open_wishes()
        if not wishes or not self._may_start():
            return False
        wish = wishes[self.dice.choose(len(wishes))]
        if self.dice.chance(self.engine.mood.giving_up):
            wish.is_over = True
            self.engine.met["caller gave up"] += 1
        else:
            self.ask(wish)
        return True

    def ask(self, wish: Wish) -> None:
        """Have a caller ask, for the first time or again."""
        was_answered = wish.answer is not None

        def run() -> object:
            try:
                return wish.ask(self.world.api, wish.asking)
            except Refused as refused:
                return refused
            except TROUBLE as trouble:
                return trouble

        def then(answer: object) -> None:
            self.callers.heard(wish, answer, was_answered=was_answered)

        self.engine.start(f"{wish.key} {wish.what}", run, then, wish.order_id)

    # ---- handlers ---------------------------------------------------------------------------

    def read(self, mapping: StreamMapping, most: int = 0) -> bool:
        """Have a stream handler read its next batch; False where there is none."""
        ready = mapping.ready()
        if not ready:
            return False
        shard = ready[self.dice.choose(len(ready))]
        batch = mapping.take(shard, most or 1 + self.dice.choose(6))
        event = {"Records": [change.record() for change in batch]}

        def then(answer: dict[str, Any] | None) -> None:
            again = self.dice.chance(self.engine.mood.doubled)
            mapping.answered(shard, batch, answer, self.engine.now, again=again)
            if answer is not None:
                self._check_durable(mapping.name, batch, answer)

        self.invoke(mapping.name, event, then)
        return True

    def receive(self, queue: Queue, most: int = 0) -> bool:
        """Have a queue's handler receive some messages; False where there are none."""
        visible = queue.visible(self.engine.now)
        if not visible:
            return False
        first = 0 if most else self.dice.choose(len(visible))
        messages = visible[first : first + (most or 1 + self.dice.choose(3))]
        event = queue.take(messages, self.engine.now)

        def then(answer: dict[str, Any] | None) -> None:
            again = self.dice.chance(self.engine.mood.doubled)
            queue.answered(messages, answer, again=again)
            if answer is not None and queue.name == "react":
                self._check_reacted(messages, answer)

        roots = {message.root for message in messages}
        self.invoke(queue.name, event, then, roots.pop() if len(roots) == 1 else "")
        return True

    def sweep(self, grace_s: float = 60) -> None:
        """Sweep once."""
        self.invoke("sweep", {"grace_s": grace_s}, self._swept)

    def _swept(self, answer: dict[str, Any] | None) -> None:
        self.swept = answer

    def invoke(
        self,
        name: str,
        event: dict[str, Any],
        then: Callable[[dict[str, Any] | None], None],
        root: str = "",
    ) -> None:
        """Have a handler called with an event."""
        handler = HANDLERS[name]

        def run() -> dict[str, Any] | None:
            try:
                return handler(event, None)
            except TROUBLE:
                return None
            except Exception as error:
                raise Broken(Invariant.EXPECTED, f"{name} raised {error!r}") from error

        self.engine.start(name, run, then, root)

    # ---- what a handler says is done ---------------------------------------------------------

    def _check_durable(self, name: str, batch: list[Change], answer: dict[str, Any]) -> None:
        failed = [int(one["itemIdentifier"]) for one in answer["batchItemFailures"]]
        numbers = [change.number for change in batch]
        done = numbers.index(min(failed, key=numbers.index)) if failed else len(batch)
        for change in batch[:done]:
            commit = change.commit
            if (name, commit.stream) in self.world.parking.model.items:
                continue
            if not (self._is_shown if name == "project" else self._has_left)(commit):
                raise Broken(Invariant.DURABLE, f"{name} says that it has done {commit}")

    def _check_reacted(self, messages: list[Message], answer: dict[str, Any]) -> None:
        """Where something went wrong, and nobody else has written since, nothing is left to do."""
        task = self.engine.ended
        if task is None or not task.is_troubled:
            return
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        heads = self.world.witness.heads
        for root in {one.root for one in messages if str(one.number) not in failed}:
            dossier = open_dossier(self.world.streams, root)
            if dossier is None or any(
                task.seen.get(stream) is not heads.get(stream) for stream, _ in dossier.versions
            ):
                continue
            for wanted in due(dossier, self.engine.now):
                if would_happen(wanted, heads):
                    raise Broken(Invariant.DURABLE, f"react leaves {wanted} of {root}")

    def _is_shown(self, commit: Commit[Any]) -> bool:
        views, root = self.world.views.model, commit.routing.root_id
        version, _ = views.rows.get(own_row(commit.stream, root), (0, None))
        return version >= commit.last and all(
            (root, commit.stream, version) in views.events
            for version in range(commit.first, commit.last + 1)
        )

    def _has_left(self, commit: Commit[Any]) -> bool:
        witness = self.world.witness
        is_heard = all(one.event_id in witness.heard for one in outgoing_of(commit, translate))
        is_told = witness.noticed.get(commit.stream, 0) >= commit.last
        marks = self.world.marks.model.marks
        return is_heard and is_told and marks.get(("broadcast", commit.stream), 0) >= commit.last
