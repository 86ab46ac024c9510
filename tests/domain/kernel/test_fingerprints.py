"""A fingerprint says what the caller asked: not when it arrived, nor what we looked up for it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from domain.kernel.decider import EVIDENCE
from domain.kernel.transition import fingerprint_of
from domain.orders.commands import (
    ConfirmOrder,
    HoldOrder,
    HoldReason,
    OrderCommand,
    RefundPayment,
    ReleaseOrder,
)
from tests.support.builders import NOW, facts, new, place

LATER = NOW + timedelta(days=1)


@dataclass(frozen=True)
class Part:
    name: str


@dataclass(frozen=True)
class Ask:
    parts: tuple[Part, ...]
    now: datetime


def next_release() -> tuple[Any, Any]:
    """Return the same two classes as they look when each has grown a field."""

    @dataclass(frozen=True)
    class Part:
        name: str
        colour: str = ""

    @dataclass(frozen=True)
    class Ask:
        parts: tuple[Part, ...]
        now: datetime
        urgent: bool = False
        seen: int = field(default=0, metadata=EVIDENCE)

    return Part, Ask


def test_the_time_of_arrival_is_not_asked_for() -> None:
    assert fingerprint_of(place()) == fingerprint_of(replace(place(), now=LATER))


def test_what_we_looked_up_is_not_asked_for() -> None:
    assert fingerprint_of(ConfirmOrder(1, NOW)) == fingerprint_of(ConfirmOrder(2, LATER))
    one = RefundPayment("p1", facts(30, 30), NOW, 5)
    assert fingerprint_of(one) == fingerprint_of(
        replace(one, payment=facts(30), others=(facts(1),))
    )


def test_everything_else_is() -> None:
    asked: list[OrderCommand] = [
        place(),
        replace(place(), order_id="o2"),
        replace(place(), shipping_minor=501),
        place(new(2, 1000)),
        place(new(2, 1001)),
        place(new(2, 1000), new(2, 1000)),
        HoldOrder(HoldReason.MANUAL, NOW),
        HoldOrder(HoldReason.STOCK, NOW),
        ReleaseOrder(HoldReason.MANUAL, NOW),
    ]
    assert len({fingerprint_of(command) for command in asked}) == len(asked)


def test_a_default_said_aloud_is_the_same_as_one_left_out() -> None:
    assert fingerprint_of(place()) == fingerprint_of(replace(place(), tax_minor=0))


def test_fields_added_later_do_not_make_an_honest_retry_another_command() -> None:
    new_part, new_ask = next_release()
    before = fingerprint_of(Ask((Part("a"),), NOW))
    assert fingerprint_of(new_ask((new_part("a"),), NOW)) == before
    assert fingerprint_of(new_ask((new_part("a"),), NOW, seen=1)) == before
    assert fingerprint_of(new_ask((new_part("a", "red"),), NOW)) != before
    assert fingerprint_of(new_ask((new_part("a"),), NOW, urgent=True)) != before
