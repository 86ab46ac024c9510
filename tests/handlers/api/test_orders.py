from tests.support.apps import App, event, order


def test_a_placed_order_is_answered_with_its_id_its_statuses_and_its_place(app: App) -> None:
    answer = app.post("/orders", order())
    placed = answer.json
    assert answer.status == 201
    assert answer.headers["Location"] == f"/orders/{placed['order_id']}"
    assert answer.headers["ETag"] == '"1"'
    assert (placed["version"], placed["status"]) == (1, "placed")
    assert (placed["payment_status"], placed["fulfilment_status"]) == ("none", "unfulfilled")
    assert placed["total"] == {"amount_minor": 5497, "currency": "EUR"}
    assert [(line["line_id"], line["sku"]) for line in placed["lines"]] == [
        ("1", "A-1"),
        ("2", "B-1"),
    ]


def test_what_was_placed_can_be_read_at_once_without_any_view(app: App) -> None:
    answer = app.post("/orders", order())
    assert app.get(answer.headers["Location"]).json == answer.json


def test_the_same_key_places_one_order_and_is_answered_with_the_same_bytes(app: App) -> None:
    first = app.post("/orders", order(), key="once")
    app.world.run(first.json["order_id"])
    app.post(f"/orders/{first.json['order_id']}/hold")
    again = [app.post("/orders", order(), key="once") for _ in range(9)]
    assert {(one.status, one.text) for one in again} == {(201, first.text)}
    assert {one.headers["Idempotent-Replay"] for one in again} == {"true"}
    assert "Idempotent-Replay" not in first.headers
    assert len([name for name in app.world.shared.commits if name.startswith("order#")]) == 1


def test_the_same_key_of_another_caller_is_another_order(app: App) -> None:
    first = app.post("/orders", order(), key="once").json
    other = app.post("/orders", order(), key="once", x_waybill_caller="ignored").json
    assert other["order_id"] == first["order_id"]  # A header of the caller's own says nothing.
    sent = event("POST", "/orders", '{"customer_id":"c-1","currency":"EUR","lines":[]}')
    assert sent["requestContext"]["authorizer"]["iam"]["userArn"].endswith("/local")


def test_a_total_of_the_callers_own_is_taken_when_it_adds_up(app: App) -> None:
    money = {"amount_minor": 5497, "currency": "EUR"}
    assert app.post("/orders", order(total_minor=5497)).status == 201
    assert app.post("/orders", order(total=money)).status == 201
    assert app.post("/orders", order(total=money, total_minor=5497)).status == 201


def test_tax_and_discount_are_part_of_the_total_to_the_cent(app: App) -> None:
    placed = app.post("/orders", order(tax_minor=101, discount_minor=7)).json
    assert placed["total"]["amount_minor"] == 5497 + 101 - 7


def test_lines_keep_the_ids_and_sellers_that_they_come_with(app: App) -> None:
    line = {
        "sku": "A-1",
        "quantity": 1,
        "unit_price_minor": 0,
        "line_id": "x:1",
        "seller_id": "s-9",
    }
    kept = app.post("/orders", order(lines=[line])).json["lines"][0]
    assert (kept["line_id"], kept["seller_id"]) == ("x:1", "s-9")


def test_holds_stack_and_each_is_released_by_its_reason(app: App) -> None:
    path = f"/orders/{app.placed()}"
    assert app.post(f"{path}/hold", {"reason": "stock"}).json["status"] == "on_hold"
    assert app.post(f"{path}/hold").json["holds"] == ["stock", "manual"]
    assert app.post(f"{path}/release", {"reason": "stock"}).json["holds"] == ["manual"]
    assert app.post(f"{path}/release").json["status"] == "placed"
    assert app.post(f"{path}/release").json["code"] == "not_on_hold"


def test_an_order_is_modified_line_by_line(app: App) -> None:
    path = f"/orders/{app.placed()}"
    answer = app.post(
        f"{path}/modify",
        {
            "quantities": [{"line_id": "1", "quantity": 1}, {"line_id": "2", "quantity": 4}],
            "lines": [{"sku": "C-1", "quantity": 1, "unit_price_minor": 10}],
            "shipping_minor": 0,
        },
    )
    assert answer.status == 200
    assert answer.json["total"]["amount_minor"] == 1999 + 4 * 333 + 10
    assert [line["quantity"] for line in answer.json["lines"]] == [1, 4, 1]


def test_a_lines_units_are_cancelled_and_no_longer_due(app: App) -> None:
    path = f"/orders/{app.placed()}"
    answer = app.post(f"{path}/lines/2/cancel", {"quantity": 1, "reason": "out of stock"})
    assert answer.json["due"]["amount_minor"] == 5497 - 333
    assert answer.json["lines"][1]["cancelled_quantity"] == 1
    assert app.post(f"{path}/lines/2/cancel").json["lines"][1]["open_quantity"] == 0


def test_a_cancelled_order_stays_cancelled(app: App) -> None:
    path = f"/orders/{app.placed()}"
    assert (
        app.post(f"{path}/cancel", {"reason": "changed their mind"}).json["status"] == "cancelled"
    )
    assert app.post(f"{path}/cancel").status == 200
    refused = app.post(f"{path}/hold")
    assert (refused.status, refused.json["code"]) == (409, "order_closed")


def test_a_command_sent_again_is_answered_as_the_order_was_then(app: App) -> None:
    path = f"/orders/{app.placed()}"
    first = app.post(f"{path}/hold", {"reason": "stock"}, key="h")
    app.post(f"{path}/modify", {"shipping_minor": 1})
    again = app.post(f"{path}/hold", {"reason": "stock"}, key="h")
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])


def test_a_key_used_for_something_else_is_refused_on_the_same_order(app: App) -> None:
    order_id = app.placed(key="k")
    for refused in (
        app.post("/orders", order(shipping_minor=1), key="k"),
        app.post(f"/orders/{order_id}/cancel", key="k"),
    ):
        assert (refused.status, refused.json["code"]) == (409, "command_id_reused")
        assert refused.json["errors"][0]["field"] == "Idempotency-Key"


def test_if_match_lets_through_what_was_decided_on_the_current_version(app: App) -> None:
    path = f"/orders/{app.placed()}"
    assert app.post(f"{path}/hold", if_match='"1"').headers["ETag"] == '"2"'
    assert app.post(f"{path}/release", if_match="*").headers["ETag"] == '"3"'
    stale = app.post(f"{path}/hold", if_match='"2"')
    assert (stale.status, stale.json["code"], stale.headers["ETag"]) == (
        412,
        "stale_version",
        '"3"',
    )
    assert stale.json["errors"][0]["field"] == "If-Match"


def test_a_version_that_the_reader_has_is_not_sent_again(app: App) -> None:
    path = f"/orders/{app.placed()}"
    known = app.get(path, if_none_match='W/"9", "1"')
    assert (known.status, known.headers["ETag"]) == (304, '"1"')
    assert not known.text
    assert app.get(path, if_none_match='"2"').status == 200


def test_a_reader_hears_of_a_payment_although_the_orders_version_is_the_same(app: App) -> None:
    order_id = app.confirmed()
    etag = app.get(f"/orders/{order_id}").headers["ETag"]
    assert app.get(f"/orders/{order_id}", if_none_match=etag).status == 200


def test_an_order_is_read_with_its_payments_and_derived_statuses(app: App) -> None:
    read = app.get(f"/orders/{app.confirmed()}").json
    assert (read["status"], read["payment_status"]) == ("confirmed", "authorised")
    assert [one["status"] for one in read["payments"]] == ["authorised"]
    assert read["balance"]["amount_minor"] == 5497
