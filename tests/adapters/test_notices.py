"""Notices: what reaches a queue behind which filter."""

import json
from typing import Any
from uuid import uuid4

import boto3
import pytest

from adapters.aws import CONFIG
from adapters.sns.notices import SnsNotices
from domain.kernel.decider import Routing
from domain.published.ports import Notice
from tests.support.engines import Dynamo

pytestmark = pytest.mark.engine("moto", "ministack")


class Topic:
    """A topic with queues behind filters."""

    def __init__(self, engine: Dynamo) -> None:
        where: dict[str, Any] = {"endpoint_url": engine.endpoint_url, "config": CONFIG}
        self.sns = boto3.client("sns", **where)
        self.sqs = boto3.client("sqs", **where)
        self.arn = self.sns.create_topic(Name=f"notices-{uuid4().hex}")["TopicArn"]

    def queue(self, **wanted: list[str]) -> str:
        url = self.sqs.create_queue(QueueName=f"queue-{uuid4().hex}")["QueueUrl"]
        known = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        self.sns.subscribe(
            TopicArn=self.arn,
            Protocol="sqs",
            Endpoint=known["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)},
        )
        return url

    def streams(self, url: str) -> list[str]:
        """Take what has arrived, in the order of streams: there is no other."""
        found: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"])["stream"])
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return sorted(found)


def notice(stream: str, *types: str, imported: bool = False) -> Notice:
    return Notice(stream, 1, len(types), types, Routing("r-1", "c-1", imported), "x-1")


@pytest.fixture
def topic(dynamo: Dynamo) -> Topic:
    return Topic(dynamo)


def test_a_filter_is_met_by_any_type_of_a_commit(topic: Topic) -> None:
    url = topic.queue(types=["JobClaimed", "CancellationRequested"])
    sent = [
        notice("job#1", "JobClaimed"),
        notice("job#2", "TwinRecorded", "CancellationRequested"),
        notice("job#3", "JobFinished", "RunLost"),
    ]
    assert SnsNotices(topic.sns, topic.arn).notify(sent) == frozenset()
    assert topic.streams(url) == ["job#1", "job#2"]


def test_category_and_import_are_filtered_as_words(topic: Topic) -> None:
    url = topic.queue(category=["payment", "shipment"], imported=["false"])
    sent = [
        notice("payment#1", "CaptureRequested"),
        notice("order#2", "OrderPlaced"),
        notice("shipment#3", "ShipmentBooked", imported=True),
    ]
    SnsNotices(topic.sns, topic.arn).notify(sent)
    assert topic.streams(url) == ["payment#1"]


def test_a_request_counts_attributes_too_and_leaves_before_it_is_too_large(topic: Topic) -> None:
    requests: list[int] = []

    def record(params: dict[str, Any], **_: object) -> None:
        requests.append(len(params["PublishBatchRequestEntries"]))

    topic.sns.meta.events.register("provide-client-params.sns.PublishBatch", record)
    # Each says its types twice, 120 KB of the 256 KB of a request, which no engine here counts.
    sent = [notice(f"job#{n}", "JobClaimed", "E" * 60_000) for n in range(5)]
    assert SnsNotices(topic.sns, topic.arn).notify(sent) == frozenset()
    assert requests == [2, 2, 1]
