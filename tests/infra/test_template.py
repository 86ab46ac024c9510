import importlib
import os
from dataclasses import fields

import pytest

from handlers.local.environment import OUTPUT_OF, of_service
from handlers.local.stack import PARAMETERS
from handlers.settings import Settings
from tests.infra.rules import FUNCTION, RULES, Rule
from tests.infra.template import Template, findings, load, of_type, translated


@pytest.fixture(scope="module")
def template() -> Template:
    return load()


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
    deployed = template["Globals"]["Function"]["Environment"]["Variables"]
    read = {field.name.upper() for field in fields(Settings)}
    assert set(deployed) == read | {"LOG_LEVEL"}  # Read by handlers/logs.py itself.


def test_the_local_service_sets_what_the_template_sets(template: Template) -> None:
    deployed = template["Globals"]["Function"]["Environment"]["Variables"]
    outputs = dict.fromkeys(template["Outputs"], "a name")
    local = of_service(os.environ, "http://127.0.0.1:1", outputs)
    assert deployed.keys() <= local.keys()


def test_the_local_service_reads_outputs_that_exist(template: Template) -> None:
    assert set(OUTPUT_OF.values()) <= template["Outputs"].keys()


def test_the_local_service_gives_parameters_that_exist(template: Template) -> None:
    assert PARAMETERS.keys() | {"CodeBucket", "CodeKey"} <= template["Parameters"].keys()
