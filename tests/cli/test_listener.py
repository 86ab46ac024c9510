import json
import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from adapters.sqs.listening import PREFIX, BusListener

BUS = "waybill"
DEAD, ALIVE = 999_999, 4242


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with mock_aws():
        boto3.client("events").create_event_bus(Name=BUS)
        yield


def _listener(pid: int = os.getpid()) -> BusListener:
    living = {os.getpid(), ALIVE}
    return BusListener(
        boto3.client("events"), boto3.client("sqs"), BUS, pid, is_alive=living.__contains__
    )


def _publish(source: str, kind: str) -> None:
    entry: Any = {
        "EventBusName": BUS,
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps({"data": {"order_id": "o1"}}),
    }
    boto3.client("events").put_events(Entries=[entry])


def _left_behind() -> set[str]:
    rules = boto3.client("events").list_rules(EventBusName=BUS)["Rules"]
    queues = boto3.client("sqs").list_queues().get("QueueUrls", [])
    return {rule["Name"] for rule in rules} | {url.rpartition("/")[2] for url in queues}


def test_what_passes_while_it_listens_is_heard_once_and_nothing_else_is() -> None:
    _publish("waybill.orders", "TooEarly")
    with _listener() as ear:
        _publish("waybill.orders", "OrderPlaced")
        _publish("somebody.else", "OrderPlaced")
        assert [event["detail-type"] for event in ear.heard(0)] == ["OrderPlaced"]
        assert ear.heard(0) == []


def test_nothing_stays_behind_whichever_way_it_ends() -> None:
    with _listener():
        assert _left_behind() == {f"{PREFIX}{os.getpid()}"}
    assert _left_behind() == set()
    with pytest.raises(KeyboardInterrupt), _listener():
        raise KeyboardInterrupt
    assert _left_behind() == set()


def test_what_a_killed_listener_left_is_removed_by_the_next_and_a_living_ones_is_not() -> None:
    _listener(DEAD).__enter__()
    _listener(ALIVE).__enter__()
    with _listener():
        assert _left_behind() == {f"{PREFIX}{ALIVE}", f"{PREFIX}{os.getpid()}"}
