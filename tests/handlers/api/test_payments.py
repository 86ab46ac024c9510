from concurrent.futures import ThreadPoolExecutor

from domain.policies.dossier import open_dossier
from tests.support.apps import App


def first_payment(app: App, order_id: str) -> str:
    listed = app.get(f"/orders/{order_id}/payments").json["payments"]
    return f"/orders/{order_id}/payments/{listed[0]['payment_id']}"


def test_a_payment_of_what_is_missing_is_created_and_can_be_read_at_once(app: App) -> None:
    order_id = app.placed(payment="manual")
    created = app.post(f"/orders/{order_id}/payments", {"method": "card"})
    assert (created.status, created.json["status"]) == (201, "pending")
    assert created.json["amount"] == {"amount_minor": 5497, "currency": "EUR"}
    read = app.get(created.headers["Location"])
    assert (read.status, read.json["method"], read.json["version"]) == (200, "card", 2)


def test_several_payments_share_an_order_and_the_last_covers_the_rest(app: App) -> None:
    order_id = app.placed(payment="manual")
    app.post(f"/orders/{order_id}/payments", {"amount_minor": 1000})
    rest = app.post(f"/orders/{order_id}/payments")
    assert rest.json["amount"]["amount_minor"] == 4497
    nothing = app.post(f"/orders/{order_id}/payments")
    assert (nothing.status, nothing.json["code"]) == (409, "more_than_open")


def test_the_same_key_creates_one_payment_and_is_answered_alike(app: App) -> None:
    order_id = app.placed(payment="manual")
    first = app.post(f"/orders/{order_id}/payments", key="p")
    app.world.run(order_id)
    again = app.post(f"/orders/{order_id}/payments", key="p")
    assert (again.status, again.text) == (201, first.text)
    assert len(app.get(f"/orders/{order_id}/payments").json["payments"]) == 1


def test_held_money_is_captured_in_part_and_then_the_rest(app: App) -> None:
    order_id = app.confirmed()
    path = first_payment(app, order_id)
    part = app.post(f"{path}/capture", {"amount_minor": 497})
    assert (part.status, part.json["kind"], part.json["status"]) == (202, "capture", "requested")
    assert part.headers["Location"] == path
    app.world.run(order_id)
    assert app.get(path).json["status"] == "partially_captured"
    assert app.post(f"{path}/capture").json["amount"]["amount_minor"] == 5000
    app.world.run(order_id)
    assert app.get(f"/orders/{order_id}").json["payment_status"] == "paid"


def test_a_capture_sent_again_is_answered_with_the_same_bytes_and_taken_once(app: App) -> None:
    order_id = app.confirmed()
    path = first_payment(app, order_id)
    first = app.post(f"{path}/capture", {"amount_minor": 100}, key="c")
    app.post(f"{path}/capture", {"amount_minor": 200})
    again = app.post(f"{path}/capture", {"amount_minor": 100}, key="c")
    assert (again.status, again.text) == (202, first.text)
    app.world.run(order_id)
    assert app.get(path).json["captured"]["amount_minor"] == 300


def test_a_hundred_captures_with_keys_of_their_own_take_the_money_once(app: App) -> None:
    order_id = app.confirmed()
    path = first_payment(app, order_id)
    statuses = [app.post(f"{path}/capture").status for _ in range(100)]
    assert sorted(set(statuses)) == [202, 409]
    assert statuses.count(202) == 1
    app.world.run(order_id)
    assert app.get(path).json["captured"]["amount_minor"] == 5497


def test_taken_money_is_refunded_and_held_money_is_voided(app: App) -> None:
    order_id = app.placed(payment="manual")
    path = app.post(f"/orders/{order_id}/payments").headers["Location"]
    app.world.run(order_id)
    app.post(f"{path}/capture", {"amount_minor": 1000})
    app.world.run(order_id)
    assert app.post(f"{path}/void", {"amount_minor": 497}).status == 202
    assert app.post(f"{path}/refund", {"amount_minor": 300, "reason": "late"}).status == 202
    app.world.run(order_id)
    read = app.get(path).json
    assert (read["voided"]["amount_minor"], read["refunded"]["amount_minor"]) == (497, 300)
    assert read["captured"]["amount_minor"] == 1000


def test_more_than_is_held_is_refused_with_the_figure(app: App) -> None:
    path = first_payment(app, app.confirmed())
    refused = app.post(f"{path}/capture", {"amount_minor": 5498})
    assert (refused.status, refused.json["code"]) == (409, "more_than_open")
    assert refused.json["facts"] == {"least": 1, "most": 5497}
    assert refused.json["errors"][0]["field"] == "amount_minor"


def test_a_payment_of_another_order_is_not_there(app: App) -> None:
    payment_id = first_payment(app, app.confirmed()).rpartition("/")[2]
    other = app.placed()
    path = f"/orders/{other}/payments/{payment_id}"
    assert app.get(path).status == 404
    for verb in ("capture", "void", "refund"):
        refused = app.post(f"{path}/{verb}")
        assert (refused.status, refused.json["code"]) == (404, "unknown_payment")


def test_two_who_ask_at_once_for_what_is_missing_do_not_both_get_the_whole(app: App) -> None:
    order_id = app.placed(payment="manual")
    seen = open_dossier(app.world.streams, order_id)
    load = app.world.streams.orders.load
    before: list[int] = []

    def loads_and_somebody_writes(entity_id: str) -> object:
        head = load(entity_id)
        if not before:
            before.append(head.version)
            with ThreadPoolExecutor(1) as other:
                app_of_other = App(app.world)
                sent = {"amount_minor": 5000}
                other.submit(
                    app_of_other.post, f"/orders/{order_id}/payments", sent, "other"
                ).result()
        return head

    assert seen is not None
    app.world.streams.orders.load = loads_and_somebody_writes  # type: ignore[method-assign, assignment]
    created = app.post(f"/orders/{order_id}/payments", key="mine")
    assert (created.status, created.json["amount"]["amount_minor"]) == (201, 497)


def test_a_refund_by_hand_credits_only_what_was_still_owed(app: App) -> None:
    order_id = app.placed(payment="manual")
    paths = [
        app.post(f"/orders/{order_id}/payments", {"amount_minor": minor}).headers["Location"]
        for minor in (3000, 2497)
    ]
    app.world.run(order_id)
    for path in paths:
        assert app.post(f"{path}/capture").status == 202
    app.world.run(order_id)
    assert app.post(f"{paths[0]}/refund", {"amount_minor": 500}).status == 202
    app.world.run(order_id)
    read = app.get(f"/orders/{order_id}").json
    assert (read["due"]["amount_minor"], read["received"]["amount_minor"]) == (4997, 4997)
    assert read["balance"]["amount_minor"] == 0
