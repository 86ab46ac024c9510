import socket

import boto3
import pytest

from tests.support.engines import Dynamo
from tests.support.environment import OutsideWorldError
from tests.support.shared import shared_data


def test_a_test_cannot_reach_beyond_this_machine() -> None:
    with pytest.raises(OutsideWorldError), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideWorldError):
        socket.getaddrinfo("dynamodb.eu-west-1.amazonaws.com", 443)


def test_the_credentials_are_made_up() -> None:
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    assert credentials.access_key == "testing"


def test_every_engine_that_speaks_dynamodb_makes_tables_with_a_stream(dynamo: Dynamo) -> None:
    table = dynamo.client().describe_table(TableName=dynamo.tables().events)["Table"]
    found = dynamo.streams().describe_stream(StreamArn=table["LatestStreamArn"])
    assert found["StreamDescription"].get("StreamViewType") == "NEW_IMAGE"


@pytest.mark.shared_data
def test_the_shared_data_is_read_in_place() -> None:
    assert shared_data("olist", "oracle.json").is_file()
