"""The one place that makes boto3 clients: what is retried, how long is waited, what is believed."""

from binascii import crc32
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, overload

import boto3
from botocore.config import Config
from botocore.exceptions import ChecksumError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

CONFIG: Final = Config(
    # By hand, because the default differs: `legacy` up to botocore 1.43, `standard` since 1.44.
    # `standard` has a retry quota, so that an outage is not answered with a storm.
    retries={"mode": "standard", "total_max_attempts": 4},
    # DynamoDB answers in milliseconds. Four attempts with these limits end before the 30 s after
    # which an HTTP API gives up; botocore's own 60 s would not.
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


class Answer(Protocol):
    """What botocore hands to those who listen to its answers."""

    headers: Any
    content: bytes


@overload
def client(service: Literal["events"]) -> "EventBridgeClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["sns"]) -> "SNSClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
def client(service: Literal["events", "s3", "sns", "sqs"]) -> Any:
    """Return a client of a service around the tables; region and address are the environment's."""
    return boto3.client(service, config=CONFIG)


def dynamodb_client(endpoint_url: str | None = None, config: Config = CONFIG) -> "DynamoDBClient":
    """Return a DynamoDB client that never hands out an answer which did not arrive whole.

    In `standard` mode botocore retries an answer whose checksum is wrong, and when its attempts
    run out hands it out all the same: a truncated 200 would read as "no such order".
    """
    made = boto3.client("dynamodb", endpoint_url=endpoint_url, config=config)
    made.meta.events.register("after-call.dynamodb.*", _refuse_damaged)
    return made


def _refuse_damaged(http_response: Answer, **_: object) -> None:
    """Compare a body with the checksum that came with it. Raises botocore's ChecksumError."""
    expected = http_response.headers.get("x-amz-crc32")
    if expected is None:  # Not every engine sends one; the event store checks shapes as well.
        return
    actual = crc32(http_response.content)
    if actual != int(expected):
        raise ChecksumError(
            checksum_type="crc32", expected_checksum=expected, actual_checksum=str(actual)
        )
