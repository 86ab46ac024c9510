"""Every function does its work with what its role allows: the embedded AWS enforces it here."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from handlers.local.ci import prepared
from handlers.local.environment import of_service
from handlers.local.folder import opened
from handlers.local.gateway import Request, as_event
from handlers.local.running import Running
from tests.stack.serving import soon, up, wait_until_all_has_arrived
from tests.support.github_bodies import PUSH
from tests.support.repository import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

ORDER = {
    "customer_id": "c-1",
    "currency": "EUR",
    "lines": [{"sku": "A-1", "quantity": 2, "unit_price_minor": 1999}],
    "shipping_minor": 500,
}


class Account:
    """The embedded AWS of a running service, asked with all rights."""

    def __init__(self, service: Running) -> None:
        self.service = service
        found = of_service({}, service.endpoint, service.outputs, service.parameters)
        self.session = boto3.Session(
            found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1"
        )

    def client(self, name: Any) -> Any:  # noqa: ANN401  # boto3 has a type a name.
        return self.session.client(name, endpoint_url=self.service.endpoint)

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Call a function as it is deployed, in its own role; it must not fail."""
        answer = self.client("lambda").invoke(
            FunctionName=self.service.outputs[function], Payload=json.dumps(event).encode()
        )
        said: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return said

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:  # noqa: ANN401  # JSON, or text.
        """Ask over the deployed functions, as the HTTP API does, and be answered well."""
        named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        event = as_event(Request(method, path, "", named, body))
        is_webhook = path.startswith("/webhooks/")
        said = self.call("WebhookFunction" if is_webhook else "ApiFunction", event)
        assert said["statusCode"] // 100 == 2, said
        text = said["body"]
        text = base64.b64decode(text).decode() if said.get("isBase64Encoded") else text
        return text if path.endswith(("/log", "/page")) else json.loads(text)

    def denials(self) -> list[str]:
        """Return every line in the functions' logs that tells of a permission that lacks."""
        logs, found = self.client("logs"), []
        for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[]"):
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            found += [
                one["message"]
                for one in pages.search("events[]")
                if "not authorized" in one["message"] or "AccessDenied" in one["message"]
            ]
        return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the checkout with a template that suits this engine.

    AWS asks for sns:Publish where a batch is published; the engine for an action that AWS has not.
    """
    root = tmp_path_factory.mktemp("root")
    for package in ("adapters", "domain", "handlers"):
        (root / package).symlink_to(ROOT / package)
    (root / "infra").mkdir()
    template = (ROOT / "infra/template.yaml").read_text()
    changed = template.replace("Action: sns:Publish\n", "Action: [sns:Publish, sns:PublishBatch]\n")
    (root / "infra/template.yaml").write_text(changed)
    return root


@pytest.fixture(scope="module")
def account(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    state = tmp_path_factory.mktemp("permissions") / "state"
    with opened(state) as folder:
        prepared(folder.path).script.write_text("#!/bin/sh\necho said\nexit 3\n")
    with up(state, root, AUTH="true") as service:
        yield Account(service)


def push(account: Account) -> str:
    """Have a commit built; return the job's id."""
    sha = hashlib.sha1(uuid4().bytes, usedforsecurity=False).hexdigest()
    body = json.dumps(PUSH | {"after": sha}).encode()
    secret = Path(account.service.secret_file).read_text().strip()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x_github_event": "push", "x_hub_signature_256": f"sha256={signature}"}
    said = account.ask("POST", "/webhooks/github", body, **headers)
    job_id: str = said["job_id"]
    return job_id


def owe_again(account: Account, job_id: str) -> Callable[[], Any]:
    """Have a job's second end owe all again, as if nobody had been woken; return how to look."""
    boards = account.client("dynamodb")
    key = {"pk": {"S": f"owed#{job_id}"}, "sk": {"S": "2"}}
    debts = {f":{name}": {"N": "1"} for name in ("bus", "status", "mail")}
    table = account.service.outputs["BoardsTable"]
    boards.put_item(TableName=table, Item={**key, "o": {"S": job_id}, **debts})
    return partial(boards.get_item, TableName=table, Key=key, ConsistentRead=True)


def test_the_engine_lets_nobody_in_without_a_permission(account: Account) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    nobody = boto3.client(
        "dynamodb",
        endpoint_url=account.service.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="not authorized"):
        nobody.scan(TableName=account.service.outputs["BoardsTable"])


def test_an_order_goes_its_way_and_nothing_is_denied(account: Account) -> None:
    headers = {"content_type": "application/json", "idempotency_key": "k-1"}
    placed = account.ask("POST", "/orders", json.dumps(ORDER).encode(), **headers)
    wait_until_all_has_arrived(account.service)
    known = account.ask("GET", f"/orders/{placed['order_id']}")
    assert known["status"] == "confirmed"
    assert account.call("SweepFunction", {"grace_s": 0})["failed"] == 0
    assert account.denials() == []


def test_a_job_goes_its_way_and_nothing_is_denied(account: Account) -> None:
    job_id = push(account)

    def end() -> bool:
        said = account.ask("GET", f"/ci/jobs/{job_id}")
        return bool(said["status"] == "failed")

    assert soon(end, "the end of the job")
    wait_until_all_has_arrived(account.service)
    assert account.ask("GET", f"/ci/jobs/{job_id}/log") == "said\n"
    mail = Path(account.service.parameters["CiMailFolder"])
    assert [one.name for one in mail.iterdir()] == [f"{job_id}-1.eml"]
    headers = {"content_type": "application/json", "idempotency_key": "k-2"}
    account.ask("POST", f"/ci/jobs/{job_id}/retry", b"{}", **headers)
    assert soon((mail / f"{job_id}-2.eml").exists, "the mail about the second end")
    wait_until_all_has_arrived(account.service)
    debts = owe_again(account, job_id)
    swept = account.call("CiSweepFunction", {})
    assert (swept["customers"], swept["trouble"], swept["left"]) == (1, [], 0)
    assert soon(lambda: "Item" not in debts(), "what the sweep has woken others to do")
    assert account.denials() == []
