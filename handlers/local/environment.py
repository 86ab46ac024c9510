"""The environment of processes that talk to the local AWS, and to no other."""

import os
import urllib.request
from collections.abc import Mapping

REGION = "us-east-1"
# Never over a proxy: the service is on this machine.
LOCAL_HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# What the deployed functions get from the template, from the stack's outputs of the same things ...
OUTPUT_OF = {
    "EVENTS_TABLE": "EventsTable",
    "VIEWS_TABLE": "ViewsTable",
    "CLAIMS_TABLE": "ClaimsTable",
    "EVENT_BUS": "EventBus",
    "NOTICES_TOPIC": "NoticesTopic",
    "OVERSIZE_BUCKET": "OversizeBucket",
    "CI_EVENTS_TABLE": "CiEventsTable",
    "BOARDS_TABLE": "BoardsTable",
    "CI_NOTICES_TOPIC": "CiNoticesTopic",
    "CI_BUCKET": "CiBucket",
}
# ... and from the parameters that it was deployed with.
PARAMETER_OF = {
    "STREAM_FAILURES": "StreamFailures",
    "PAYMENT_PROVIDER": "PaymentProvider",
    "CI_PAGE_URL": "CiPageUrl",
    "CI_LINK_SECRETS": "CiLinkSecrets",
    "CI_RUNNER": "CiRunner",
    "CI_STATE_MACHINE": "CiStateMachineArn",
    "CI_RUNS_FOLDER": "CiRunsFolder",
    "CI_SCRIPT": "CiScript",
    "CI_CHECKS": "CiChecks",
    "GITHUB_API_URL": "GitHubApiUrl",
    "GITHUB_TOKEN": "GitHubToken",
    "GITHUB_APP_ID": "GitHubAppId",
    "GITHUB_PRIVATE_KEY": "GitHubPrivateKey",
    "GITHUB_HOOK": "GitHubHook",
    "GITHUB_WEBHOOK_SECRETS": "GitHubWebhookSecrets",
    "CI_MAIL": "CiMail",
    "CI_MAIL_FROM": "CiMailFrom",
    "CI_MAIL_FOLDER": "CiMailFolder",
}


def bare(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without all that could lead to a real account or over a proxy."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith(("AWS_", "BOTO_")) and not name.upper().endswith("_PROXY")
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def of_service(
    environment: Mapping[str, str],
    endpoint: str,
    outputs: Mapping[str, str],
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """Return the environment in which our handlers reach the local service from this process.

    What is kept from this process, or unknown to an older service that still runs, is empty to it.
    """
    return (
        bare(environment)
        | {name: outputs.get(output, "") for name, output in OUTPUT_OF.items()}
        | {name: parameters.get(parameter, "") for name, parameter in PARAMETER_OF.items()}
        | {"AWS_ENDPOINT_URL": endpoint, "LOG_LEVEL": environment.get("LOG_LEVEL", "info")}
    )


def adopt(endpoint: str, outputs: Mapping[str, str], parameters: Mapping[str, str]) -> None:
    """Make this process one of the local service; call it before the first client is made."""
    wanted = of_service(os.environ, endpoint, outputs, parameters)
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)
