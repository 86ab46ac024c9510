"""Writing one commit: a conditional put, or one transaction with its claims; what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from adapters.dynamodb.claiming import StoreTables, can_be_absent, holder
from adapters.dynamodb.errors import BrokenAnswerError, TransactionInProgressError
from adapters.dynamodb.items import Item
from domain.kernel.claims import AnyClaim, is_void_when_refused
from domain.kernel.ports import ClaimHeld, Contended

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIMS_MAX: Final = 99
"""A transaction has at most 100 actions (an AWS limit), and one of them is the commit."""
_NEW: Final = "attribute_not_exists(pk)"
_CONDITION_FAILED: Final = "ConditionalCheckFailed"
_CONFLICT: Final = "TransactionConflict"


@dataclass(frozen=True, slots=True)
class Written:
    """The item stands."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Another item stands where ours would, ours perhaps, whose answer was lost."""

    item: Item


Verdict = Written | Occupied | ClaimHeld | Contended


class CommitWriter:
    """Writes items of the event table, with claims where a decision has some."""

    def __init__(self, client: "DynamoDBClient", tables: StoreTables) -> None:
        """Take the client and the names of the tables."""
        self._client = client
        self._tables = tables

    def put(self, item: Item) -> Verdict:
        """Write a commit that claims nothing: one request, one unit a KB."""
        try:
            answer = self._client.put_item(
                TableName=self._tables.events,
                Item=item,
                ConditionExpression=_NEW,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ReturnConsumedCapacity="TOTAL",
            )
        except ClientError as error:
            return _judged(error, item)
        return _believed(answer, item)

    def put_with_claims(self, item: Item, claims: Sequence[AnyClaim]) -> Verdict:
        """Write a commit and its claims at once; a release of what somebody else holds is void.

        Raises TransactionInProgressError.
        """
        open_claims = list(claims)
        while True:
            verdict = self._transact(item, open_claims)
            if isinstance(verdict, ClaimHeld) and is_void_when_refused(verdict.claim):
                # Not ours to release. Only our own stream could have made it ours meanwhile, and
                # then the commit's own condition would fail: so it can be left out.
                open_claims.remove(verdict.claim)
                continue
            return verdict

    def _transact(self, item: Item, claims: Sequence[AnyClaim]) -> Verdict:
        put = {
            "TableName": self._tables.events,
            "Item": item,
            "ConditionExpression": _NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        actions: list[Any] = [{"Put": put}, *map(self._tables.action, claims)]
        try:
            # botocore adds a request token, which makes its own retries harmless for ten minutes.
            # Nothing here relies on it: what was written is known by its command id.
            answer = self._client.transact_write_items(
                TransactItems=actions, ReturnConsumedCapacity="TOTAL"
            )
        except ClientError as error:
            return _judged_transaction(error, item, claims)
        return _believed(answer, item)


def _believed(answer: Mapping[str, Any], item: Item) -> Written:
    if "ConsumedCapacity" not in answer:
        raise BrokenAnswerError(_what(item), "ConsumedCapacity")
    return Written()


def _judged(error: ClientError, item: Item) -> Verdict:
    """Tell conflict and contention from what is broken, which rises as it came."""
    match error.response["Error"]["Code"]:
        case "ConditionalCheckFailedException":
            return _occupied(error.response, item)
        case "TransactionConflictException":
            return Contended()
        case _:
            raise error


def _judged_transaction(error: ClientError, item: Item, claims: Sequence[AnyClaim]) -> Verdict:
    """Judge the commit's own reason first; only when it has none do the claims speak."""
    match error.response["Error"]["Code"]:
        case "TransactionCanceledException":
            commit, *others = _reasons(error.response, item, len(claims))
        case "TransactionInProgressException":
            raise TransactionInProgressError(_what(item)) from error
        case _:
            raise error
    if commit["Code"] == _CONDITION_FAILED:
        return _occupied(commit, item)
    if commit["Code"] == "None":
        for claim, reason in zip(claims, others, strict=True):
            if reason["Code"] == _CONDITION_FAILED:
                return ClaimHeld(claim, _holder(claim, reason, item))
    if {reason["Code"] for reason in (commit, *others)} <= {"None", _CONFLICT, _CONDITION_FAILED}:
        return Contended()
    raise error  # Throttled, or invalid: neither of them is a conflict.


def _reasons(response: Mapping[str, Any], item: Item, claims: int) -> list[dict[str, Any]]:
    reasons: list[dict[str, Any]] = response.get("CancellationReasons", [])
    if len(reasons) != claims + 1:
        raise BrokenAnswerError(_what(item), f"a reason for each of its {claims + 1} actions")
    return reasons


def _occupied(answer: Mapping[str, Any], item: Item) -> Occupied:
    if not answer.get("Item"):
        raise BrokenAnswerError(_what(item), "the item that was in the way")
    return Occupied(answer["Item"])


def _holder(claim: AnyClaim, reason: Mapping[str, Any], item: Item) -> str:
    if reason.get("Item"):
        return holder(claim, reason["Item"])
    if can_be_absent(claim):
        return ""
    raise BrokenAnswerError(_what(item), "the claim that was in the way")


def _what(item: Item) -> str:
    return f"the write of {item['pk']['S']} version {item['sk']['N']}"
