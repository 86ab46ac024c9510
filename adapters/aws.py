"""How AWS is asked: what is retried and how long is waited, set once and by hand."""

from typing import TYPE_CHECKING, Any, Final, Literal, overload

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

CONFIG: Final = Config(
    # By hand, because the default differs: `legacy` up to botocore 1.43, `standard` since 1.44.
    # `standard` has a retry quota, so that an outage is not answered with a storm.
    retries={"mode": "standard", "total_max_attempts": 3},
    # DynamoDB answers in milliseconds. Three attempts with these limits and their pauses end before
    # the API's function does (28 s), so that its caller hears of it; botocore's own 60 s would not.
    connect_timeout=1,
    read_timeout=5,
    # One Lambda has one thread; importer and local front have some tens.
    max_pool_connections=64,
    # A connection that lay idle while Lambda was frozen is found dead at once.
    tcp_keepalive=True,
    # botocore adds checksums of its own to uploads by default, which not every engine knows.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


@overload
def client(service: Literal["events"]) -> "EventBridgeClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["sesv2"]) -> "SESV2Client": ...
@overload
def client(service: Literal["sns"]) -> "SNSClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
@overload
def client(service: Literal["stepfunctions"]) -> "SFNClient": ...
def client(service: Literal["events", "s3", "sesv2", "sns", "sqs", "stepfunctions"]) -> Any:
    """Return a client of a service around the tables; region and address are the environment's."""
    return boto3.client(service, config=CONFIG)
