"""The floor of an adapter: the very same AWS requests, sent by bare boto3 clients."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.model import OperationModel

Names = Mapping[str, str]
"""From our table, bus or topic to its twin that the bare client works on."""


class Client(Protocol):
    """As much as all boto3 clients have in common."""

    @property
    def meta(self) -> Any: ...  # noqa: ANN401  # botocore has no type for it.


@dataclass(frozen=True)
class Call:
    """One request, as the caller worded it."""

    service: str
    method: str
    params: dict[str, Any]


@dataclass
class Recorder:
    """Writes down what clients are asked to send."""

    calls: list[Call] = field(default_factory=list)

    def listen(self, *clients: Client) -> None:
        for client in clients:
            client.meta.events.register("provide-client-params.*.*", self._asked)

    def take(self, names: Names) -> list[Call]:
        """Return what was asked since the last time, addressed to the twins."""
        taken = [Call(one.service, one.method, renamed(one.params, names)) for one in self.calls]
        self.calls.clear()
        return taken

    def _asked(self, params: dict[str, Any], model: OperationModel, **_: object) -> None:
        # A copy: botocore adds a request token to the original, which the twin must not share.
        service = str(model.service_model.service_name)
        self.calls.append(Call(service, xform_name(str(model.name)), dict(params)))


def renamed(value: Any, names: Names) -> Any:  # noqa: ANN401  # Any request's parameters.
    """Return the value with every name replaced, keys included."""
    match value:
        case str():
            return names.get(value, value)
        case dict():
            return {names.get(key, key): renamed(one, names) for key, one in value.items()}
        case list():
            return [renamed(one, names) for one in value]
        case _:
            return value


def send(calls: list[Call], clients: Mapping[str, Any]) -> None:
    """Send requests by bare clients; each must succeed, as it did for us."""
    for call in calls:
        getattr(clients[call.service], call.method)(**call.params)


@dataclass
class Answers:
    """An engine's answers, kept to be given again by nobody: what is left is our own time."""

    kept: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    given: int = 0

    @contextmanager
    def kept_from(self, client: Client) -> Iterator[None]:
        """Keep every answer that a client gets."""
        with _listening(client, "before-parse.dynamodb.*", self._keep):
            yield

    @contextmanager
    def given_to(self, client: Client) -> Iterator[None]:
        """Answer a client from memory, from the first answer on."""
        self.given = 0
        with _listening(client, "before-send.dynamodb.*", self._give):
            yield

    def _keep(self, response_dict: dict[str, Any], **_: object) -> None:
        self.kept.append((dict(response_dict["headers"]), response_dict["body"]))

    def _give(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers, body = self.kept[self.given]
        self.given += 1
        return AWSResponse(request.url, 200, HTTPHeaders.from_dict(headers), _Raw(body))


@contextmanager
def _listening(client: Client, event: str, handler: object) -> Iterator[None]:
    client.meta.events.register(event, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(event, handler)


class _Raw:
    """As much of a urllib3 response as botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body
