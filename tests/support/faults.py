"""Faults between a client and its engine, by the hooks that botocore has for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@contextmanager
def hooked(client: "DynamoDBClient", event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """Listen first, for the length of a `with`."""
    unique_id = uuid4().hex
    client.meta.events.register_first(event, handler, unique_id)
    try:
        yield
    finally:
        client.meta.events.unregister(event, unique_id=unique_id)


@contextmanager
def answer_lost_once(client: "DynamoDBClient", operation: str) -> Iterator[list[str]]:
    """Let the engine carry out one request, lose its answer, and have botocore send it again."""
    lost: list[str] = []

    def lose(**_: object) -> float | None:
        if lost:
            return None
        lost.append(operation)
        return 0.0  # "Needs a retry, after no seconds."

    with hooked(client, f"needs-retry.dynamodb.{operation}", lose):
        yield lost


@contextmanager
def answers_lost(client: "DynamoDBClient", operation: str) -> Iterator[None]:
    """Let the engine carry out requests and lose every answer."""

    def lose(**_: object) -> None:
        raise ConnectionClosedError(endpoint_url="the engine")

    with hooked(client, f"after-call.dynamodb.{operation}", lose):
        yield


@contextmanager
def answered(
    client: "DynamoDBClient",
    operation: str,
    body: bytes,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Iterator[list[str]]:
    """Answer requests without any engine; yield the addresses that were asked."""
    asked: list[str] = []

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        asked.append(request.url)
        return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers or {}), _Raw(body))

    with hooked(client, f"before-send.dynamodb.{operation}", answer):
        yield asked


class _Raw:
    """As much of a urllib3 response as botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body
