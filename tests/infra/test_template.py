import importlib
import inspect
import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from handlers import settings
from handlers.local.ci import prepared
from handlers.local.environment import OUTPUT_OF, PARAMETER_OF, of_service
from handlers.local.gateway import OPEN_ROUTES
from handlers.local.stack import PARAMETERS
from tests.infra.access_rules import SECRETS
from tests.infra.rules import RULES
from tests.infra.template import (
    FUNCTION,
    Rule,
    Template,
    findings,
    load,
    of_type,
    target,
    translated,
)
from tests.support.apps import App


@pytest.fixture(scope="module")
def template() -> Template:
    return load()


@pytest.fixture
def parameters(tmp_path: Path) -> dict[str, str]:
    """Return what a service on this machine is deployed with."""
    return PARAMETERS | prepared(tmp_path).parameters("http://127.0.0.1:1", "http://127.0.0.1:2")


def told(template: Template) -> dict[str, Any]:
    """Return what functions are told, by variable: all of them, or those that need it."""
    variables: dict[str, Any] = dict(template["Globals"]["Function"]["Environment"]["Variables"])
    for function in of_type(template, FUNCTION).values():
        variables |= function.get("Environment", {}).get("Variables", {})
    return variables


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_every_rule(rule: Rule, template: Template) -> None:
    assert list(rule(template)) == []


def test_cfn_lint_has_nothing_to_say_about_the_source(template: Template) -> None:
    assert findings(template) == []


def test_cfn_lint_has_nothing_to_say_about_what_cloudformation_gets(
    template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert findings(translated(template)) == []


@pytest.mark.parametrize("name", sorted(of_type(load(), FUNCTION)))
def test_every_handler_can_be_imported(name: str, template: Template) -> None:
    module, function = of_type(template, FUNCTION)[name]["Handler"].rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))


def test_functions_get_exactly_the_settings_that_they_read(template: Template) -> None:
    kinds = [one for _, one in inspect.getmembers(settings, is_dataclass)]
    read = {field.name.upper() for kind in kinds for field in fields(kind)}
    everywhere = template["Globals"]["Function"]["Environment"]["Variables"]
    assert set(told(template)) == read | {"LOG_LEVEL"}  # Read by handlers/logs.py itself.
    assert set(everywhere) == set(told(template)) - set(SECRETS)


def test_the_local_service_sets_what_the_template_sets(
    template: Template, parameters: dict[str, str]
) -> None:
    outputs = dict.fromkeys(template["Outputs"], "a name")
    local = of_service(os.environ, "http://127.0.0.1:1", outputs, parameters)
    assert told(template).keys() <= local.keys()


@pytest.mark.parametrize("variable", sorted(set(told(load())) - {"LOG_LEVEL"}))
def test_the_local_service_takes_a_variable_from_where_the_template_does(
    variable: str, template: Template
) -> None:
    value = told(template)[variable]
    if target(value) in template["Parameters"]:
        assert PARAMETER_OF[variable] == target(value)
    else:
        assert template["Outputs"][OUTPUT_OF[variable]]["Value"] == value


def test_the_local_service_gives_parameters_that_exist_and_all_that_it_reads_itself(
    template: Template, parameters: dict[str, str]
) -> None:
    assert parameters.keys() | {"CodeBucket", "CodeKey"} <= template["Parameters"].keys()
    assert set(PARAMETER_OF.values()) <= parameters.keys()


def test_what_needs_no_caller_is_health_a_signed_webhook_and_what_a_key_opens(
    template: Template,
) -> None:
    routes = of_type(template, "AWS::ApiGatewayV2::Route").values()
    is_open = {one["RouteKey"] for one in routes if one["AuthorizationType"] == "NONE"}
    assert is_open == {
        "GET /health",
        "POST /webhooks/github",
        "GET /ci/jobs/{job_id}/page/{key}",
        "GET /ci/jobs/{job_id}/log/{key}",
        "GET /ci/customers/{customer_id}/page/{key}",
    }
    app = App()
    app.get("/openapi.json")  # With it, CI's routes are there.
    by_key = {f"GET {path}" for path in app.application.routes.opening}
    assert by_key == {route for route in is_open if "{key}" in route}


def test_the_local_front_has_the_routes_of_the_template(template: Template) -> None:
    routes = {one["RouteKey"] for one in of_type(template, "AWS::ApiGatewayV2::Route").values()}
    assert routes == OPEN_ROUTES | {"$default"}
