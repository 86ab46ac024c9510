"""Writing one commit: a conditional put, or one transaction with its claims; what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from adapters.dynamodb.errors import BrokenAnswerError, TransactionInProgressError
from adapters.dynamodb.items import Item
from domain.kernel.claims import Claim, ClaimAction
from domain.kernel.ports import ClaimHeld, Contended

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIMS_MAX: Final = 99
"""A transaction has at most 100 actions (an AWS limit), and one of them is the commit."""
_NEW: Final = "attribute_not_exists(pk)"
_FREE_OR_OURS: Final = "attribute_not_exists(pk) OR o = :owner"
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

    def __init__(self, client: "DynamoDBClient", events_table: str, claims_table: str) -> None:
        """Take the client and the names of both tables."""
        self._client = client
        self._events_table = events_table
        self._claims_table = claims_table

    def put(self, item: Item) -> Verdict:
        """Write a commit that claims nothing: one request, one unit a KB."""
        try:
            answer = self._client.put_item(
                TableName=self._events_table,
                Item=item,
                ConditionExpression=_NEW,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ReturnConsumedCapacity="TOTAL",
            )
        except ClientError as error:
            return _judged(error, item)
        return _believed(answer, item)

    def put_with_claims(self, item: Item, claims: Sequence[Claim]) -> Verdict:
        """Write a commit and its claims at once; a release of what somebody else holds is void.

        Raises TransactionInProgressError.
        """
        open_claims = list(claims)
        while True:
            verdict = self._transact(item, open_claims)
            if isinstance(verdict, ClaimHeld) and verdict.claim.action is ClaimAction.RELEASE:
                # Not ours to release. Only our own stream could have made it ours meanwhile, and
                # then the commit's own condition would fail: so it can be left out.
                open_claims.remove(verdict.claim)
                continue
            return verdict

    def _transact(self, item: Item, claims: Sequence[Claim]) -> Verdict:
        put = {
            "TableName": self._events_table,
            "Item": item,
            "ConditionExpression": _NEW,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        actions: list[Any] = [{"Put": put}, *(self._action(claim) for claim in claims)]
        try:
            # botocore adds a request token, which makes its own retries harmless for ten minutes.
            # Nothing here relies on it: what was written is known by its command id.
            answer = self._client.transact_write_items(
                TransactItems=actions, ReturnConsumedCapacity="TOTAL"
            )
        except ClientError as error:
            return _judged_transaction(error, item, claims)
        return _believed(answer, item)

    def _action(self, claim: Claim) -> dict[str, Any]:
        key = {"pk": {"S": claim_key(claim)}}
        condition = {
            "TableName": self._claims_table,
            "ConditionExpression": _FREE_OR_OURS,
            "ExpressionAttributeValues": {":owner": {"S": claim.owner}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        match claim.action:
            case ClaimAction.TAKE:
                return {"Put": {**condition, "Item": {**key, "o": {"S": claim.owner}}}}
            case ClaimAction.RELEASE:
                return {"Delete": {**condition, "Key": key}}


def claim_key(claim: Claim) -> str:
    """Name a claim's item: marks and parked streams live in the same table."""
    return f"claim#{claim.key}"


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


def _judged_transaction(error: ClientError, item: Item, claims: Sequence[Claim]) -> Verdict:
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
                return ClaimHeld(claim, _holder(reason, item))
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


def _holder(reason: Mapping[str, Any], item: Item) -> str:
    if not reason.get("Item"):
        raise BrokenAnswerError(_what(item), "the claim that was in the way")
    return str(reason["Item"]["o"]["S"])


def _what(item: Item) -> str:
    return f"the write of {item['pk']['S']} version {item['sk']['N']}"
