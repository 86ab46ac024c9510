import json
from binascii import crc32
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ChecksumError, ClientError

from adapters.aws import CONFIG
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.errors import BrokenAnswerError, TransactionInProgressError
from adapters.dynamodb.event_scan import scan
from adapters.dynamodb.event_store import DynamoDBEventStore
from domain.kernel.commits import start
from domain.kernel.ports import ClaimHeld, Contended
from tests.support.environment import REGION
from tests.support.faults import answered
from tests.support.tally import CODEC, Counted, Took, count_published, draft, fold

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Store = DynamoDBEventStore[Any, Any]
CAPACITY = {"TableName": "events", "CapacityUnits": 1.0}
EMPTY = {"Items": [], "Count": 0, "ScannedCount": 0, "ConsumedCapacity": CAPACITY}


@pytest.fixture(scope="module")
def client() -> "DynamoDBClient":
    quick = Config(region_name=REGION, retries={"mode": "standard", "total_max_attempts": 2})
    return dynamodb_client("http://127.0.0.1:9", CONFIG.merge(quick))


@pytest.fixture
def slept_s() -> list[float]:
    return []


@pytest.fixture
def store(client: "DynamoDBClient", slept_s: list[float]) -> Store:
    return DynamoDBEventStore(
        client, StoreTables("events", "claims"), fold(), CODEC, count_published, slept_s.append
    )


READS: dict[str, Callable[[Store], object]] = {
    "load": lambda store: store.load("1"),
    "load_at": lambda store: store.load_at("1", 3),
    "read": lambda store: list(store.read("1", 3)),
}
BROKEN = {
    "empty": b"{}",
    "truncated": json.dumps(EMPTY).encode()[:40],
    "nothing": b"",
    "without items": b'{"Count":0,"ConsumedCapacity":{}}',
    "without capacity": b'{"Items":[],"Count":0}',
    "with too few items": b'{"Items":[],"Count":1,"ConsumedCapacity":{}}',
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("body", BROKEN)
def test_a_truncated_or_empty_answer_is_never_read_as_absence(
    client: "DynamoDBClient", store: Store, read: str, body: str
) -> None:
    with answered(client, "Query", BROKEN[body]), pytest.raises(BrokenAnswerError):
        READS[read](store)


@pytest.mark.parametrize("body", BROKEN)
def test_a_scan_does_not_end_early_in_silence(client: "DynamoDBClient", body: str) -> None:
    with answered(client, "Scan", BROKEN[body]), pytest.raises(BrokenAnswerError):
        list(scan(client, "events", 0, 1))


def test_a_whole_answer_without_items_is_absence(client: "DynamoDBClient", store: Store) -> None:
    body = json.dumps(EMPTY).encode()
    headers = {"x-amz-crc32": str(crc32(body))}
    with answered(client, "Query", body, headers=headers):
        assert store.load("1") == start(fold(), "1")


def test_an_answer_with_a_wrong_checksum_is_tried_again_and_then_refused(
    client: "DynamoDBClient",
) -> None:
    with (
        answered(client, "GetItem", b"{}", headers={"x-amz-crc32": "1"}) as asked,
        pytest.raises(ChecksumError),
    ):
        client.get_item(TableName="claims", Key={"pk": {"S": "claim#1"}})
    assert len(asked) == 2


def test_a_write_is_not_believed_without_its_capacity(
    client: "DynamoDBClient", store: Store
) -> None:
    base = start(store.fold, "1")
    with answered(client, "PutItem", b"{}"), pytest.raises(BrokenAnswerError, match="again"):
        store.append(base, draft(Counted(1)))
    with answered(client, "TransactWriteItems", b"{}"), pytest.raises(BotoCoreError):
        store.append(base, draft(Took("key"), owner="1"))


def test_a_refusal_is_not_believed_without_what_was_in_the_way(
    client: "DynamoDBClient", store: Store
) -> None:
    body = _error("ConditionalCheckFailedException")
    with (
        answered(client, "PutItem", body, 400),
        pytest.raises(BrokenAnswerError, match="in the way"),
    ):
        store.append(start(store.fold, "1"), draft(Counted(1)))
    for reasons in ([], ["ConditionalCheckFailed", "None"], ["None", "ConditionalCheckFailed"]):
        with (
            answered(client, "TransactWriteItems", _cancelled(*reasons), 400),
            pytest.raises(BrokenAnswerError),
        ):
            store.append(start(store.fold, "1"), draft(Took("key"), owner="1"))


def test_contention_is_a_retry_after_a_short_sleep(
    client: "DynamoDBClient", store: Store, slept_s: list[float]
) -> None:
    base = start(store.fold, "1")
    with answered(client, "PutItem", _error("TransactionConflictException"), 400):
        assert store.append(base, draft(Counted(1))) == Contended()
    for reasons in (
        ["TransactionConflict", "None"],
        ["None", "TransactionConflict"],
        ["TransactionConflict", "ConditionalCheckFailed"],  # The claim may be our own by now.
    ):
        with answered(client, "TransactWriteItems", _cancelled(*reasons), 400):
            assert store.append(base, draft(Took("key"), owner="1")) == Contended()
    assert len(slept_s) == 4
    assert all(0 <= each <= 0.05 for each in slept_s)


def test_a_held_claim_speaks_also_beside_contention_on_another(
    client: "DynamoDBClient", store: Store
) -> None:
    held = {"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "k"}, "o": {"S": "other"}}}
    body = _cancelled("None", "TransactionConflict", held)
    with answered(client, "TransactWriteItems", body, 400):
        answer = store.append(start(store.fold, "1"), draft(Took("a"), Took("b"), owner="1"))
    assert isinstance(answer, ClaimHeld)
    assert (answer.claim.key, answer.holder) == ("b", "other")


@pytest.mark.parametrize("reason", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_throttling_is_neither_a_conflict_nor_a_refusal(
    client: "DynamoDBClient", store: Store, reason: str
) -> None:
    for reasons in ([reason, "None"], ["None", reason], ["TransactionConflict", reason]):
        with (
            answered(client, "TransactWriteItems", _cancelled(*reasons), 400),
            pytest.raises(ClientError, match="TransactionCanceled"),
        ):
            store.append(start(store.fold, "1"), draft(Took("key"), owner="1"))


def test_a_transaction_that_is_still_running_has_a_name(
    client: "DynamoDBClient", store: Store
) -> None:
    body = _error("TransactionInProgressException")
    with (
        answered(client, "TransactWriteItems", body, 400),
        pytest.raises(TransactionInProgressError, match="tally#1 version 1 is still running"),
    ):
        store.append(start(store.fold, "1"), draft(Took("key"), owner="1"))


def _error(code: str, **more: object) -> bytes:
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return json.dumps({"__type": kind, "message": "no", **more}).encode()


def _cancelled(*reasons: str | dict[str, Any]) -> bytes:
    told = [reason if isinstance(reason, dict) else {"Code": reason} for reason in reasons]
    return _error("TransactionCanceledException", CancellationReasons=told)
