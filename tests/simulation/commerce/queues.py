"""SNS and SQS: notices filtered into queues that bring each message at least once, in any order."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from domain.published.ports import Notice

Answer = dict[str, Any] | None
"""What a handler answered; None for one that did not."""

KEPT: Final = timedelta(days=14)
RECEIVED_MAX: Final = 8
"""What the template says of both queues."""
HIDDEN: Final = {"react": timedelta(seconds=180), "settle": timedelta(seconds=360)}
"""For how long a message that was received is hidden, by queue."""


def subscribers(notice: Notice) -> tuple[str, ...]:
    """Name the queues whose subscription lets a notice through, by the template's filters."""
    if notice.routing.imported:
        return ()
    has_provider = notice.stream.startswith(("payment#", "shipment#"))
    return ("react", "settle") if has_provider else ("react",)


@dataclass(slots=True)
class Message:
    """One message, and how often it was received."""

    number: int
    body: str
    sent_at: datetime
    visible_at: datetime
    root: str
    received: int = 0
    is_busy: bool = False

    def record(self, queue: str) -> dict[str, Any]:
        """Return it as Lambda brings it."""
        return {
            "messageId": str(self.number),
            "receiptHandle": str(self.number),
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.received)},
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:0:{queue}",
        }


@dataclass(slots=True)
class Queue:
    """A standard queue with its dead letters; every message ever sent is in just one place."""

    name: str
    met: Counter[str]
    messages: dict[int, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    done: int = 0
    dropped: int = 0

    def send(self, notice: Notice, text: str, now: datetime) -> None:
        """Take a message in."""
        self.sent += 1
        self.messages[self.sent] = Message(self.sent, text, now, now, notice.routing.root_id)

    def visible(self, now: datetime) -> list[Message]:
        """Return what can be received; what was received too often goes to the dead letters."""
        if not self.messages:
            return []
        found = []
        for message in list(self.messages.values()):
            if message.is_busy or message.visible_at > now:
                continue
            if message.sent_at < now - KEPT:
                self._drop(message)
            elif message.received >= RECEIVED_MAX:
                del self.messages[message.number]
                self.dead.append(message)
                self.met["dead letter"] += 1
            else:
                found.append(message)
        return found

    def _drop(self, message: Message) -> None:
        del self.messages[message.number]
        self.dropped += 1
        self.met["message too old"] += 1

    def take(self, messages: list[Message], now: datetime) -> dict[str, Any]:
        """Receive messages: hidden for a while, and counted. Return the event for Lambda."""
        for message in messages:
            message.received += 1
            message.is_busy = True
            message.visible_at = now + HIDDEN[self.name]
        return {"Records": [message.record(self.name) for message in messages]}

    def answered(self, messages: list[Message], answer: Answer, *, again: bool) -> None:
        """Delete what is done; the rest comes again. None is a function that did not answer."""
        failed = None
        if answer is not None:
            failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        for message in messages:
            message.is_busy = False
            if failed is None or str(message.number) in failed:
                continue
            if again:
                self.met["message doubled"] += 1
            elif self.messages.pop(message.number, None):
                self.done += 1

    def back_off(self, handle: str, delay_s: int, now: datetime) -> None:
        """Let a message come again at another time."""
        if message := self.messages.get(int(handle)):
            message.visible_at = now + timedelta(seconds=delay_s)

    def redrive(self, now: datetime) -> None:
        """Put the dead letters back."""
        for message in self.dead:
            message.received, message.visible_at, message.sent_at = 0, now, now
            self.messages[message.number] = message
        self.dead.clear()

    def purge(self) -> None:
        """Lose everything."""
        self.dropped += len(self.messages) + len(self.dead)
        self.messages.clear()
        self.dead.clear()

    @property
    def is_conserved(self) -> bool:
        """Whether everything that was sent is somewhere."""
        return self.sent == self.done + self.dropped + len(self.messages) + len(self.dead)
