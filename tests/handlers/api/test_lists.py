from tests.support.apps import App, order


def pages(app: App, path: str, name: str) -> list[list[dict[str, object]]]:
    """Follow a list to its end."""
    found = []
    further = ""
    while True:
        answer = app.get(f"{path}{further}")
        assert answer.status == 200, answer.text
        found.append(answer.json[name])
        if answer.json["next_cursor"] is None:
            return found
        further = f"&cursor={answer.json['next_cursor']}"


def test_a_customers_orders_come_newest_first_page_by_page(app: App) -> None:
    placed = [app.placed() for _ in range(5)]
    app.placed(customer_id="c-2")
    app.world.project(app.world.commits())
    listed = pages(app, "/customers/c-1/orders?limit=2", "orders")
    assert [len(page) for page in listed] == [2, 2, 1]
    assert [one["order_id"] for page in listed for one in page] == placed[::-1]
    assert app.get("/orders?customer_id=c-1").json["orders"] == [
        one for page in listed for one in page
    ]


def test_a_customer_without_orders_has_an_empty_list(app: App) -> None:
    answer = app.get("/customers/nobody/orders")
    assert (answer.status, answer.json) == (200, {"orders": [], "next_cursor": None})


def test_a_cursor_of_another_list_is_refused(app: App) -> None:
    for _ in range(2):
        app.placed()
    app.world.project(app.world.commits())
    cursor = app.get("/customers/c-1/orders?limit=1").json["next_cursor"]
    for path in (
        f"/customers/c-2/orders?cursor={cursor}",
        f"/customers/c-1/orders?cursor={cursor}x",
        "/customers/c-1/orders?cursor=%21",
        "/customers/c-1/orders?cursor=",
    ):
        refused = app.get(path)
        assert (refused.status, refused.json["code"]) == (400, "cursor_invalid"), path


def test_a_limit_out_of_bounds_is_named(app: App) -> None:
    for limit in ("0", "51", "x"):
        refused = app.get(f"/customers/c-1/orders?limit={limit}")
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "limit")


def test_a_listed_order_is_the_order_that_is_read(app: App) -> None:
    order_id = app.confirmed()
    app.world.project(app.world.commits())
    listed = app.get("/customers/c-1/orders").json["orders"]
    assert listed == [app.get(f"/orders/{order_id}").json]


def test_the_history_holds_all_three_contexts_oldest_first_page_by_page(app: App) -> None:
    order_id = app.confirmed()
    app.post(f"/orders/{order_id}/shipments")
    path = f"/orders/{order_id}/history?limit=3"
    told = [one for page in pages(app, path, "events") for one in page]
    assert [one["type"] for one in told] == [
        "OrderPlaced",
        "PaymentRequested",
        "PaymentCreated",
        "AuthorisationRequested",
        "PaymentAuthorised",
        "OrderConfirmed",
        "ShipmentAllocated",
        "ShipmentCreated",
    ]
    assert told[0]["data"]["total_minor"] == 5497  # type: ignore[index]
    assert told == app.get(f"/orders/{order_id}/history").json["events"]


def test_the_history_is_the_same_whether_or_not_the_views_have_it(app: App) -> None:
    order_id = app.confirmed()
    before = app.get(f"/orders/{order_id}/history").text
    app.world.project(app.world.commits())
    assert app.get(f"/orders/{order_id}/history").text == before


def test_there_is_no_history_of_an_order_that_does_not_exist(app: App) -> None:
    assert app.get("/orders/nope/history").json["code"] == "order_not_found"


def test_a_page_holds_the_order_bodies_as_placed(app: App) -> None:
    placed = app.post("/orders", order()).json
    app.world.project(app.world.commits())
    assert app.get("/orders?customer_id=c-1").json["orders"] == [placed]
