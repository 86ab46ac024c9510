"""What may come in and what goes out, in the words that all contexts share."""

from datetime import UTC, datetime
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic_core import PydanticCustomError

from domain.kernel.ids import ID_LENGTH_MAX
from domain.kernel.money import AMOUNT_MINOR_MAX
from domain.orders.decisions.guards import LINES_MAX, QUANTITY_MAX

_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9._:@~-]*$"

Id = Annotated[str, Field(max_length=ID_LENGTH_MAX, pattern=_ID)]
PathId = Annotated[str, Path(max_length=ID_LENGTH_MAX, pattern=_ID)]
LinkKey = Annotated[str, Path(max_length=64, description="The last part of a link to a page.")]
Minor = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MINOR_MAX)]
PositiveMinor = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MINOR_MAX)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=QUANTITY_MAX)]
QuantityOrNone = Annotated[int, Field(strict=True, ge=0, le=QUANTITY_MAX)]
Currency = Annotated[str, Field(max_length=16, description="ISO 4217, in capitals.")]
Words = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Cursor = Annotated[
    str | None, Query(max_length=1024, description="`next_cursor` of the page before.")
]


class Asked(BaseModel):
    """A part of a request: what it does not know, it refuses."""

    # Built when first used: a cold start pays for the route that it serves, not for all of them.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Answer(BaseModel):
    """A part of an answer; fields may be added, never taken away."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class Money(Asked):
    """An amount: 1999 EUR is 19.99 euro, 1999 JPY is 1999 yen."""

    amount_minor: Annotated[int, Field(strict=True)] = Field(
        description="Counts the currency's smallest unit (ISO 4217).", examples=[1999]
    )
    currency: Currency = Field(examples=["EUR"])


class Units(Asked):
    """Some units of one line of the order."""

    line_id: Id
    quantity: Quantity


UnitsList = Annotated[list[Units], Field(max_length=LINES_MAX)]


class ProblemError(Answer):
    """One field, and the rule that it broke."""

    field: str
    rule: str
    message: str


class ProblemAnswer(Answer):
    """A problem (RFC 9457); `code` is stable, the words are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError]
    retryable: bool
    facts: dict[str, str | int] = Field(default_factory=dict)


def _text(value: object) -> object:
    """Numbers are no times: nobody knows whether they count seconds or milliseconds."""
    if not isinstance(value, str):
        kind, message = "datetime_type", "Input should be a time in ISO 8601 with an offset"
        raise PydanticCustomError(kind, message)
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        kind, message = "datetime_range", "Input should be a time that UTC has too"
        raise PydanticCustomError(kind, message) from error


Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_utc)]
