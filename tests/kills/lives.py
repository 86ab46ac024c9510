"""Lives: an order from its placing to its end, each step in processes that may be killed."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from adapters.codec.published import notice_text
from adapters.dynamodb.client import dynamodb_client
from domain.policies.dossier import Streams, open_dossier
from domain.policies.due import due
from domain.published.ports import notice_of
from tests.kills.killer import Ended, Moment, Plan, run
from tests.kills.shop import Shop, messages, now, records
from tests.support.apps import order
from tests.support.commerce import streams_at

DEADLY: Final = 0.85
DEADLY_AGAIN: Final = 0.5
AIMED: Final = 0.5
LOSSY: Final = 0.2
"""So often what was killed does not come again, and a sweep must find it."""
SWEEPING: Final = 0.3
TRIES: Final = 20
SWEEPS_MAX: Final = 12


class StuckError(Exception):
    """A step does not come to its end."""


@dataclass
class Asked:
    """A command that was answered."""

    path: str
    body: object
    key: str
    answer: tuple[int, str]


@dataclass
class Tally:
    """Who was killed where; `calls` are all that were seen, `lives` the last whole ones."""

    kills: Counter[tuple[str, str, Moment]] = field(default_factory=Counter)
    calls: set[tuple[str, str]] = field(default_factory=set)
    lives: dict[str, list[str]] = field(default_factory=dict)
    processes: int = 0
    lost: int = 0

    @property
    def killed(self) -> int:
        """How many processes were killed."""
        return sum(self.kills.values())

    def gaps(self) -> list[tuple[str, str, Moment]]:
        """Return the requests at whose one side or other nobody was killed."""
        return [
            (step, operation, moment)
            for step, operation in sorted(self.calls)
            for moment in Moment
            if not self.kills[step, operation, moment]
        ]


class Lives:
    """Drives orders through their lives; dice say where processes die."""

    def __init__(self, shop: Shop, seed: int, tally: Tally) -> None:
        self._shop = shop
        self._dice = Random(seed)
        self.tally = tally
        self.asked: list[Asked] = []
        self.orders: list[str] = []
        self.deadly = DEADLY
        self.client = dynamodb_client(shop.endpoint_url)
        self.streams: Streams = streams_at(shop.endpoint_url, shop.tables)

    def live(self, number: int) -> None:
        """Let one order live, until it was delivered."""
        placed = self._post("POST /orders", "/orders", order(), f"{number}-place")
        order_id = str(json.loads(placed)["order_id"])
        self.orders.append(order_id)
        base = f"/orders/{order_id}"
        self._follow(order_id)
        self._post("POST hold", f"{base}/hold", {"reason": "stock"}, f"{number}-hold")
        self._post("POST release", f"{base}/release", {"reason": "stock"}, f"{number}-release")
        self.settle_down(order_id)
        body = {"carrier": "ups", "tracking_number": f"1Z{number:08d}"}
        made = self._post("POST shipments", f"{base}/shipments", body, f"{number}-ship")
        parcel = json.loads(made)["shipment_id"]
        self.settle_down(order_id)
        scans = f"{base}/shipments/{parcel}/scans"
        self._post("POST scans", scans, {"status": "picked_up"}, f"{number}-picked")
        self._follow(order_id)
        self._post("POST scans", scans, {"status": "delivered"}, f"{number}-delivered")
        self._follow(order_id)

    def _follow(self, order_id: str) -> None:
        """Bring what follows from an order: stream batches and queue messages, some for nothing."""
        items = [item for stream in self._stream_names(order_id) for item in self._items(stream)]
        for name in ("project", "broadcast"):
            self._handled(name, records(items))
        for _ in range(2):
            texts = [self._notice(stream) for stream in self._stream_names(order_id)]
            self._handled("react", messages(texts))
            self._handled("settle", messages(texts))

    def settle_down(self, order_id: str) -> None:
        """Do in peace what the next step of a life needs."""

        def act() -> None:
            for _ in range(SWEEPS_MAX):
                texts = [self._notice(stream) for stream in self._stream_names(order_id)]
                self._shop.handle("react", messages(texts))
                self._shop.handle("settle", messages(texts))
                if not self._is_open(order_id):
                    return
            raise StuckError(f"{order_id} does not come to rest")

        self._in_peace(act)

    def sweep_a_few(self) -> None:
        """Sweep now and then, in processes that may be killed."""
        if self._dice.random() < SWEEPING:
            self._until_done("sweep", self._sweep, is_lossy=False)

    def rest(self) -> None:
        """Sweep in peace until nothing is found any more. Raises StuckError."""
        for _ in range(SWEEPS_MAX):
            swept = self._in_peace(self._sweep)
            if not any(swept[name] for name in ("projected", "broadcast", "settled", "reacted")):
                return
        raise StuckError(f"after {SWEEPS_MAX} sweeps there is still something to do")

    def _sweep(self) -> dict[str, Any]:
        return self._shop.handle("sweep", {"grace_s": 0})

    def again(self) -> list[tuple[Asked, tuple[int, str]]]:
        """Send every command once more, in peace."""
        answers: list[tuple[int, str]] = self._in_peace(
            lambda: [self._shop.post(one.path, one.body, one.key) for one in self.asked]
        )
        return list(zip(self.asked, answers, strict=True))

    # ---- steps ------------------------------------------------------------------------------

    def _post(self, step: str, path: str, body: object, key: str) -> str:
        def act() -> tuple[int, str]:
            status, said = self._shop.post(path, body, key)
            if status >= 300:
                raise StuckError(f"{path}: {status} {said}")
            return status, said

        answer = self._until_done(step, act, is_lossy=False)
        self.asked.append(Asked(path, body, key, answer))
        return str(answer[1])

    def _handled(self, name: str, given: dict[str, Any]) -> None:
        self._until_done(name, lambda: self._shop.handle(name, given), is_lossy=True)

    def _until_done(self, step: str, act: Callable[[], Any], *, is_lossy: bool) -> Any:  # noqa: ANN401  # Each has its own.
        error = ""
        for attempt in range(TRIES):
            ended = self._run(step, act, self._plan(step, attempt))
            if ended.killed_at:
                if is_lossy and self._dice.random() < LOSSY:
                    self.tally.lost += 1
                    return None
            elif ended.error:
                error = ended.error
            else:
                return ended.answer
        raise StuckError(f"{step} does not end: {error}")

    def _plan(self, step: str, attempt: int) -> Plan | None:
        """Choose where a process is to end: half of them where nobody has ended yet."""
        dice = self._dice
        deadly = DEADLY_AGAIN if attempt else self.deadly
        if attempt > TRIES - 3 or not self.deadly or dice.random() >= deadly:
            return None
        new = [
            Plan(number, moment)
            for number, operation in enumerate(self.tally.lives.get(step, ()), start=1)
            for moment in Moment
            if not self.tally.kills[step, operation, moment]
        ]
        if new and dice.random() < AIMED:
            return dice.choice(new)
        return Plan(1 + int(dice.expovariate(0.3)), dice.choice(list(Moment)))

    def _run(self, step: str, act: Callable[[], Any], plan: Plan | None) -> Ended:
        ended = run(self._shop.client, act, plan)
        self.tally.processes += 1
        self.tally.calls |= {(step, operation) for operation in ended.operations}
        if ended.operations and not ended.error:
            self.tally.lives[step] = ended.operations
        if ended.killed_at and plan:
            self.tally.calls.add((step, ended.killed_at))
            self.tally.kills[step, ended.killed_at, plan.moment] += 1
        return ended

    def _in_peace(self, act: Callable[[], Any]) -> Any:  # noqa: ANN401  # As above.
        ended = run(self._shop.client, act, None)
        if ended.error:
            raise StuckError(ended.error)
        return ended.answer

    # ---- what there is ----------------------------------------------------------------------

    def _is_open(self, order_id: str) -> bool:
        dossier = open_dossier(self.streams, order_id)
        if dossier is None:
            return False
        waits = any(payment.open_operations for payment in dossier.payments)
        return waits or bool(due(dossier, now()))

    def _stream_names(self, order_id: str) -> list[str]:
        dossier = open_dossier(self.streams, order_id)
        return [stream for stream, version in dossier.versions if version] if dossier else []

    def _items(self, stream: str) -> list[dict[str, Any]]:
        answer = self.client.query(
            TableName=self._shop.tables.events,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": stream}},
            ConsistentRead=True,
        )
        return [dict(item) for item in answer["Items"]]

    def _notice(self, stream: str) -> str:
        category, _, id_ = stream.partition("#")
        store: Any = getattr(self.streams, f"{category}s")
        *_, newest = store.read(id_)
        return notice_text(notice_of(newest))
