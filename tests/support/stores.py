"""The stores that one contract suite runs on, and what only a test may do to them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from adapters.dynamodb.boards import DynamoDBBoards
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.event_store import DynamoDBEventStore
from adapters.memory.boards import MemoryBoards
from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.boards import Boards
from domain.kernel.ports import EventStore
from tests.support import tally
from tests.support.engines import Dynamo, Engine
from tests.support.tables import Tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TallyStore = EventStore[tally.TallyState, tally.TallyEvent]


def fresh_id() -> str:
    """Return an id that no other test uses: tables are kept for a whole run."""
    return f"t-{uuid4().hex}"


@dataclass
class MemoryWorld:
    shared: Shared = field(default_factory=Shared)
    name: str = "memory"

    def store(self, fold_version: int = 1, *, bulky: bool = False) -> TallyStore:
        fold = tally.fold(fold_version, bulky=bulky)
        return MemoryEventStore(self.shared, fold, tally.count_published)

    def boards(self) -> Boards:
        return MemoryBoards(self.shared)

    def remove(self, stream: str, first: int) -> None:
        """Make a hole."""
        commits = self.shared.commits[stream]
        commits[:] = [commit for commit in commits if commit.first != first]


@dataclass
class DynamoWorld:
    engine: Dynamo
    tables: Tables
    client: "DynamoDBClient"
    slept_s: list[float] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.engine.name

    def store(
        self, fold_version: int = 1, *, bulky: bool = False
    ) -> DynamoDBEventStore[tally.TallyState, tally.TallyEvent]:
        return DynamoDBEventStore(
            self.client,
            StoreTables(self.tables.events, self.tables.claims, self.tables.boards),
            tally.fold(fold_version, bulky=bulky),
            tally.CODEC,
            tally.count_published,
            self.slept_s.append,
        )

    def boards(self) -> Boards:
        return DynamoDBBoards(self.client, self.tables.boards, self.slept_s.append)

    def remove(self, stream: str, first: int) -> None:
        """Make a hole."""
        key = {"pk": {"S": stream}, "sk": {"N": str(first)}}
        self.client.delete_item(TableName=self.tables.events, Key=key)


World = MemoryWorld | DynamoWorld


def world_of(engine: Engine) -> World:
    """Return a world on an engine, empty."""
    return dynamo_world(engine) if isinstance(engine, Dynamo) else MemoryWorld()


def dynamo_world(engine: Dynamo) -> DynamoWorld:
    """Return a world on an engine that speaks DynamoDB, by the client that production uses."""
    return DynamoWorld(engine, engine.tables(), dynamodb_client(engine.endpoint_url))
