"""Who may do what, and who is told what: each rule returns what is wrong, in words."""

import re
from collections.abc import Iterator
from typing import Any

from handlers.local.gateway import OPEN_ROUTES
from tests.infra.template import (
    FUNCTION,
    PERMISSION,
    RULE,
    SUBSCRIPTION,
    Template,
    of_type,
    statements,
    target,
)

API = "apigateway.amazonaws.com"
# Which functions are told a secret, by the variable that they find it in.
SECRETS = {
    "GITHUB_WEBHOOK_SECRETS": {"WebhookFunction"},
    "GITHUB_TOKEN": {"ReportFunction", "CiSweepFunction"},
    "GITHUB_PRIVATE_KEY": {"ReportFunction", "CiSweepFunction"},
    "CI_LINK_SECRETS": {"ApiFunction", "ReportFunction", "MailFunction"},
}
SECRET_NAME = re.compile(r"(Token|PrivateKey|Secrets?)$")
# Everything in a bucket of ours, or in a folder of it; every execution of one state machine.
STARS = re.compile(
    r"\$\{\w+Bucket\.Arn\}/(\w+/)?\*|arn:\$\{AWS::Partition\}:states:[^*]+:execution:\$\{Machine\}:\*"
)


def policies_name_what_they_allow(template: Template) -> Iterator[str]:
    """No star but for what is in a bucket, or was started by a state machine, of ours."""
    for name, function in of_type(template, FUNCTION).items():
        for statement in statements(function):
            for word in (*_listed(statement["Action"]), *_listed(statement["Resource"])):
                if "*" in str(word) and not STARS.fullmatch(_substituted(word)):
                    yield f"{name}.{statement['Sid']} allows {word}"


def services_are_let_in_for_one_source(template: Template) -> Iterator[str]:
    """Else anybody's topic or rule could write into our queues (the confused deputy)."""
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "aws:SourceArn" not in statement.get("Condition", {}).get("ArnEquals", {}):
                yield f"{name}.{statement['Sid']} lets everybody in"
    for name, permission in of_type(template, PERMISSION).items():
        if "SourceArn" not in permission:
            yield f"{name} lets everybody in"


def whoever_delivers_is_let_in(template: Template) -> Iterator[str]:
    """Else what is sent goes nowhere, and only dead letters, if they are let in, tell of it."""
    admitted = _admitted(template)
    for who, where in _deliveries(template):
        if (who, where) not in admitted:
            yield f"{who} is not let into {where}"


def only_open_routes_need_no_caller(template: Template) -> Iterator[str]:
    """Health, signed webhooks, and links, which have a key; a route without a word is open."""
    for name, route in of_type(template, "AWS::ApiGatewayV2::Route").items():
        is_open = route.get("AuthorizationType", "NONE") == "NONE"
        if is_open != (route["RouteKey"] in OPEN_ROUTES):
            yield f"{name}: {route['RouteKey']} is {'open' if is_open else 'closed'}"


def open_routes_change_nothing_but_by_a_webhook(template: Template) -> Iterator[str]:
    """Whoever has a link may look, and no more."""
    for name, route in of_type(template, "AWS::ApiGatewayV2::Route").items():
        is_open = route.get("AuthorizationType", "NONE") == "NONE"
        method, _, path = route["RouteKey"].partition(" ")
        is_hook = _substituted(route["Target"]) == "integrations/${WebhookIntegration}"
        if is_open and method != "GET" and not is_hook:
            yield f"{name} lets everybody {method} {path}"


def secrets_cannot_be_read_off_the_stack(template: Template) -> Iterator[str]:
    """A parameter echoes unless it says otherwise, and a default stands in the template."""
    for name, parameter in template["Parameters"].items():
        if SECRET_NAME.search(name) and name not in _secrets(template):
            yield f"{name} can be read by everybody who can see the stack"
        if name in _secrets(template) and parameter.get("Default"):
            yield f"{name} has a default, which is no secret"


def secrets_stand_where_they_are_needed(template: Template) -> Iterator[str]:
    """In the functions that use them, as what they were given as, and nowhere else."""
    found: dict[str, set[str]] = {}
    for name, function in of_type(template, FUNCTION).items():
        for variable, value in function.get("Environment", {}).get("Variables", {}).items():
            found.setdefault(variable, set()).add(name)
            if target(value) not in _secrets(template):
                yield f"{name}.{variable} is no secret parameter"
    if found != SECRETS:
        yield f"secrets stand in {found}, and are needed in {SECRETS}"
    needed = sum(len(functions) for functions in SECRETS.values())
    # The template's own rules only compare what they are given, and say nothing of it.
    elsewhere = {part: node for part, node in template.items() if part != "Rules"}
    if (uses := sum(_uses(elsewhere, name) for name in _secrets(template))) != needed:
        yield f"secrets are used {uses} times, and {needed} times by functions"


def a_sweep_of_ci_leaves_to_the_queues_what_is_theirs(template: Template) -> Iterator[str]:
    """It sends their notices again; who may do no more is held up by nobody's mail or runner."""
    allowed = [
        (action, target(statement["Resource"]))
        for statement in statements(of_type(template, FUNCTION)["CiSweepFunction"])
        for action in _listed(statement["Action"])
    ]
    if ("sns:Publish", "CiNoticesTopic") not in allowed:
        yield "CiSweepFunction cannot send a notice again"
    for action, _ in allowed:
        if action.startswith("ses:") or action in ("s3:GetObject", "states:StartExecution"):
            yield f"CiSweepFunction may {action}, and has no need to"


def _secrets(template: Template) -> set[str]:
    parameters = template["Parameters"].items()
    return {name for name, one in parameters if one.get("NoEcho") is True}


def _deliveries(template: Template) -> Iterator[tuple[str, str]]:
    """Yield who sends where: topics and rules to targets and dead letters, the API to functions."""
    for subscription in of_type(template, SUBSCRIPTION).values():
        dead_letters = subscription["RedrivePolicy"]["deadLetterTargetArn"]
        for where in (subscription["Endpoint"], dead_letters):
            yield target(subscription["TopicArn"]), target(where)
    for name, rule in of_type(template, RULE).items():
        for one in rule["Targets"]:
            yield name, target(one["DeadLetterConfig"]["Arn"])
            if where := target(one["Arn"]):  # A log group is named, not pointed at.
                yield name, where
    for integration in of_type(template, "AWS::ApiGatewayV2::Integration").values():
        yield API, target(integration["IntegrationUri"])


def _admitted(template: Template) -> set[tuple[str, str]]:
    """Return who is let in where."""
    admitted = {
        (target(source), target(where))
        for policy in of_type(template, "AWS::SQS::QueuePolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        for source in _listed(statement["Condition"]["ArnEquals"]["aws:SourceArn"])
        for where in _listed(statement["Resource"])
        if where["Fn::GetAtt"][0] in {target(queue) for queue in policy["Queues"]}
    }
    return admitted | {
        (who, target(permission["FunctionName"]))
        for permission in of_type(template, PERMISSION).values()
        for who in (target(permission["SourceArn"]), permission["Principal"])
    }


def _substituted(word: Any) -> str:  # noqa: ANN401 - any node of a template.
    """Return the text of an Fn::Sub, with what it is given or without."""
    text = word.get("Fn::Sub", "") if isinstance(word, dict) else ""
    return str(text[0] if isinstance(text, list) else text)


def _uses(node: Any, name: str) -> int:  # noqa: ANN401 - any node of a template.
    """Count the places that a parameter's value goes to."""
    match node:
        case {"Ref": str(used)} if used == name:
            return 1
        case dict():
            return sum(_uses(value, name) for value in node.values())
        case list():
            return sum(_uses(value, name) for value in node)
        case str():
            return node.count(f"${{{name}}}")
        case _:
            return 0


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - any node of a template.
    return value if isinstance(value, list) else [value]
