"""DynamoDB's client, which believes only what arrived whole."""

from binascii import crc32
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ChecksumError

from adapters.aws import CONFIG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Answer(Protocol):
    """What botocore hands to those who listen to its answers."""

    headers: Any
    content: bytes


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
