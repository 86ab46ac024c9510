import pytest

from tests.support.apps import App


def shipped(app: App, order_id: str, **body: object) -> str:
    created = app.post(f"/orders/{order_id}/shipments", body or None)
    assert created.status == 201, created.text
    return created.headers["Location"]


def test_a_shipment_of_all_open_units_is_created_and_can_be_read_at_once(app: App) -> None:
    order_id = app.confirmed()
    created = app.post(f"/orders/{order_id}/shipments")
    assert [line["quantity"] for line in created.json["lines"]] == [2, 3]
    read = app.get(created.headers["Location"])
    assert (read.status, read.json["status"], read.headers["ETag"]) == (200, "created", '"1"')
    assert app.get(read.json and created.headers["Location"], if_none_match='"1"').status == 304
    assert app.get(f"/orders/{order_id}/shipments").json["shipments"] == [read.json]


def test_a_shipment_travels_under_the_number_it_is_created_with(app: App) -> None:
    order_id = app.confirmed()
    created = app.post(
        f"/orders/{order_id}/shipments",
        {
            "lines": [{"line_id": "1", "quantity": 1}],
            "carrier": "ups",
            "tracking_number": "1z-9 99",
        },
    )
    assert (created.status, created.json["tracking_number"]) == (201, "1Z999")
    app.world.project(app.world.commits())
    found = app.get("/tracking/ups/1z999").json["shipments"]
    assert [one["shipment_id"] for one in found] == [created.json["shipment_id"]]


def test_a_shipment_with_a_carrier_alone_gets_a_label(app: App) -> None:
    order_id = app.confirmed()
    path = shipped(app, order_id, carrier="sandbox")
    assert app.get(path).json["label"] == "pending"
    app.world.run(order_id)
    assert app.get(path).json["tracking_number"].startswith("SBX")


def test_the_same_key_creates_one_shipment_and_is_answered_alike(app: App) -> None:
    order_id = app.confirmed()
    body = {"carrier": "ups", "tracking_number": "1Z999"}
    first = app.post(f"/orders/{order_id}/shipments", body, key="s")
    app.world.project(app.world.commits())
    app.post(f"{first.headers['Location']}/scans", {"status": "picked_up"})
    again = app.post(f"/orders/{order_id}/shipments", body, key="s")
    assert (again.status, again.text) == (201, first.text)


def test_a_number_that_another_live_shipment_has_is_refused_before_anything_is_written(
    app: App,
) -> None:
    body = {"carrier": "ups", "tracking_number": "1Z999"}
    shipped(app, app.confirmed(), **body)
    app.world.project(app.world.commits())
    other = app.confirmed()
    before = app.get(f"/orders/{other}").text
    refused = app.post(f"/orders/{other}/shipments", body)
    assert (refused.status, refused.json["code"]) == (409, "claim_taken")
    assert app.get(f"/orders/{other}").text == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tracking_number": "1Z999"}, "carrier"),
        ({"carrier": "No Such"}, "carrier"),
        ({"carrier": "ups", "tracking_number": "!"}, "tracking_number"),
        ({"carrier": "ups", "tracking_number": ""}, "tracking_number"),
        ({"lines": [{"line_id": "9", "quantity": 1}]}, "lines[0].line_id"),
        ({"lines": [{"line_id": "1", "quantity": 9}]}, "lines[0].quantity"),
    ],
)
def test_a_shipment_that_could_never_be_is_refused_before_the_order_records_it(
    app: App, body: dict[str, object], field: str
) -> None:
    order_id = app.confirmed()
    before = len(app.world.commits())
    refused = app.post(f"/orders/{order_id}/shipments", body)
    assert refused.status in (409, 422)
    assert refused.json["errors"][0]["field"] == field
    assert len(app.world.commits()) == before


def test_a_parcel_of_its_own_takes_its_units_from_the_shipment(app: App) -> None:
    order_id = app.confirmed()
    path = shipped(app, order_id)
    split = app.post(f"{path}/split", {"lines": [{"line_id": "2", "quantity": 1}]})
    assert (split.status, split.json["lines"]) == (201, [{"line_id": "2", "quantity": 1}])
    assert app.get(split.headers["Location"]).json["version"] == 1
    assert [line["quantity"] for line in app.get(path).json["lines"]] == [2, 2]


def test_scans_move_a_parcel_until_it_is_delivered_and_its_order_completed(app: App) -> None:
    order_id = app.confirmed()
    path = shipped(app, order_id)
    tracking = {"carrier": "ups", "tracking_number": "1Z999"}
    assert app.post(f"{path}/tracking", tracking).json["status"] == "label_purchased"
    picked = {"status": "picked_up", "at": "2026-01-01T12:00:00+02:00", "location": "Bonn"}
    assert app.post(f"{path}/scans", picked).json["handed_over_at"] == "2026-01-01T10:00:00Z"
    app.world.run(order_id)
    delivered = app.post(f"{path}/scans", {"status": "delivered", "at": "2026-01-02T08:00:00Z"})
    assert delivered.json["status"] == "delivered"
    app.world.run(order_id)
    read = app.get(f"/orders/{order_id}").json
    assert (read["status"], read["payment_status"]) == ("completed", "paid")
    assert read["fulfilment_status"] == "delivered"


def test_a_scan_said_twice_is_one_scan(app: App) -> None:
    path = shipped(app, app.confirmed())
    scan = {"status": "picked_up", "at": "2026-01-01T12:00:00Z"}
    app.post(f"{path}/scans", scan)
    assert len(app.post(f"{path}/scans", scan).json["scans"]) == 1


@pytest.mark.parametrize(
    "at", ["2026-01-01T12:00:00", "yesterday", 1767268800, "0001-01-01T00:00:00+14:00"]
)
def test_a_time_without_an_offset_or_without_sense_is_refused(app: App, at: object) -> None:
    path = shipped(app, app.confirmed())
    refused = app.post(f"{path}/scans", {"status": "picked_up", "at": at})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "at")


def test_a_status_that_no_carrier_reports_is_refused(app: App) -> None:
    path = shipped(app, app.confirmed())
    refused = app.post(f"{path}/scans", {"status": "cancelled"})
    assert (refused.status, refused.json["code"]) == (422, "invalid_scan")


def test_a_cancelled_shipment_frees_its_units_at_once(app: App) -> None:
    order_id = app.confirmed()
    path = shipped(app, order_id)
    assert app.post(f"{path}/cancel", {"reason": "wrong box"}).json["status"] == "cancelled"
    assert app.get(f"/orders/{order_id}").json["lines"][0]["open_quantity"] == 2


def test_a_shipments_own_version_is_what_if_match_compares_for_its_scans(app: App) -> None:
    path = shipped(app, app.confirmed())
    scan = {"status": "picked_up"}
    assert app.post(f"{path}/scans", scan, if_match='"7"').status == 412
    assert app.post(f"{path}/scans", scan, if_match='"1"').status == 200


def test_a_shipment_of_another_order_is_not_there(app: App) -> None:
    shipment_id = shipped(app, app.confirmed()).rpartition("/")[2]
    path = f"/orders/{app.placed()}/shipments/{shipment_id}"
    assert app.get(path).status == 404
    assert app.post(f"{path}/cancel").status == 404
    assert app.post(f"{path}/scans", {"status": "delivered"}).status == 404


def test_a_number_that_nobody_has_registered_is_not_found(app: App) -> None:
    assert app.get("/tracking/ups/1Z999").json["code"] == "tracking_not_found"
    assert app.get("/tracking/UPS/1Z999").json["code"] == "invalid_carrier"
    assert app.get("/tracking/ups/!!").json["code"] == "invalid_tracking_number"


def test_an_order_that_is_not_confirmed_does_not_ship(app: App) -> None:
    refused = app.post(f"/orders/{app.placed()}/shipments")
    assert (refused.status, refused.json["code"]) == (409, "order_not_confirmed")
