from typing import Final, get_args

import pytest

from domain.ci.accounts import AccountChanged, Settings, SettingsChanged
from domain.ci.hooks import Change, Reason, Trigger
from domain.ci.jobs import events as j
from domain.ci.jobs.events import Conclusion
from domain.ci.records import HookRecorded
from domain.kernel.commits import Commit
from domain.kernel.decider import Routing
from domain.kernel.money import Money
from domain.orders import events as o
from domain.payments import events as p
from domain.published import ci, commerce
from domain.published import events as out
from domain.published.ci import CiEvent
from domain.published.commerce import DomainEvent
from domain.published.translating import published
from domain.shipments import events as s
from domain.shipments.events import ShipmentStatus
from tests.support.builders import (
    AT,
    NOW,
    allocated,
    authorised,
    cancelled,
    capture_planned,
    captured,
    completed,
    confirmed,
    declined,
    held,
    label_requested,
    line_cancelled,
    parcel,
    payment_requested,
    placed,
    portion,
    refund_planned,
    refunded,
    registered,
    scanned,
    shipped,
    void_planned,
    voided,
)

TO: Final = Routing("o1", "c1")


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


PUBLISHED: Final[list[tuple[DomainEvent | CiEvent, out.PublishedEvent]]] = [
    (
        placed(),
        out.OrderPlaced(
            "o1",
            NOW,
            "c1",
            (
                out.PublishedLine("1", "A-1", 2, eur(1000)),
                out.PublishedLine("2", "B-1", 3, eur(333)),
            ),
            eur(500),
            eur(3499),
        ),
    ),
    (confirmed(), out.OrderConfirmed("o1", NOW, "c1")),
    (held(), out.OrderHeld("o1", NOW, "c1", "manual")),
    (o.OrderReleased("manual", AT), out.OrderReleased("o1", NOW, "c1", "manual")),
    (
        o.OrderModified((), (), 0, 3499, 2999, "EUR", AT),
        out.OrderModified("o1", NOW, "c1", eur(3499), eur(2999)),
    ),
    (
        line_cancelled("1", 2, 2000),
        out.OrderLineCancelled("o1", NOW, "c1", "1", 2, eur(2000), ""),
    ),
    (cancelled(), out.OrderCancelled("o1", NOW, "c1", "")),
    (completed(), out.OrderCompleted("o1", NOW, "c1")),
    (authorised(30)[0], out.PaymentCreated("o1", NOW, "x1", eur(30))),
    (authorised(30)[2], out.PaymentAuthorised("o1", NOW, "x1", eur(30))),
    (declined(30)[2], out.PaymentDeclined("o1", NOW, "x1", "card_declined")),
    (captured("c1", 5)[1], out.PaymentCaptured("o1", NOW, "x1", "c1", eur(5))),
    (p.CaptureFailed("c1", "no", AT), out.PaymentCaptureFailed("o1", NOW, "x1", "c1", "no")),
    (p.VoidFailed("v1", "no", AT), out.PaymentVoidFailed("o1", NOW, "x1", "v1", "no")),
    (voided("v1", 5)[1], out.PaymentVoided("o1", NOW, "x1", "v1", eur(5))),
    (refunded("r1", 5)[1], out.PaymentRefunded("o1", NOW, "x1", "r1", eur(5))),
    (
        p.RefundFailed("r1", 5, "EUR", "no", AT),
        out.PaymentRefundFailed("o1", NOW, "x1", "r1", eur(5), "no"),
    ),
    (
        p.RefundReversed("r1", 5, "EUR", "no", AT),
        out.PaymentRefundFailed("o1", NOW, "x1", "r1", eur(5), "no"),
    ),
    (parcel(("1", 2)), out.ShipmentCreated("o1", NOW, "x1", (out.PublishedUnits("1", 2),))),
    (registered(), out.ShipmentTrackingRegistered("o1", NOW, "x1", "ups", "1Z999")),
    (
        s.ShipmentStatusChanged(ShipmentStatus.CREATED, ShipmentStatus.LOST, "i", AT),
        out.ShipmentStatusChanged("o1", NOW, "x1", "created", "lost"),
    ),
    (s.ShipmentDelivered(AT), out.ShipmentDelivered("o1", NOW, "x1")),
    (s.ReturnedToSender(AT), out.ShipmentReturned("o1", NOW, "x1")),
    (s.ShipmentCancelled("", AT), out.ShipmentCancelled("o1", NOW, "x1", "")),
    (j.JobFinished(1, Conclusion.PASSED, 0, AT), out.CiJobEnded("x1", NOW, "c1", "passed")),
    (j.JobFinished(1, Conclusion.FAILED, 2, AT), out.CiJobEnded("x1", NOW, "c1", "failed")),
    (j.JobCancelled("ann", AT), out.CiJobEnded("x1", NOW, "c1", "cancelled")),
    (j.JobSuperseded("j2", AT), out.CiJobEnded("x1", NOW, "c1", "superseded")),
    (
        j.JobRejected(j.Rejection.USER_NOT_ALLOWED, AT),
        out.CiJobEnded("x1", NOW, "c1", "rejected"),
    ),
    (j.JobGivenUp(4, AT), out.CiJobEnded("x1", NOW, "c1", "lost")),
]
KEPT: Final[list[DomainEvent | CiEvent]] = [
    payment_requested(),
    allocated("s1"),
    o.AllocationSplit("s1", "s2", (portion("1", 1, 1),), AT),
    o.AllocationReleased("s1", AT),
    capture_planned(1, 1),
    void_planned(1, 1),
    refund_planned(1, 1),
    o.AnomalyRecorded("odd", "", AT),
    authorised(30)[1],
    captured("c1", 5)[0],
    voided("v1", 5)[0],
    refunded("r1", 5)[0],
    p.OutcomeUnknown("c1", AT),
    p.AnswerContradicted("c1", "", AT),
    s.ShipmentSplit(shipped(("1", 1)), AT),
    label_requested(),
    s.LabelRefused("ups", "no", AT),
    s.LabelUnknown("ups", AT),
    scanned(ShipmentStatus.LOST),
    s.ScanAnomalyRecorded("i", "late", AT),
    j.JobQueued("x1", "c1", "1", "o/r", "refs/heads/main", "0" * 40, Trigger.PUSH, "ann", AT),
    j.TwinRecorded(Trigger.PULL_REQUEST, "b", AT),
    j.PriorityChanged(9, 1, "ann", AT),
    j.JobClaimed(1, 4, 1, AT),
    j.CancellationRequested("ann", AT),
    j.RunLost(1, AT),
    j.JobRetried("ann", AT),
    j.RetryRequested("ann", AT),
    AccountChanged("c1", Change.GRANTED, AT),
    SettingsChanged("c1", Settings(), "ann", AT),
    HookRecorded("r1", "c1", "ping", "", Reason.PING, "", "", "b", AT),
]


def translated(event: DomainEvent | CiEvent) -> tuple[out.PublishedEvent | None, int]:
    """Return what an event of either context publishes, and how much that is."""
    if isinstance(event, CiEvent):
        return ci.translate(event, "x1", TO), ci.count(event)
    return commerce.translate(event, "x1", TO), commerce.count(event)


@pytest.mark.parametrize(("event", "expected"), PUBLISHED, ids=lambda value: type(value).__name__)
def test_what_others_may_rely_on_is_published(
    event: DomainEvent | CiEvent, expected: out.PublishedEvent
) -> None:
    assert translated(event) == (expected, 1)


@pytest.mark.parametrize("event", KEPT, ids=lambda value: type(value).__name__)
def test_everything_else_stays_with_us(event: DomainEvent | CiEvent) -> None:
    assert translated(event) == (None, 0)


def test_every_event_is_either_published_or_kept_and_nothing_published_is_left_over() -> None:
    every = {*get_args(DomainEvent), *get_args(CiEvent)}
    seen = {type(event) for event, _ in PUBLISHED} | {type(event) for event in KEPT}
    assert seen == every
    assert {type(expected) for _, expected in PUBLISHED} == set(out.PUBLISHED)


def test_a_commits_published_events_are_numbered_without_gaps() -> None:
    events = (confirmed(), allocated("s1"), held())
    commit: Commit[DomainEvent] = Commit("order#o1", 5, events, "", "", "", "", NOW, TO, 7)
    assert [(number, type(event)) for number, event in published(commit, commerce.translate)] == [
        (6, out.OrderConfirmed),
        (7, out.OrderHeld),
    ]
