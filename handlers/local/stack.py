"""The template that is deployed everywhere, put on the embedded AWS."""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from handlers.local.environment import REGION
from handlers.local.package import ROOT, build, key
from handlers.local.refusal import CannotRun

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef
    from mypy_boto3_lambda import LambdaClient

STACK = "waybill"
CODE_BUCKET = "waybill-code"
TEMPLATE_KEY = "template.yaml"
PARAMETERS = {
    # The embedded AWS does not read what a stream handler reports; an error it retries.
    "StreamFailures": "raise",
    # Each batch in work is a process of its own.
    "QueueConcurrency": "few",
    # It makes no archives from a template.
    "ArchiveDays": "0",
    "PaymentProvider": "sandbox",
}
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
DEPLOY_S = 120
# States from which CloudFormation allows nothing but deletion: nothing was ever written there.
NEVER_LIVED = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


class Stack:
    """Our stack on one endpoint."""

    def __init__(self, endpoint: str) -> None:
        session = boto3.Session("local", "local", region_name=REGION)
        # Sent twice, a deployment that took long to answer would be refused as already running.
        config = Config(read_timeout=120, retries={"total_max_attempts": 1})
        self._cloudformation: CloudFormationClient = session.client(
            "cloudformation", endpoint_url=endpoint, config=config
        )
        self._lambda: LambdaClient = session.client("lambda", endpoint_url=endpoint, config=config)
        self._s3 = session.client("s3", endpoint_url=endpoint, config=config)

    def deploy(self, parameters: Mapping[str, str], root: Path = ROOT) -> bool:
        """Bring template, parameters and code up to date; tell whether there was anything to do.

        Raises CannotRun, with the first resource that failed and why.
        """
        template = (root / "infra/template.yaml").read_text(encoding="utf-8")
        code = key(root)
        given = {**parameters, "CodeBucket": CODE_BUCKET, "CodeKey": code}
        wanted = hashlib.sha256(json.dumps([template, given]).encode()).hexdigest()
        there = self._there()
        if there and there["StackStatus"] in NEVER_LIVED:
            self._delete()
            there = None
        if there and {"Key": "deployed", "Value": wanted} in there.get("Tags", []):
            return False
        # The bucket may outlive the stack: objects are on disk at once, all else only in the end.
        with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket=CODE_BUCKET)
        self._s3.put_object(Bucket=CODE_BUCKET, Key=code, Body=build(root))
        # CloudFormation takes no more than 51,200 bytes in the request itself.
        self._s3.put_object(Bucket=CODE_BUCKET, Key=TEMPLATE_KEY, Body=template.encode())
        self._change(given, wanted, is_new=there is None)
        return True

    def outputs(self) -> dict[str, str]:
        """Return what the stack says about itself: names of tables, queues, functions."""
        there = self._there()
        return {o["OutputKey"]: o["OutputValue"] for o in there["Outputs"]} if there else {}

    def renew_stream_mappings(self) -> None:
        """Let the readers begin at the beginning of the stream.

        The embedded AWS forgets its streams when it stops but keeps how far each mapping had read,
        and would pass over as many new records in silence. Every mapping is made anew. The stack
        does not know those: when it is updated it makes a second one for the same reader, and only
        that newest one is followed.
        """
        made = set()
        mappings = self._lambda.list_event_source_mappings()["EventSourceMappings"]
        for mapping in sorted(mappings, key=lambda one: one["LastModified"], reverse=True):
            if "/stream/" not in mapping["EventSourceArn"]:
                continue
            self._lambda.delete_event_source_mapping(UUID=mapping["UUID"])
            reader = (mapping["EventSourceArn"], mapping["FunctionArn"])
            if reader not in made:
                made.add(reader)
                self._lambda.create_event_source_mapping(**_as_created(mapping))

    def wake_sweeper(self, function: str) -> None:
        """Start the sweeper on everything: after an abrupt end nobody is still on the way."""
        self._lambda.invoke(
            FunctionName=function, InvocationType="Event", Payload=b'{"grace_s": 0}'
        )

    def _there(self) -> "StackTypeDef | None":
        try:
            return self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _change(self, parameters: Mapping[str, str], wanted: str, *, is_new: bool) -> None:
        cloudformation = self._cloudformation
        act = cloudformation.create_stack if is_new else cloudformation.update_stack
        given = parameters.items()
        try:
            act(
                StackName=STACK,
                TemplateURL=f"{self._s3.meta.endpoint_url}/{CODE_BUCKET}/{TEMPLATE_KEY}",
                Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given],
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
                Tags=[{"Key": "deployed", "Value": wanted}],
            )
        except ClientError as error:
            reason = error.response["Error"].get("Message", str(error))
            raise CannotRun("infra/template.yaml was not accepted.", reason, 1) from error
        if self._settled() not in DONE:
            raise CannotRun("infra/template.yaml was not deployed.", self._why(), 1)

    def _why(self) -> str:
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [e for e in events if e.get("ResourceStatus", "").endswith("FAILED")]
        first = failed[-1] if failed else events[0]
        return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason')}"

    def _delete(self) -> None:
        self._cloudformation.delete_stack(StackName=STACK)
        self._settled()

    def _settled(self) -> str | None:
        """Wait for the end of what is going on; return the state, None for a stack that is gone."""
        until = time.monotonic() + DEPLOY_S
        while time.monotonic() < until:
            there = self._there()
            if there is None or not there["StackStatus"].endswith("IN_PROGRESS"):
                return there["StackStatus"] if there else None
            time.sleep(0.1)
        raise CannotRun(f"The stack was not ready after {DEPLOY_S} s.", self._why(), 1)


def _as_created(mapping: Mapping[str, Any]) -> dict[str, Any]:
    kept = (
        "EventSourceArn",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FilterCriteria",
        "BisectBatchOnFunctionError",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "ParallelizationFactor",
        "FunctionResponseTypes",
        "DestinationConfig",
    )
    return {name: mapping[name] for name in kept if name in mapping} | {
        "FunctionName": mapping["FunctionArn"],
        "StartingPosition": "TRIM_HORIZON",
    }
