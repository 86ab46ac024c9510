import importlib
import pkgutil
from enum import StrEnum
from typing import Any

import pytest

import domain
from domain.ci.hooks import Reason
from domain.ci.intake import Became
from handlers.api.edge import EdgeRefusal
from handlers.api.problems import PROBLEMS
from handlers.api.refusals import problem
from tests.support.apps import App, event


def spec(app: App) -> dict[str, Any]:
    answer = app.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    described: dict[str, Any] = answer.json
    return described


def test_openapi_has_every_route_and_no_other(app: App) -> None:
    described = {
        (method.upper(), path) for path, methods in spec(app)["paths"].items() for method in methods
    }
    pages = {("GET", "/openapi.json"), ("GET", "/docs")}
    routes = app.application.routes
    assert described == {*routes.known, *routes.others} - pages


def test_every_outcome_and_reason_of_a_webhook_is_explained(app: App) -> None:
    operation = spec(app)["paths"]["/webhooks/github"]["post"]
    for code in (*Became, *Reason):
        assert f"- `{code.value}`: " in operation["description"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    assert set(answer["outcome"]["enum"]) == set(Became)
    assert set(answer["reason"]["enum"]) == set(Reason)
    assert {"401", "413", "503"} <= set(operation["responses"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_the_webhook_has_no_other_method(app: App, method: str) -> None:
    answer = app.send(event(method, "/webhooks/github"))
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    assert answer.json["code"] == "method_not_allowed"


def test_every_route_has_a_name_words_a_tag_and_its_problems(app: App) -> None:
    for path, methods in spec(app)["paths"].items():
        if path == "/webhooks/github":
            continue  # GitHub's words, not ours: it sends no key.
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["description"], path
            assert len(operation["tags"]) == 1, path
            problems = {code for code in operation["responses"] if code >= "400"}
            assert {"404", "422", "500", "503"} <= problems
            for code in problems:
                assert list(operation["responses"][code]["content"]) == [
                    "application/problem+json"
                ], (path, code)
            # What a runner says needs no key: it names the attempt that it speaks of.
            if method == "post" and "/attempts/" not in path:
                names = {one["name"]: one["required"] for one in operation["parameters"]}
                assert names["Idempotency-Key"] is True


def test_operation_ids_are_distinct(app: App) -> None:
    ids = [one["operationId"] for path in spec(app)["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_in_openapi_leads_somewhere(app: App) -> None:
    described = spec(app)
    text = app.get("/openapi.json").text
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(described["components"]["schemas"])


def test_the_page_carries_all_it_needs(app: App) -> None:
    page = app.get("/docs")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert 'src="http' not in page.text
    assert "/orders/{order_id}/payments/{payment_id}/capture" in page.text
    assert "/ci/jobs/{job_id}/cancel" in page.text
    assert len(page.text) < 6 * 1024 * 1024  # Lambda's limit for an answer.


def every_refusal() -> set[StrEnum]:
    """Find every closed list of refusals, wherever the domain has one."""
    found: set[StrEnum] = set(EdgeRefusal)
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if name.endswith("Refusal") and isinstance(kind, type) and issubclass(kind, StrEnum):
                found |= set(kind)
    return found


def test_every_refusal_of_every_context_has_a_status_a_title_and_advice() -> None:
    assert set(PROBLEMS) == every_refusal()
    for reason, row in PROBLEMS.items():
        assert 400 <= row.status <= 503, reason
        assert row.title, reason
        assert row.advice.endswith("."), reason


def test_codes_are_distinct_words() -> None:
    codes = [reason.value for reason in PROBLEMS]
    assert len(codes) == len(set(codes))
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_what_is_worth_sending_again_says_so_and_when() -> None:
    for reason, row in PROBLEMS.items():
        facts: dict[str, str | int] = {"version": 1, "allow": "GET"}
        answer = problem(reason, "", facts)
        assert ("Retry-After" in answer.headers) == (row.status == 503), reason


def test_a_problems_type_leads_to_its_words(app: App) -> None:
    answer = app.get(app.get("/orders/nope").json["type"])
    assert (answer.status, answer.json["code"]) == (200, "order_not_found")
    assert app.get("/problems/none").json["code"] == "problem_not_found"
