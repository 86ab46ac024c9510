"""Answers on the wire: status, headers, and what the documentation says of both."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from domain.kernel.times import When
from domain.kernel.transition import Outcome
from handlers.api.refusals import NotModifiedError

A = TypeVar("A", bound=BaseModel)

JSON: Final = "application/json"


def respond(
    body: A,
    status: int = 200,
    *,
    outcome: Outcome = Outcome.APPLIED,
    version: int | None = None,
    location: str = "",
) -> Response[A]:
    """Return an answer; whether it is a repetition stands in a header, so that bodies are equal."""
    headers: dict[str, str | list[str]] = {}
    if version is not None:
        headers["ETag"] = f'"{version}"'
    if location:
        headers["Location"] = location
    if outcome is Outcome.REPLAYED:
        headers["Idempotent-Replay"] = "true"
    return Response(status, JSON, body, headers)


def unless_known(headers: Mapping[str, str], version: int) -> None:
    """Raise NotModifiedError if the caller's If-None-Match names this version."""
    etag = f'"{version}"'
    given = next((v for name, v in headers.items() if name.lower() == "if-none-match"), "")
    known = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if etag in known:
        raise NotModifiedError(etag)


def iso(when: When | None) -> str | None:
    """Write a time as ISO 8601 in UTC; None where nobody knows it."""
    if when is None or when.utc is None:
        return None
    return when.utc.isoformat().replace("+00:00", "Z")


def documented_text(kind: str) -> dict[int, Any]:
    """Describe the success of a route that answers with text of a kind."""
    content = {kind: {"schema": {"type": "string"}}}
    return {200: {"description": "As it stands now.", "content": content}}


def documented(model: type[BaseModel], status: int, description: str) -> dict[int, Any]:
    """Describe a route's success."""
    return {status: {"description": description, "content": {JSON: {"model": model}}}}
