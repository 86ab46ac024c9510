from typing import Any

import pytest

from tests.support.engines import Dynamo
from tests.support.meter import Meter


def _item(sk: int, size: int) -> dict[str, Any]:
    return {"pk": {"S": "order#1"}, "sk": {"N": str(sk)}, "e": {"S": "x" * size}}


def test_every_call_is_kept_with_what_it_costs(dynamo: Dynamo) -> None:
    client, table = dynamo.client(), dynamo.tables().events
    with Meter().attached(client) as meter:
        for sk in (1, 2, 3):
            client.put_item(
                TableName=table,
                Item=_item(sk, 1500),
                ConditionExpression="attribute_not_exists(pk)",
            )
        found = client.query(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "order#1"}},
        )
    assert len(found["Items"]) == 3
    assert [call.operation for call in meter.calls] == ["PutItem"] * 3 + ["Query"]
    assert (meter.requests, meter.write_units, meter.read_units) == (4, 6, 2)
    assert meter.exact


def test_a_refused_put_costs_a_write_of_the_item_that_is_there(dynamo: Dynamo) -> None:
    client, table = dynamo.client(), dynamo.tables().events
    client.put_item(TableName=table, Item=_item(1, 2500))
    with (
        Meter().attached(client) as meter,
        pytest.raises(client.exceptions.ConditionalCheckFailedException),
    ):
        client.put_item(
            TableName=table,
            Item=_item(1, 10),
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    (call,) = meter.calls
    assert (call.write_units, call.error, call.exact) == (
        3,
        "ConditionalCheckFailedException",
        True,
    )


def test_a_transaction_costs_twice_for_each_of_its_items(dynamo: Dynamo) -> None:
    client, tables = dynamo.client(), dynamo.tables()
    insert = "attribute_not_exists(pk)"
    with Meter().attached(client) as meter:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": tables.events,
                        "Item": _item(1, 1500),
                        "ConditionExpression": insert,
                    }
                },
                {
                    "Put": {
                        "TableName": tables.claims,
                        "Item": {"pk": {"S": "tracking#1"}},
                        "ConditionExpression": insert,
                    }
                },
            ]
        )
    assert (meter.write_units, meter.exact) == (2 * 2 + 2 * 1, True)


def test_a_batch_costs_each_item_for_itself_and_what_is_absent_the_minimum(dynamo: Dynamo) -> None:
    client, table = dynamo.client(), dynamo.tables().events
    with Meter().attached(client) as meter:
        client.batch_write_item(
            RequestItems={table: [{"PutRequest": {"Item": _item(sk, 1500)}} for sk in (1, 2)]}
        )
        client.batch_get_item(
            RequestItems={
                table: {
                    "Keys": [{"pk": {"S": "order#1"}, "sk": {"N": str(sk)}} for sk in (1, 2, 3)],
                    "ConsistentRead": True,
                }
            }
        )
    assert (meter.write_units, meter.read_units) == (4, 3)


def test_a_size_that_cannot_be_seen_is_said_to_be_no_exact_one(dynamo: Dynamo) -> None:
    client, table = dynamo.client(), dynamo.tables().events
    client.put_item(TableName=table, Item=_item(1, 2500))
    with Meter().attached(client) as meter:
        client.query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ProjectionExpression="sk",
            ExpressionAttributeValues={":pk": {"S": "order#1"}},
        )
    assert not meter.exact


@pytest.mark.engine("dynamodb_local")
def test_the_meter_agrees_with_dynamodb_local_where_that_is_right(dynamo: Dynamo) -> None:
    client, table = dynamo.client(), dynamo.tables().events
    for size in (0, 990, 1000, 1005, 1010, 1015, 4000, 4096, 20_000):
        item = _item(size + 1, size) | {"m": {"M": {"l": {"L": [{"N": "-12.5"}, {"NULL": True}]}}}}
        key = {"pk": item["pk"], "sk": item["sk"]}
        with Meter().attached(client) as meter:
            put = client.put_item(
                TableName=table,
                Item=item,
                ReturnConsumedCapacity="TOTAL",
                ConditionExpression="attribute_not_exists(pk)",
            )
            got = client.get_item(
                TableName=table, Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
            )
        assert meter.write_units == put["ConsumedCapacity"]["CapacityUnits"], size
        assert meter.read_units == got["ConsumedCapacity"]["CapacityUnits"], size
