"""The rows: every handler and every command of commerce, each in the situations that it meets."""

from collections.abc import Callable
from typing import Any, Final

from tests.simulation.commerce.queues import Queue
from tests.simulation.commerce.records import BATCH
from tests.simulation.commerce.records import Mapping as StreamMapping
from tests.simulation.matrix.shop import Deliver, Shop
from tests.support.apps import order

Prepare = Callable[[Shop], Deliver]
ALL: Final = 10


def _stream(
    name: str, mapping: Callable[[Shop], StreamMapping], life: Callable[[Shop], Any]
) -> Prepare:
    def prepare(shop: Shop) -> Deliver:
        life(shop)
        changes = [
            change for shard in mapping(shop).ready() for change in mapping(shop).take(shard, BATCH)
        ]
        for shard in shop.world.stream.shards:
            mapping(shop).answered(
                shard, [], {"batchItemFailures": []}, shop.engine.now, again=True
            )
        event = {"Records": [change.record() for change in changes]}
        return lambda: shop.invoke(name, event)

    return prepare


def _project(life: Callable[[Shop], Any]) -> Prepare:
    return _stream("project", lambda shop: shop.world.project, life)


def _broadcast(life: Callable[[Shop], Any]) -> Prepare:
    return _stream("broadcast", lambda shop: shop.world.broadcast, life)


def _queue(name: str, life: Callable[[Shop], Any]) -> Prepare:
    def prepare(shop: Shop) -> Deliver:
        life(shop)
        while shop.schedule.read(shop.world.broadcast, BATCH):
            pass
        queue: Queue = shop.world.queues[name]
        messages = queue.visible(shop.engine.now)[:ALL]
        event = queue.take(messages, shop.engine.now)
        queue.answered(messages, None, again=False)
        return lambda: shop.invoke(name, event)

    return prepare


def _sweep(life: Callable[[Shop], Any]) -> Prepare:
    def prepare(shop: Shop) -> Deliver:
        life(shop)
        shop.world.pass_time(shop.engine.now.replace(year=shop.engine.now.year + 1))
        return lambda: shop.invoke("sweep", {"grace_s": 0})

    return prepare


def _command(make: Callable[[Shop], tuple[str, object]]) -> Prepare:
    def prepare(shop: Shop) -> Deliver:
        post = shop.prepared(*make(shop))
        if post.path == "/orders":
            shop.schedule.callers.orders.append("")  # Its id is known by its answer only.
        return lambda: shop.send(post)

    return prepare


# ---- lives -----------------------------------------------------------------------------------


def _placed(shop: Shop) -> str:
    return shop.placed()


def _two_placed(shop: Shop) -> None:
    shop.placed()
    shop.placed(customer_id="c-2")


def _changed(shop: Shop) -> str:
    """An order that was shown and told of, and has been held and released since."""
    order_id = shop.confirmed()
    shop.post(f"/orders/{order_id}/hold", {"reason": "stock"})
    shop.post(f"/orders/{order_id}/release", {"reason": "stock"})
    return order_id


def _withheld(shop: Shop) -> str:
    """An order of which the first commits never came, and a newer one does."""
    order_id = shop.placed()
    shop.world.project.skip()
    shop.world.broadcast.skip()
    shop.post(f"/orders/{order_id}/hold", {"reason": "stock"})
    return order_id


def _paid(method: str) -> Callable[[Shop], Any]:
    def life(shop: Shop) -> None:
        order_id = shop.placed(payment="manual")
        shop.drain()
        shop.post(f"/orders/{order_id}/payments", {"method": method})

    return life


def _labelled(carrier: str) -> Callable[[Shop], Any]:
    def life(shop: Shop) -> None:
        order_id = shop.confirmed()
        shop.post(f"/orders/{order_id}/shipments", {"carrier": carrier})

    return life


def _on_its_way(shop: Shop) -> tuple[str, str]:
    order_id = shop.confirmed()
    parcel = shop.shipped(order_id, carrier="ups", tracking_number="1Z9991")
    return order_id, parcel


def _numbered(shop: Shop) -> None:
    """A parcel with its number, of which nobody has heard yet."""
    order_id = shop.confirmed()
    shop.post(f"/orders/{order_id}/shipments", {"carrier": "ups", "tracking_number": "1Z9991"})


def _picked_up(shop: Shop) -> tuple[str, str]:
    order_id, parcel = _on_its_way(shop)
    shop.post(f"/orders/{order_id}/shipments/{parcel}/scans", {"status": "picked_up"})
    return order_id, parcel


def _captured(shop: Shop) -> tuple[str, str]:
    order_id, _ = _picked_up(shop)
    shop.drain()
    return order_id, _payment(shop, order_id)


def _authorised(shop: Shop) -> tuple[str, str]:
    order_id = shop.confirmed()
    return order_id, _payment(shop, order_id)


def _held(shop: Shop) -> str:
    order_id = shop.confirmed()
    shop.post(f"/orders/{order_id}/hold", {"reason": "stock"})
    return order_id


def _payment(shop: Shop, order_id: str) -> str:
    state: Any = shop.world.witness.heads[f"order#{order_id}"].state
    return str(state.payments[0].payment_id)


def _of(
    path: str, body: object, life: Callable[[Shop], Any] = lambda shop: shop.confirmed()
) -> Prepare:
    """Return a command to what a life has made: an order, or an order and one thing of it."""

    def make(shop: Shop) -> tuple[str, object]:
        made = life(shop)
        names = (made,) if isinstance(made, str) else made
        return path.format(*names), body

    return _command(make)


ORDER: Final = "/orders/{0}"
PAYMENT: Final = "/orders/{0}/payments/{1}"
PARCEL: Final = "/orders/{0}/shipments/{1}"

ROWS: Final[dict[str, Prepare]] = {
    "project: a first commit": _project(_placed),
    "project: later commits": _project(_changed),
    "project: commits were withheld": _project(_withheld),
    "project: two orders at once": _project(_two_placed),
    "project: a parcel with its number": _project(_numbered),
    "broadcast: a first commit": _broadcast(_placed),
    "broadcast: later commits": _broadcast(_changed),
    "broadcast: commits were withheld": _broadcast(_withheld),
    "broadcast: two orders at once": _broadcast(_two_placed),
    "react: an order is placed": _queue("react", _placed),
    "react: a parcel is picked up": _queue("react", _picked_up),
    "settle: an authorisation": _queue("settle", _paid("card")),
    "settle: an authorisation whose answer is lost": _queue("settle", _paid("card_timeout")),
    "settle: an authorisation that is declined": _queue("settle", _paid("card_decline")),
    "settle: a label": _queue("settle", _labelled("sbx")),
    "settle: a label whose answer is lost": _queue("settle", _labelled("sbx-timeout")),
    "sweep: nothing has followed yet": _sweep(_placed),
    "sweep: commits were withheld": _sweep(_withheld),
    "sweep: an answer is unknown": _sweep(_paid("card_timeout")),
    "POST /orders": _command(lambda _: ("/orders", order())),
    f"POST {ORDER}/hold": _of(f"{ORDER}/hold", {"reason": "stock"}),
    f"POST {ORDER}/release": _of(
        f"{ORDER}/release",
        {"reason": "stock"},
        _held,
    ),
    f"POST {ORDER}/modify": _of(
        f"{ORDER}/modify", {"quantities": [{"line_id": "1", "quantity": 3}]}
    ),
    f"POST {ORDER}/lines/1/cancel": _of(f"{ORDER}/lines/1/cancel", {"quantity": 1}),
    f"POST {ORDER}/cancel": _of(f"{ORDER}/cancel", {"reason": "test"}),
    f"POST {ORDER}/payments": _of(
        f"{ORDER}/payments", {}, lambda shop: shop.placed(payment="manual")
    ),
    f"POST {ORDER}/payments: of an amount": _of(
        f"{ORDER}/payments",
        {"amount_minor": 1000, "method": "card"},
        lambda shop: shop.placed(payment="manual"),
    ),
    f"POST {PAYMENT}/capture": _of(f"{PAYMENT}/capture", {"amount_minor": 100}, _authorised),
    f"POST {PAYMENT}/void": _of(f"{PAYMENT}/void", {"amount_minor": 100}, _authorised),
    f"POST {PAYMENT}/refund": _of(f"{PAYMENT}/refund", {"amount_minor": 100}, _captured),
    f"POST {ORDER}/shipments": _of(f"{ORDER}/shipments", {}),
    f"POST {ORDER}/shipments: with a label": _of(f"{ORDER}/shipments", {"carrier": "sbx"}),
    f"POST {ORDER}/shipments: with a number": _of(
        f"{ORDER}/shipments", {"carrier": "ups", "tracking_number": "1Z9992"}
    ),
    f"POST {PARCEL}/split": _of(
        f"{PARCEL}/split", {"lines": [{"line_id": "1", "quantity": 1}]}, _on_its_way
    ),
    f"POST {PARCEL}/tracking": _of(
        f"{PARCEL}/tracking", {"carrier": "ups", "tracking_number": "1Z9993"}, _on_its_way
    ),
    f"POST {PARCEL}/scans": _of(f"{PARCEL}/scans", {"status": "delivered"}, _picked_up),
    f"POST {PARCEL}/cancel": _of(f"{PARCEL}/cancel", {"reason": "test"}, _on_its_way),
}
"""By name: the handler or the route, and the situation."""
