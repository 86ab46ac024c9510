"""The shop of a row: a world where nothing goes wrong but what is planned, behind its real API."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from domain.kernel.views import Views
from domain.policies.dossier import Streams
from handlers.api.app import build
from handlers.api.application import Application
from tests.simulation.commerce.closing import check, come_to_rest, drain, lose_wake_ups
from tests.simulation.commerce.dice import Tape
from tests.simulation.commerce.invariants import Broken, Invariant
from tests.simulation.commerce.schedule import Schedule
from tests.simulation.commerce.staging import Stage
from tests.simulation.commerce.trouble import Mood
from tests.simulation.matrix.steering import Plan, Steered
from tests.support.apps import event, order

TRIES: Final = 6
SERVER_ERROR: Final = 500

Deliver = Callable[[], None]
"""Delivers what a row is about, once more."""


@dataclass
class Post:
    """One request of a caller, and every answer that it got."""

    path: str
    body: object
    key: str
    answers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def json(self) -> Any:  # noqa: ANN401  # JSON is anything.
        return json.loads(self.answers[0][1])


@dataclass(frozen=True, slots=True)
class StagedApi:
    """What the API stands on in whatever world is on: one application serves them all."""

    stage: Stage

    @property
    def streams(self) -> Streams:
        return self.stage.world.streams

    @property
    def views(self) -> Views:
        return self.stage.world.views

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.stage.world.engine.clock


@cache
def _app(stage: Stage) -> Application:
    return build(StagedApi(stage))  # type: ignore[arg-type]  # It has all that an Api has.


class Shop:
    """A schedule without chance, and the callers of its API."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        self.schedule = Schedule(0, Tape({}), Mood(), make_engine=Steered)
        self.world = self.schedule.world
        engine = self.schedule.engine
        assert isinstance(engine, Steered)
        self.engine = engine
        self.engine.plan = plan
        self.posts: list[Post] = []
        self._app = _app(stage)
        stage.enter(self.world)

    # ---- what callers do --------------------------------------------------------------------

    def post(self, path: str, body: object = None) -> Post:
        """Send a command until it is answered."""
        post = self.prepared(path, body)
        self.send_until_answered(post)
        return post

    def prepared(self, path: str, body: object = None) -> Post:
        """Return a command that was not sent yet."""
        post = Post(path, body, f"key-{len(self.posts)}")
        self.posts.append(post)
        return post

    def send(self, post: Post) -> None:
        """Send a command once, under its own key."""
        text = None if post.body is None else json.dumps(post.body)
        sent = event("POST", post.path, text, {"idempotency-key": post.key})

        def run() -> dict[str, Any] | None:
            return self._app(sent, None)

        def then(answer: dict[str, Any] | None) -> None:
            if answer is not None and answer["statusCode"] < SERVER_ERROR:
                post.answers.append((answer["statusCode"], answer["body"]))

        self.engine.start(f"POST {_short(post.path)}", run, then)

    def send_until_answered(self, post: Post) -> None:
        """Send a command until an answer is heard."""
        for _ in range(TRIES):
            self.send(post)
            if post.answers:
                return
        raise Broken(Invariant.EXPECTED, f"{post.path} gets no answer in {TRIES} tries")

    # ---- lives ------------------------------------------------------------------------------

    def placed(self, **changes: object) -> str:
        """Place an order, and let nothing follow yet; return its id."""
        order_id = str(self.post("/orders", order(**changes)).json["order_id"])
        self.schedule.callers.orders.append(order_id)
        return order_id

    def confirmed(self, **changes: object) -> str:
        """Place an order, and let everything follow."""
        order_id = self.placed(**changes)
        self.drain()
        return order_id

    def shipped(self, order_id: str, **body: object) -> str:
        """Have a parcel made, and let everything follow; return its id."""
        made = self.post(f"/orders/{order_id}/shipments", body)
        self.drain()
        return str(made.json["shipment_id"])

    def drain(self) -> None:
        """Let streams and queues run empty."""
        drain(self.schedule)

    # ---- the end ----------------------------------------------------------------------------

    def end(self, *, by_sweeps_alone: bool = False) -> None:
        """Let everything come to rest, and check all of it. Raises Broken."""
        if by_sweeps_alone:
            lose_wake_ups(self.schedule)
        else:
            for post in self.posts:
                if not post.answers:
                    self.send_until_answered(post)
        come_to_rest(self.schedule)
        check(self.schedule)
        for post in self.posts:
            self._check_answers(post)

    def _check_answers(self, post: Post) -> None:
        """Sent once more, a command that was accepted is answered with the same bytes."""
        if not post.answers:
            return
        first, *others = post.answers
        if first[0] >= 300:  # A refusal is not remembered.
            return
        commits = len(self.world.witness.commits)
        self.send_until_answered(Post(post.path, post.body, post.key, others))
        if any(one != first for one in others):
            raise Broken(Invariant.ONCE, f"{post.path} was answered {first}, and then {others}")
        self.drain()
        if len(self.world.witness.commits) != commits:
            raise Broken(Invariant.NEVER_TWICE, f"{post.path} once more has changed something")

    def invoke(self, name: str, given: dict[str, Any]) -> None:
        """Have a handler called, whatever comes of it."""
        self.schedule.invoke(name, given, lambda _: None)


def _short(path: str) -> str:
    parts = ["..." if len(part) == 26 else part for part in path.split("/")]  # An id.
    return "/".join(parts)
