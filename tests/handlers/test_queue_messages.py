"""Notices from a queue: one answer an order, and what could not be done comes again later."""

import json
from typing import Any

import pytest

from adapters.codec.published import notice_text
from domain.published.ports import Notice, notice_of
from handlers import wiring
from handlers.queues.messages import run
from tests.support.world import World, place


class Queue:
    """Stands for the queue that messages are put back into."""

    def __init__(self) -> None:
        self.put_back: list[tuple[str, int]] = []

    def back_off(self, receipt_handle: str, received: int, _least_s: int = 0) -> None:
        self.put_back.append((receipt_handle, received))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    monkeypatch.setattr(wiring, "retries", lambda _arn: queue)
    return queue


def messages(*received: int) -> dict[str, Any]:
    world = World()
    records = []
    for number, times in enumerate(received):
        world.order(f"o{number // 2}", place(f"o{number // 2}"), key=f"place-{number // 2}")
        commit = world.streams.orders.load_at(f"o{number // 2}", 1).commit
        records.append(
            {
                "messageId": f"m{number}",
                "receiptHandle": f"r{number}",
                "body": notice_text(notice_of(commit)),
                "attributes": {"ApproximateReceiveCount": str(times)},
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:react",
            }
        )
    return {"Records": records}


def test_notices_of_one_order_in_one_batch_are_handled_once(queue: Queue) -> None:
    heard: list[Notice] = []

    def handle(notice: Notice) -> bool:
        heard.append(notice)
        return True

    assert run(messages(1, 1, 1), handle) == {"batchItemFailures": []}
    assert [notice.stream for notice in heard] == ["order#o0", "order#o1"]
    assert queue.put_back == []


def test_what_failed_is_handed_back_and_comes_again_later_each_time(
    queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    def handle(notice: Notice) -> bool:
        if notice.stream == "order#o1":
            raise TimeoutError
        return True

    answer = run(messages(1, 1, 3), handle)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    assert queue.put_back == [("r2", 3)]
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["stream"], line["version"]) == ("notice_failed", "order#o1", 1)
    assert line["correlation_id"]
    assert line["causation_id"]


def test_an_answer_that_is_still_unknown_is_asked_for_again(queue: Queue) -> None:
    assert run(messages(1), lambda _notice: False) == {
        "batchItemFailures": [{"itemIdentifier": "m0"}]
    }
    assert queue.put_back == [("r0", 1)]


def test_a_message_that_is_no_notice_fails_alone(queue: Queue) -> None:
    batch = messages(1, 1)
    batch["Records"][0]["body"] = "{}"
    assert run(batch, lambda _notice: True) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert queue.put_back == [("r0", 1)]
