"""What a stack may be deployed with: the template's own rules, and its parameters' patterns."""

import re
from pathlib import Path
from typing import Any

import pytest

from handlers.local.ci import prepared
from handlers.local.stack import PARAMETERS
from tests.infra.template import Template, load

TEMPLATE = load()
IN_USE = {
    "GitHubWebhookSecrets": "s",
    "GitHubToken": "t",
    "CiStateMachineArn": "arn:aws:states:eu-central-1:000000000000:stateMachine:ci",
}
APP = {"GitHubToken": "", "GitHubAppId": "7", "GitHubPrivateKey": "k"}


def broken(**given: str) -> set[str]:
    """Return the rules that these parameters break; all others have their defaults."""
    known = {name: str(one.get("Default", "")) for name, one in TEMPLATE["Parameters"].items()}
    known |= given
    return {
        name
        for name, rule in TEMPLATE["Rules"].items()
        if holds(rule["RuleCondition"], known)
        and not all(holds(one["Assert"], known) for one in rule["Assertions"])
    }


def holds(node: Template, known: dict[str, str]) -> bool:
    """Say what CloudFormation says of a condition."""
    ((function, of),) = node.items()
    match function:
        case "Fn::And":
            return all(holds(one, known) for one in of)
        case "Fn::Or":
            return any(holds(one, known) for one in of)
        case "Fn::Not":
            return not holds(of[0], known)
        case "Fn::Equals":
            return _value(of[0], known) == _value(of[1], known)
        case _:
            raise NotImplementedError(function)


def _value(node: Any, known: dict[str, str]) -> str:  # noqa: ANN401 - a text or a Ref.
    return known[node["Ref"]] if isinstance(node, dict) else str(node)


@pytest.mark.parametrize(
    "given",
    [
        {},
        IN_USE,
        IN_USE | {"CiChecks": "none", "GitHubToken": ""},
        IN_USE | {"GitHubHook": "octo/shop:1"},
        IN_USE | APP,
        IN_USE | APP | {"CiChecks": "check_run"},
        IN_USE | {"CiMail": "ses", "CiMailFrom": "ci@example.com"},
    ],
)
def test_what_can_work_is_taken(given: dict[str, str]) -> None:
    assert broken(**given) == set()


def test_a_service_on_this_machine_keeps_every_rule(tmp_path: Path) -> None:
    given = prepared(tmp_path).parameters("http://127.0.0.1:1", "http://127.0.0.1:2")
    assert broken(**PARAMETERS, **given) == set()
    for parameter in ("CiPageUrl", "CiLinkSecrets"):
        assert re.fullmatch(pattern(parameter), given[parameter])


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"CiStateMachineArn": ""}, "RunsHaveAStateMachine"),
        ({"CiRunner": "local", "CiScript": "/ci.sh"}, "RunsHaveAFolderAndAScript"),
        ({"CiRunner": "local", "CiRunsFolder": "/runs"}, "RunsHaveAFolderAndAScript"),
        ({"GitHubToken": ""}, "StatusesHaveAnAuthor"),
        ({"CiChecks": "check_run"}, "CheckRunsHaveAnApp"),
        ({"GitHubAppId": "7"}, "AppsHaveAKey"),
        ({"GitHubHook": "octo/shop:1", **APP}, "HooksHaveAToken"),
        ({"CiMail": "ses"}, "MailHasASender"),
        ({"CiMail": "folder"}, "MailHasAFolder"),
    ],
)
def test_what_can_never_work_is_refused(given: dict[str, str], rule: str) -> None:
    assert broken(**IN_USE | given) == {rule}


@pytest.mark.parametrize("rule", TEMPLATE["Rules"])
def test_a_refusal_says_what_to_set(rule: str) -> None:
    for one in TEMPLATE["Rules"][rule]["Assertions"]:
        said = one["AssertDescription"]
        named = {name for name in TEMPLATE["Parameters"] if re.search(rf"\bset {name}\b", said)}
        assert named, said


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8080", "https://ci.example.com/waybill/"])
def test_a_page_url_is_one_that_github_links_to_or_none(url: str) -> None:
    assert re.fullmatch(pattern("CiPageUrl"), url)


@pytest.mark.parametrize(
    "url", ["ci.example.com", "ftp://ci.example.com", "https://", "https://x?a=1", "https://x y"]
)
def test_a_page_url_that_github_does_not_take_is_refused(url: str) -> None:
    assert not re.fullmatch(pattern("CiPageUrl"), url)


@pytest.mark.parametrize("secrets", ["", "s" * 32, f"{'new' * 11}  {'old' * 11}"])
def test_secrets_of_links_are_none_or_long(secrets: str) -> None:
    assert re.fullmatch(pattern("CiLinkSecrets"), secrets)


@pytest.mark.parametrize("secrets", [" ", "s" * 31, f"{'new' * 11} old"])
def test_a_secret_of_links_that_can_be_guessed_is_refused(secrets: str) -> None:
    assert not re.fullmatch(pattern("CiLinkSecrets"), secrets)


@pytest.mark.parametrize("hooks", ["", "octo/shop:12345678", "octo/shop:1  octo/a.b-c_2:2"])
def test_a_hook_is_named_by_its_repository_and_its_number(hooks: str) -> None:
    assert re.fullmatch(pattern("GitHubHook"), hooks)


@pytest.mark.parametrize("hooks", ["octo/shop", "shop:1", "octo/shop:0", "octo/shop:1,octo/a:2"])
def test_what_names_no_hook_is_refused(hooks: str) -> None:
    assert not re.fullmatch(pattern("GitHubHook"), hooks)


def pattern(parameter: str) -> str:
    return str(TEMPLATE["Parameters"][parameter]["AllowedPattern"])
