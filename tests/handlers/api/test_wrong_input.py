"""Wrong input is answered with a problem that names the field and the rule, and writes nothing."""

import json
from typing import Any

import pytest

from tests.support.apps import Answered, App, event, order


def line(**changes: object) -> dict[str, Any]:
    return {"sku": "A-1", "quantity": 1, "unit_price_minor": 1999} | changes


def refused(answer: Answered, status: int, field: str, rule: str) -> None:
    """Check that a problem has its parts, and names this field and this rule."""
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert {"type", "title", "detail", "code", "errors", "retryable"} <= set(problem)
    assert (problem["errors"][0]["field"], problem["errors"][0]["rule"]) == (field, rule)
    assert problem["errors"][0]["message"]


PLACING = {
    "unknown currency": (order(currency="XYZ"), "currency", "unknown_currency"),
    "currency in small letters": (order(currency="eur"), "currency", "unknown_currency"),
    "negative amount": (order(shipping_minor=-1), "shipping_minor", "greater_than_equal"),
    "huge amount": (order(shipping_minor=10**15 + 1), "shipping_minor", "less_than_equal"),
    "endless amount": (order(shipping_minor=10**3000), "shipping_minor", "less_than_equal"),
    "amount with a fraction": (order(shipping_minor=1.5), "shipping_minor", "int_type"),
    "amount as text": (order(shipping_minor="500"), "shipping_minor", "int_type"),
    "amount as truth": (order(shipping_minor=True), "shipping_minor", "int_type"),
    "negative price": (
        order(lines=[line(unit_price_minor=-1)]),
        "lines[0].unit_price_minor",
        "greater_than_equal",
    ),
    "sum too large": (
        order(lines=[line(quantity=10**6, unit_price_minor=10**15)]),
        "lines",
        "invalid_amount",
    ),
    "quantity 0": (order(lines=[line(quantity=0)]), "lines[0].quantity", "greater_than_equal"),
    "huge quantity": (
        order(lines=[line(), line(quantity=10**7)]),
        "lines[1].quantity",
        "less_than_equal",
    ),
    "no lines": (order(lines=[]), "lines", "no_lines"),
    "lines missing": (order(lines=...), "lines", "missing"),
    "too many lines": (order(lines=[line()] * 501), "lines", "too_long"),
    "line named twice": (
        order(lines=[line(line_id="1"), line(line_id="1")]),
        "lines[1].line_id",
        "duplicate_line",
    ),
    "total that does not add up": (order(total_minor=1), "total", "total_does_not_add_up"),
    "total in another currency": (
        order(total={"amount_minor": 5497, "currency": "USD"}),
        "total.currency",
        "currency_differs",
    ),
    "two totals": (
        order(total={"amount_minor": 5497, "currency": "EUR"}, total_minor=5498),
        "total_minor",
        "total_does_not_add_up",
    ),
    "discount of more than the lines": (
        order(discount_minor=4998),
        "discount_minor",
        "discount_exceeds_lines",
    ),
    "control character in an id": (
        order(customer_id="c\x001"),
        "customer_id",
        "string_pattern_mismatch",
    ),
    "line feed after an id": (
        order(customer_id="c-1\n"),
        "customer_id",
        "string_pattern_mismatch",
    ),
    "separator in an id": (order(customer_id="c#1"), "customer_id", "string_pattern_mismatch"),
    "long id": (order(customer_id="c" * 129), "customer_id", "string_too_long"),
    "control character in a sku": (
        order(lines=[line(sku="\t")]),
        "lines[0].sku",
        "string_pattern_mismatch",
    ),
    "unknown field": (order(discuont_minor=1), "discuont_minor", "extra_forbidden"),
    "unknown mode": (order(payment="later"), "payment", "enum"),
    "no object": ([], "body", "model_attributes_type"),
    "nothing": (None, "body", "missing"),
}


@pytest.mark.parametrize(("body", "field", "rule"), PLACING.values(), ids=PLACING)
def test_an_order_that_cannot_be_is_not_placed(
    app: App, body: object, field: str, rule: str
) -> None:
    refused(app.post("/orders", body), 422, field, rule)
    assert app.world.commits() == []


RAW = {
    "a body of 2 MB": (f'"{"x" * 2_000_000}"', 413, "body", "body_too_large"),
    "a body of one byte too many": (" " * 262_143 + "{}", 413, "body", "body_too_large"),
    "deep lists": ("[" * 100_000, 400, "body", "body_too_deep"),
    "deep objects": ('{"a":' * 33 + "1" + "}" * 33, 400, "body", "body_too_deep"),
    "deep behind an open quote": ('["' + '\\"' * 99 + "[" * 99, 400, "body", "body_not_json"),
    "no JSON": ("{customer_id: 1}", 400, "body", "body_not_json"),
    "not a number": ('{"shipping_minor": NaN}', 400, "body", "body_not_json"),
    "endless": ('{"shipping_minor": -Infinity}', 400, "body", "body_not_json"),
    "a key twice": ('{"customer_id":"a","customer_id":"b"}', 400, "customer_id", "duplicate_key"),
    "half a character": ('{"customer_id":"\\ud800"}', 400, "body", "body_not_json"),
    "half a character itself": ('{"customer_id":"\ud800"}', 400, "body", "body_not_json"),
}


@pytest.mark.parametrize(("text", "status", "field", "rule"), RAW.values(), ids=RAW)
def test_a_body_that_is_no_proper_json_is_refused_before_it_is_read(
    app: App, text: str, status: int, field: str, rule: str
) -> None:
    sent = event("POST", "/orders", text, {"idempotency-key": "k"})
    refused(app.send(sent), status, field, rule)
    assert app.world.commits() == []


def test_brackets_inside_words_are_no_depth(app: App) -> None:
    path = f"/orders/{app.placed()}/cancel"
    assert app.post(path, {"reason": "[" * 400}).status == 200


def test_a_body_in_base_64_is_read_like_any_other(app: App) -> None:
    sent = event("POST", "/orders", "e30=", {"idempotency-key": "k"}) | {"isBase64Encoded": True}
    refused(app.send(sent), 422, "customer_id", "missing")
    sent |= {"body": "/w=="}
    refused(app.send(sent), 400, "body", "body_not_json")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
def test_a_body_that_says_it_is_something_else_is_refused(app: App, kind: str) -> None:
    headers = {"idempotency-key": "k", "content-type": kind}
    sent = event("POST", "/orders", json.dumps(order()), headers)
    refused(app.send(sent), 400, "Content-Type", "content_type_not_json")
    assert app.world.commits() == []


HEADERS = {
    "no key": ({}, "Idempotency-Key", "idempotency_key_missing"),
    "empty key": ({"idempotency-key": ""}, "Idempotency-Key", "idempotency_key_invalid"),
    "long key": ({"idempotency-key": "k" * 256}, "Idempotency-Key", "idempotency_key_invalid"),
    "key with an accent": ({"idempotency-key": "é"}, "Idempotency-Key", "idempotency_key_invalid"),
    "bare version": ({"idempotency-key": "k", "if-match": "1"}, "If-Match", "if_match_invalid"),
    "weak version": ({"idempotency-key": "k", "if-match": 'W/"1"'}, "If-Match", "if_match_invalid"),
    "several versions": (
        {"idempotency-key": "k", "if-match": '"1", "2"'},
        "If-Match",
        "if_match_invalid",
    ),
    "correlation with a blank": (
        {"idempotency-key": "k", "x-correlation-id": "a b"},
        "X-Correlation-Id",
        "correlation_id_invalid",
    ),
}


@pytest.mark.parametrize(("headers", "field", "rule"), HEADERS.values(), ids=HEADERS)
def test_a_header_that_cannot_be_is_named(
    app: App, headers: dict[str, str], field: str, rule: str
) -> None:
    path = f"/orders/{app.placed()}/hold"
    refused(app.send(event("POST", path, "{}", headers)), 400, field, rule)
    assert len(app.world.commits()) == 1


def test_every_command_wants_a_key(app: App) -> None:
    assert app.get("/openapi.json").status == 200  # With it come CI's routes.
    for method, template in app.application.routes.known:
        if method == "POST" and "/attempts/" not in template:
            path = template.replace("{", "").replace("}", "")
            answer = app.send(event("POST", path, "{}"))
            refused(answer, 400, "Idempotency-Key", "idempotency_key_missing")
    assert app.world.commits() == []


CHANGES = {
    "stale version": ("hold", {}, {"if_match": '"9"'}, 412, "If-Match", "stale_version"),
    "unknown hold": ("hold", {"reason": "whim"}, {}, 422, "reason", "enum"),
    "unknown line": (
        "modify",
        {"quantities": [{"line_id": "9", "quantity": 1}]},
        {},
        422,
        "quantities[0].line_id",
        "unknown_line",
    ),
    "line named twice": (
        "modify",
        {"quantities": [{"line_id": "1", "quantity": 1}, {"line_id": "1", "quantity": 3}]},
        {},
        422,
        "quantities[1].line_id",
        "duplicate_line",
    ),
    "negative quantity": (
        "modify",
        {"quantities": [{"line_id": "1", "quantity": -1}]},
        {},
        422,
        "quantities[0].quantity",
        "greater_than_equal",
    ),
    "unknown line in the path": ("lines/9/cancel", {}, {}, 404, "line_id", "unknown_line"),
    "more than is open": (
        "lines/1/cancel",
        {"quantity": 3},
        {},
        409,
        "quantity",
        "line_not_open",
    ),
    "quantity 0": ("lines/1/cancel", {"quantity": 0}, {}, 422, "quantity", "greater_than_equal"),
    "control characters": (
        "cancel",
        {"reason": "a\x1bb"},
        {},
        422,
        "reason",
        "string_pattern_mismatch",
    ),
    "long words": ("cancel", {"reason": "x" * 501}, {}, 422, "reason", "string_too_long"),
    "payment of nothing": (
        "payments",
        {"amount_minor": 0},
        {},
        422,
        "amount_minor",
        "greater_than_equal",
    ),
    "unknown payment": ("payments/p/capture", {}, {}, 404, "payment_id", "unknown_payment"),
    "unknown shipment": (
        "shipments/s/scans",
        {"status": "delivered"},
        {},
        404,
        "shipment_id",
        "shipment_not_found",
    ),
}


@pytest.mark.parametrize(
    ("verb", "body", "headers", "status", "field", "rule"), CHANGES.values(), ids=CHANGES
)
def test_a_change_that_cannot_be_leaves_the_order_as_it_was(
    app: App,
    verb: str,
    body: object,
    headers: dict[str, str],
    status: int,
    field: str,
    rule: str,
) -> None:
    order_id = app.placed()
    before = list(app.world.commits())
    refused(app.post(f"/orders/{order_id}/{verb}", body, **headers), status, field, rule)
    assert app.world.commits() == before


def test_what_is_asked_of_an_order_that_is_not_there_is_not_found(app: App) -> None:
    for method, template in app.application.routes.known:
        if "{order_id}" not in template:
            continue
        path = template.replace("{", "").replace("}", "")
        body = _smallest(template)
        sent = event(method, path, body, {"idempotency-key": "k"})
        assert app.send(sent).status == 404, template
    assert app.world.commits() == []


def _smallest(template: str) -> str | None:
    if template.endswith("/scans"):
        return '{"status":"delivered"}'
    if template.endswith("/tracking"):
        return '{"carrier":"ups","tracking_number":"1Z999"}'
    return '{"lines":[{"line_id":"1","quantity":1}]}' if template.endswith("/split") else "{}"


@pytest.mark.parametrize("order_id", ["a b", "a\x00b", "a%00b", "é", "-a", "a" * 129])
def test_an_id_in_a_path_that_cannot_be_is_named(app: App, order_id: str) -> None:
    answer = app.get(f"/orders/{order_id}")
    assert answer.status == 422
    assert answer.json["errors"][0]["field"] == "order_id"


def test_no_value_of_the_callers_comes_back_in_a_problem(app: App) -> None:
    answer = app.post("/orders", order(customer_id="Ada Lovelace", currency="SECRET"))
    assert "Ada" not in answer.text
    assert "SECRET" not in answer.text
