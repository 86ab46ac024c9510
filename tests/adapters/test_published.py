"""What leaves the service: its envelope, its schemas, its batches."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.batches import Entry, batches
from adapters.codec.published import envelope, notice_text, read_notice
from adapters.codec.schemas import schemas
from domain.kernel.commits import Commit
from domain.kernel.decider import Routing
from domain.kernel.times import UNKNOWN_TIME, When
from domain.orders.events import OrderConfirmed, OrderHeld
from domain.payments.events import CaptureSucceeded
from domain.published.commerce import translate
from domain.published.events import PUBLISHED
from domain.published.ports import notice_of, outgoing_of
from tests.support.repository import ROOT

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COMMIT: Commit[Any] = Commit(
    stream="order#o1",
    first=4,
    events=(OrderConfirmed(When(NOON)), OrderHeld("stock", When(NOON))),
    command_id="k1",
    fingerprint="f",
    correlation_id="x1",
    causation_id="y1",
    recorded_at=NOON,
    routing=Routing("o1", "c-1"),
    published=5,
)


def test_the_written_schemas_are_those_of_the_events_that_are_sent() -> None:
    written = {path.name: path.read_text() for path in (ROOT / "infra" / "schemas").iterdir()}
    assert written == schemas()
    assert len(written) == len(PUBLISHED)


def test_a_commit_publishes_under_ids_and_numbers_that_follow_from_its_place_alone() -> None:
    outgoing = outgoing_of(COMMIT, translate)
    assert [(one.event_id, one.sequence) for one in outgoing] == [
        ("order.o1.4", 4),
        ("order.o1.5", 5),
    ]
    assert [envelope(one) for one in outgoing] == [
        envelope(one) for one in outgoing_of(COMMIT, translate)
    ]


def test_an_imported_event_says_so_and_an_unknown_time_stays_unknown() -> None:
    imported = replace(
        COMMIT,
        stream="payment#p1",
        events=(CaptureSucceeded("c1", 100, "BRL", UNKNOWN_TIME),),
        routing=Routing("o1", "c-1", imported=True),
    )
    text = envelope(outgoing_of(imported, translate)[0])
    assert '"imported":true' in text
    assert '"occurred_at":null' in text
    assert '"amount":{"amount_minor":100,"currency":"BRL"}' in text


def test_a_notice_survives_its_journey() -> None:
    assert read_notice(notice_text(notice_of(COMMIT))) == notice_of(COMMIT)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([10] * 25, [10, 10, 5]),
        ([400, 400, 400], [2, 1]),
        ([2000, 1], [1, 1]),
    ],
)
def test_batches_keep_order_and_both_limits(sizes: list[int], expected: list[int]) -> None:
    entries = [Entry(position, {}, size) for position, size in enumerate(sizes)]
    cut = list(batches(entries, 10, 1000))
    assert [len(batch) for batch in cut] == expected
    assert [entry.position for batch in cut for entry in batch] == list(range(len(sizes)))
