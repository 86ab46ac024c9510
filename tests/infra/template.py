"""infra/template.yaml as data: read, translated as SAM does, and linted."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from samtranslator.translator.transform import transform

PATH = Path(__file__).parents[2] / "infra/template.yaml"
REGION = "eu-central-1"

FUNCTION = "AWS::Serverless::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
PERMISSION = "AWS::Lambda::Permission"
QUEUE = "AWS::SQS::Queue"
RULE = "AWS::Events::Rule"
SUBSCRIPTION = "AWS::SNS::Subscription"
TABLE = "AWS::DynamoDB::Table"

Template = dict[str, Any]
Rule = Callable[[Template], Iterator[str]]
"""Says what is wrong with a template, in words."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, read as the long ones."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Template:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def load() -> Template:
    """Read the template."""
    loaded: Template = yaml.load(PATH.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader.
    return loaded


def translated(template: Template) -> Template:
    """Return what CloudFormation gets once SAM has expanded its resources."""

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    result: Template = transform(copy.deepcopy(template), {}, NoManagedPolicies())
    return result


def findings(template: Template) -> list[str]:
    """Return what cfn-lint has to say about it."""
    matches = lint(json.dumps(template), config=ManualArgs(regions=[REGION]))
    return [f"{match.rule.id} {match.path_string}: {match.message}" for match in matches]


def of_type(template: Template, kind: str) -> dict[str, Template]:
    """Return the properties of each resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def rules_in(module: Mapping[str, Any]) -> list[Rule]:
    """Return the public functions that a module defines itself."""
    return [
        value
        for name, value in module.items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module["__name__"]
    ]


def statements(function: Template) -> list[Template]:
    """Return what a function is allowed, whatever the conditions."""
    listed = [one for policy in function["Policies"] for one in policy["Statement"]]
    both = [one["Fn::If"][1:] if "Fn::If" in one else [one] for one in listed]
    return [one for ways in both for one in ways if "Sid" in one]


def target(value: Any) -> str:  # noqa: ANN401 - any node of a template.
    """Return the logical id that a Ref or GetAtt points at; empty for anything else.

    Of an If it is what is pointed at when its condition holds.
    """
    match value:
        case {"Fn::If": [_, then, _]}:
            return target(then)
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case _:
            return ""
