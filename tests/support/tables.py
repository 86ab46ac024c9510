"""The tables as the template makes them, small enough for a test of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeDefinitionTypeDef, KeySchemaElementTypeDef


@dataclass(frozen=True)
class Tables:
    """The names of one set of tables."""

    events: str
    views: str
    claims: str
    boards: str


def create_tables(client: "DynamoDBClient", suffix: str) -> Tables:
    """Create the tables and wait until each can be used."""
    tables = Tables(f"events-{suffix}", f"views-{suffix}", f"claims-{suffix}", f"boards-{suffix}")
    _create(client, tables.events, sort_key="N", has_stream=True)
    _create(client, tables.views, sort_key="S")
    _create(client, tables.claims)
    _create(client, tables.boards, sort_key="S")
    return tables


def _create(
    client: "DynamoDBClient", name: str, sort_key: str = "", *, has_stream: bool = False
) -> None:
    types = {"pk": "S"} | ({"sk": sort_key} if sort_key else {})
    attributes: list[AttributeDefinitionTypeDef] = [
        {"AttributeName": key, "AttributeType": "N" if kind == "N" else "S"}
        for key, kind in types.items()
    ]
    schema: list[KeySchemaElementTypeDef] = [
        {"AttributeName": key, "KeyType": "HASH" if key == "pk" else "RANGE"} for key in types
    ]
    client.create_table(
        TableName=name,
        AttributeDefinitions=attributes,
        KeySchema=schema,
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=(
            {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
            if has_stream
            else {"StreamEnabled": False}
        ),
    )
    client.get_waiter("table_exists").wait(
        TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
