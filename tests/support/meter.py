"""What each call of a client costs, from what was sent and what came back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.model import OperationModel

from adapters.dynamodb.capacity import Item, item_bytes, query_units, read_units, write_units

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The shapes differ from operation to operation; botocore has checked them already.
Params = Mapping[str, Any]
CONTEXT_KEY = "waybill_meter_params"
EVENTS = {"provide-client-params.dynamodb.*": "_sent", "after-call.dynamodb.*": "_answered"}


@dataclass(frozen=True)
class Call:
    """One call: `requests` counts its retries; `exact` is False where a size cannot be seen."""

    operation: str
    read_units: float
    write_units: float
    requests: int = 1
    error: str | None = None
    exact: bool = True


@dataclass
class Meter:
    """Listens to a client while attached and keeps every call, in order."""

    calls: list[Call] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(call.requests for call in self.calls)

    @property
    def read_units(self) -> float:
        return sum(call.read_units for call in self.calls)

    @property
    def write_units(self) -> float:
        return sum(call.write_units for call in self.calls)

    @property
    def exact(self) -> bool:
        """Tell whether every size was seen, so that the sums are no lower bounds."""
        return all(call.exact for call in self.calls)

    @contextmanager
    def attached(self, client: "DynamoDBClient") -> Iterator["Meter"]:
        """Listen to a client for the length of a `with`, from zero."""
        self.calls.clear()
        for event, method in EVENTS.items():
            client.meta.events.register(
                event, getattr(self, method), unique_id=f"{id(self)}{event}"
            )
        try:
            yield self
        finally:
            for event, method in EVENTS.items():
                client.meta.events.unregister(
                    event, getattr(self, method), unique_id=f"{id(self)}{event}"
                )

    def _sent(self, params: Params, context: dict[str, Any], **_: object) -> None:
        context[CONTEXT_KEY] = params

    def _answered(
        self,
        model: OperationModel,
        parsed: Params,
        context: dict[str, Any],
        **_: object,
    ) -> None:
        name = str(model.name)
        error = parsed.get("Error", {}).get("Code")
        bill = bill_of(name, context[CONTEXT_KEY], parsed, error)
        attempts = 1 + parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        self.calls.append(Call(name, bill.read, bill.write, attempts, error, bill.exact))


@dataclass(frozen=True)
class Bill:
    """The units of one call."""

    read: float = 0
    write: float = 0
    exact: bool = True


def bill_of(operation: str, params: Params, answer: Params, error: str | None) -> Bill:
    """Work out what a call cost. ValueError for an operation that nobody has needed so far."""
    if error is not None:
        return _failed(params, answer, error)
    match operation:
        case "Query" | "Scan":
            return _paged_read(params, answer)
        case "GetItem":
            size = item_bytes(answer.get("Item", {}))
            whole = "ProjectionExpression" not in params
            return Bill(read=read_units(size, strong=_strong(params)), exact=whole)
        case "BatchGetItem":
            return _batch_read(params, answer)
        case "PutItem" | "UpdateItem" | "DeleteItem":
            size, exact = _written(operation.removesuffix("Item"), params, answer)
            return Bill(write=write_units(size), exact=exact)
        case "BatchWriteItem":
            return _batch_write(params, answer)
        case "TransactWriteItems":
            return _transaction(params)
        case "CreateTable" | "DescribeTable" | "DeleteTable" | "UpdateTable" | "ListTables":
            return Bill()
        case _:
            raise ValueError(f"the meter has no rule for {operation}: add it to bill_of")


def _strong(params: Params) -> bool:
    return bool(params.get("ConsistentRead", False))


def _paged_read(params: Params, answer: Params) -> Bill:
    # Filtered and projected reads are billed for what they went through, which does not come back.
    whole = not {"ProjectionExpression", "FilterExpression", "Select"} & params.keys()
    units = query_units(answer.get("Items", []), strong=_strong(params))
    return Bill(read=units, exact=whole)


def _batch_read(params: Params, answer: Params) -> Bill:
    units = 0.0
    whole = True
    for table, wanted in params["RequestItems"].items():
        found = answer["Responses"].get(table, [])
        left = len(answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", []))
        absent = len(wanted["Keys"]) - left - len(found)
        sizes = [item_bytes(item) for item in found] + [0] * absent
        units += sum(read_units(size, strong=_strong(wanted)) for size in sizes)
        whole = whole and "ProjectionExpression" not in wanted
    return Bill(read=units, exact=whole)


def _batch_write(params: Params, answer: Params) -> Bill:
    units = 0
    exact = True
    for table, wanted in params["RequestItems"].items():
        left = answer.get("UnprocessedItems", {}).get(table, [])
        for request in [each for each in wanted if each not in left]:
            put = request.get("PutRequest", {}).get("Item")
            units += write_units(item_bytes(put or {}))
            exact = exact and put is not None  # A deleted item's size is not told.
    return Bill(write=units, exact=exact)


def _transaction(params: Params) -> Bill:
    units = 0
    exact = True
    for action in params["TransactItems"]:
        (kind, details), *_ = action.items()
        size, seen = _written(kind, details, {})
        units += write_units(size, transactional=True)
        exact = exact and seen
    return Bill(write=units, exact=exact)


def _written(kind: str, params: Params, answer: Params) -> tuple[int, bool]:
    """Return the larger of the sizes before and after, and whether both were seen.

    A put is taken for an insert when it says so (`attribute_not_exists`), else its old item counts
    if it came back. A ConditionCheck is billed as a write of the item that it looks at.
    """
    old = item_bytes(answer.get("Attributes", {}))
    if kind == "Put":
        is_insert = "attribute_not_exists" in params.get("ConditionExpression", "")
        new = item_bytes(params["Item"])
        return max(old, new), is_insert or params.get("ReturnValues") == "ALL_OLD"
    if kind == "Update":
        sent: Item = params.get("ExpressionAttributeValues", {})
        # After the update the item holds at least its key and what was sent.
        return max(old, item_bytes(params["Key"]) + item_bytes(sent)), False
    return old, kind == "Delete" and params.get("ReturnValues") == "ALL_OLD"


def _failed(params: Params, answer: Params, error: str) -> Bill:
    """Bill a refusal: a failed condition costs a write of the existing item, or one unit.

    A cancelled transaction is counted as if it had been done, which is the most that it can cost.
    Throttled and invalid calls cost nothing.
    """
    if error == "ConditionalCheckFailedException":
        told = params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return Bill(write=write_units(item_bytes(answer.get("Item", {}))), exact=told)
    if error == "TransactionCanceledException":
        return Bill(write=_transaction(params).write, exact=False)
    return Bill()
