"""CI on the tables of an engine: the real handlers' code, with whatever others see in memory."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from adapters.codec.ci_events import ACCOUNTS, JOBS, RECORDS
from adapters.dynamodb.boards import DynamoDBBoards
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.consumers import DynamoDBParking
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.github.hooks import read as read_hook
from adapters.github.signatures import is_signed
from adapters.memory.published import MemoryBus, MemoryNotices
from adapters.memory.runners import MemoryRunner
from adapters.memory.shelves import MemoryBodies
from domain.ci.accounts import FOLD as ACCOUNT_FOLD
from domain.ci.jobs.state import FOLD as JOB_FOLD
from domain.ci.ports import CiStreams
from domain.ci.records import FOLD as RECORD_FOLD
from domain.published.ci import count
from handlers.streams.batch import Arrived
from handlers.streams.ci import broadcast, schedule
from handlers.streams.records import by_category, read
from handlers.webhooks.github import Intake, take
from tests.support.engines import Dynamo

SECRET = "a secret of tests"  # noqa: S105  # It keeps nothing secret.


def clock() -> datetime:
    return datetime.now(UTC)


class CiOnTables:
    """Webhooks in, and a stream's records through both of its readers."""

    def __init__(self, dynamo: Dynamo) -> None:
        names = dynamo.tables()
        self.events_table = names.events
        client = dynamodb_client(dynamo.endpoint_url)
        tables = StoreTables(names.events, names.claims, names.boards)
        jobs = DynamoDBEventStore(client, tables, JOB_FOLD, JOBS, count)
        accounts = DynamoDBEventStore(client, tables, ACCOUNT_FOLD, ACCOUNTS, count)
        records = DynamoDBEventStore(client, tables, RECORD_FOLD, RECORDS, count)
        self.streams = CiStreams(jobs, accounts, records, DynamoDBBoards(client, names.boards))
        self.stores = by_category(jobs, accounts, records)
        self.parking = DynamoDBParking(client, names.claims)
        self.bus, self.notices = MemoryBus(), MemoryNotices()
        self.runner = MemoryRunner()
        self.intake = Intake(
            self.streams,
            MemoryBodies(),
            lambda header, body: is_signed(header, body, [SECRET]),
            read_hook,
            clock,
        )
        ports = (self.streams, self.bus, self.notices, self.parking, self._read)
        self.scheduling = schedule.consumer(self.streams, self.parking, self._read, clock)
        self.broadcasting = broadcast.consumer(*ports)

    def _read(self, record: dict[str, Any]) -> Arrived:
        return read(record, self.stores)

    def post(self, event: str, body: bytes, delivery: str) -> dict[str, Any]:
        """Post a signed webhook; return the answer with its body read."""
        answer = take(self.intake, posted(event, body, delivery))
        return {**answer, "body": json.loads(answer["body"])}


def posted(event: str, body: bytes, delivery: str, secret: str = SECRET) -> dict[str, Any]:
    """Return the event that API Gateway makes of a signed webhook."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "headers": {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": f"sha256={signature}",
            "Content-Type": "application/json",
        },
        "body": body.decode(),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "r-1"},
    }


def push_body(repository: int, branch: str, sha: str, owner: str = "octo") -> bytes:
    """Write a small push, shaped as GitHub's."""
    body = {
        "ref": f"refs/heads/{branch}",
        "before": "1" * 40,
        "after": sha,
        "deleted": False,
        "repository": {
            "id": repository,
            "name": f"r{repository}",
            "full_name": f"{owner}/r{repository}",
            "owner": {"login": owner, "name": owner},
        },
        "pusher": {"name": "ann", "email": "ann@example.com"},
        "sender": {"login": "ann"},
        "head_commit": {"id": sha, "message": "Say hello"},
    }
    return json.dumps(body).encode()
