"""Retrying a message sooner than its queue would, and later each time."""

from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_FIRST_S: Final = 2
_MOST_S: Final = 900


class Retries:
    """One queue's messages, by its ARN."""

    def __init__(self, client: "SQSClient", queue_arn: str) -> None:
        """Take the client and the queue's ARN."""
        self._client = client
        self._queue_name = queue_arn.rpartition(":")[2]

    @cached_property
    def _url(self) -> str:
        return self._client.get_queue_url(QueueName=self._queue_name)["QueueUrl"]

    def back_off(self, receipt_handle: str, received: int, least_s: int = 0) -> None:
        """Let a message come again after 2, 4, 8 ... seconds, by how often it was received.

        Not before `least_s`, where whoever was asked has said how long to leave it alone.
        """
        delay_s = max(min(_FIRST_S * 2 ** (received - 1), _MOST_S), least_s)
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=delay_s
        )
