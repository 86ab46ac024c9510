"""What every command brings along: its key, the version that it expects, its correlation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Header
from aws_lambda_powertools.event_handler.request import Request as HttpRequest
from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.decider import Command, Decider
from domain.kernel.ids import checked_id, derived_id
from domain.kernel.ports import EventStore
from domain.kernel.refused import Refused
from domain.kernel.transition import Request, Transitioned, transition
from handlers.api.edge import EdgeRefusal

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E")

KEY: Final = "Idempotency-Key"
CORRELATION: Final = "X-Correlation-Id"


class _Create(BaseModel):
    """The headers of a command that creates something."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(
        alias=KEY,
        pattern=r"^[\x20-\x7e]{1,255}$",
        description=(
            "Yours to choose, 1 to 255 printable ASCII characters. The same request with the same "
            "key happens once and is answered alike; the same key with another request is refused."
        ),
    )
    correlation_id: str | None = Field(
        None,
        alias=CORRELATION,
        max_length=128,
        description="Comes back in the answer and stands on every event that follows.",
    )


class _Change(_Create):
    """The headers of a command that changes something."""

    if_match: str | None = Field(
        None,
        alias="If-Match",
        pattern=r'^(\*|"[0-9]{1,9}")$',
        description=(
            "The ETag that you decided on; refused with 412 if the stream has moved on. For "
            "tracking, scans and cancellation of a shipment it is the shipment's, in CI what the "
            "path names, for all else the order's."
        ),
    )


CreateHeaders = Annotated[_Create, Header()]
ChangeHeaders = Annotated[_Change, Header()]


@dataclass(frozen=True, slots=True)
class Asking:
    """One caller's one command, recognisable when it comes again.

    `notes` are for the request's line in the log.
    """

    caller: str
    key: str
    correlation_id: str
    expected_version: int | None = None
    notes: dict[str, str | int] = field(default_factory=dict)

    @property
    def command_id(self) -> str:
        """The same for the same caller and key, whatever is asked."""
        return derived_id("command", self.caller, self.key)

    def new_id(self, kind: str, *within: str) -> str:
        """Derive the id of what the command creates."""
        return derived_id(kind, *within, self.caller, self.key)

    def carry_out(
        self,
        store: EventStore[S, E],
        decider: Decider[C, S, E],
        entity_id: str,
        command: C,
        *,
        creates: bool = False,
    ) -> Transitioned[S]:
        """Run a command against a stream, at most once in effect. Raises Refused."""
        self.notes.update(causation_id=self.command_id, stream=decider.fold.stream(entity_id))
        request = Request(
            entity_id=entity_id,
            command=command,
            command_id=self.command_id,
            correlation_id=self.correlation_id,
            causation_id=self.command_id,
            expected_version=self.expected_version,
            creates=creates,
        )
        done = transition(store, decider, request)
        self.notes.update(version=done.version, outcome=done.outcome.value)
        return done


def asking(http: HttpRequest, headers: _Create) -> Asking:
    """Read who asks, and under which key."""
    if_match = headers.if_match if isinstance(headers, _Change) else None
    version = re.sub(r"\D", "", if_match or "")
    return Asking(
        caller=http.context["caller"],
        key=headers.key,
        correlation_id=str(http.context["notes"]["correlation_id"]),
        expected_version=int(version) if version else None,
        notes=http.context["notes"],
    )


def correlation_of(event: Mapping[str, Any], caller: str) -> str:
    """Return the caller's correlation id, or one derived from its key, or the request's own.

    Raises Refused(CORRELATION_ID_INVALID).
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if given := headers.get(CORRELATION.lower()):
        try:
            return checked_id(given, CORRELATION)
        except Refused as error:
            raise Refused(EdgeRefusal.CORRELATION_ID_INVALID, CORRELATION) from error
    if key := headers.get(KEY.lower()):
        return derived_id("command", caller, key)
    return str(event["requestContext"].get("requestId", ""))
