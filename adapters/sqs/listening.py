"""An ear on the bus: a queue of its own and a rule that feeds it, both gone when it is left.

Names hold the process that made them, so what a killed one left behind is found and removed by the
next.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

PREFIX: Final = "waybill-listen-"
_RECEIVE_MAX: Final = 10
_KEPT_S: Final = "3600"
_PATTERN: Final = json.dumps({"source": [{"prefix": "waybill."}]})


class BusListener:
    """Hears every event of ours that passes on one bus while it is entered."""

    def __init__(
        self,
        events: "EventBridgeClient",
        sqs: "SQSClient",
        bus: str,
        pid: int,
        is_alive: Callable[[int], bool],
    ) -> None:
        """Take the clients, the bus, our process and what tells whether another one lives."""
        self._events = events
        self._sqs = sqs
        self._bus = bus
        self._name = f"{PREFIX}{pid}"
        self._is_alive = is_alive
        self._queue = ""

    def __enter__(self) -> Self:
        """Begin to hear; remove first what dead listeners left."""
        self._sweep()
        try:
            self._begin()
        except BaseException:
            self._remove(self._name)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove rule and queue."""
        self._remove(self._name)

    def heard(self, wait_s: int) -> list[dict[str, Any]]:
        """Return up to ten events, waiting up to `wait_s` for the first."""
        answer = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=_RECEIVE_MAX, WaitTimeSeconds=wait_s
        )
        messages = answer.get("Messages", [])
        if messages:
            self._sqs.delete_message_batch(
                QueueUrl=self._queue,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages)
                ],
            )
        return [json.loads(message["Body"]) for message in messages]

    def _begin(self) -> None:
        self._queue = self._sqs.create_queue(
            QueueName=self._name, Attributes={"MessageRetentionPeriod": _KEPT_S}
        )["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._queue, AttributeNames=["QueueArn"]
        )
        queue_arn = attributes["Attributes"]["QueueArn"]
        rule = self._events.put_rule(
            Name=self._name,
            EventBusName=self._bus,
            EventPattern=_PATTERN,
            Description="Somebody listens; safe to delete.",
        )
        self._sqs.set_queue_attributes(
            QueueUrl=self._queue, Attributes={"Policy": _policy(queue_arn, rule["RuleArn"])}
        )
        self._events.put_targets(
            Rule=self._name, EventBusName=self._bus, Targets=[{"Id": "ear", "Arn": queue_arn}]
        )

    def _sweep(self) -> None:
        rules = self._events.list_rules(EventBusName=self._bus, NamePrefix=PREFIX)["Rules"]
        queues = self._sqs.list_queues(QueueNamePrefix=PREFIX).get("QueueUrls", [])
        names = {rule["Name"] for rule in rules} | {url.rpartition("/")[2] for url in queues}
        for name in names:
            pid = name.removeprefix(PREFIX)
            if name == self._name or not (pid.isdigit() and self._is_alive(int(pid))):
                self._remove(name)

    def _remove(self, name: str) -> None:
        """Remove a rule and its queue, as far as they are there."""
        with suppress(self._events.exceptions.ResourceNotFoundException):
            self._events.remove_targets(Rule=name, EventBusName=self._bus, Ids=["ear"])
            self._events.delete_rule(Name=name, EventBusName=self._bus)
        with suppress(self._sqs.exceptions.QueueDoesNotExist):
            self._sqs.delete_queue(QueueUrl=self._sqs.get_queue_url(QueueName=name)["QueueUrl"])


def _policy(queue_arn: str, rule_arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
