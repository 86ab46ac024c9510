"""given(*events).when(command).then(*events): one decision as a sentence, compared exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, get_args

import pytest

from domain.ci.accounts import DECIDER as ACCOUNTS
from domain.ci.accounts import AccountCommand
from domain.ci.jobs.commands import JobCommand
from domain.ci.jobs.decide import DECIDER as JOBS
from domain.kernel.decider import Decider
from domain.kernel.refused import Refused
from domain.orders.commands import OrderCommand
from domain.orders.decide import DECIDER as ORDERS
from domain.payments.commands import PaymentCommand
from domain.payments.decide import DECIDER as PAYMENTS
from domain.published.ci import CiEvent
from domain.published.commerce import DomainEvent
from domain.shipments.commands import ShipmentCommand
from domain.shipments.decide import DECIDER as SHIPMENTS

Asked = OrderCommand | PaymentCommand | ShipmentCommand | JobCommand | AccountCommand
Event = DomainEvent | CiEvent
Past = Event | tuple[Event, ...]

_DECIDERS: Final[dict[type, Decider[Any, Any, Any]]] = {
    command: decider
    for union, decider in (
        (OrderCommand, ORDERS),
        (PaymentCommand, PAYMENTS),
        (ShipmentCommand, SHIPMENTS),
        (JobCommand, JOBS),
        (AccountCommand, ACCOUNTS),
    )
    for command in get_args(union)
}


@dataclass(frozen=True)
class Asking:
    """A command before what has happened; nothing is decided until an outcome is expected."""

    decider: Decider[Any, Any, Any]
    events: tuple[Event, ...]
    command: Asked

    def decided(self) -> Sequence[Event]:
        """Return what the decision comes to."""
        return tuple(self.decider.decide(self.command, self.decider.fold.over(self.events)))

    def state(self) -> Any:  # noqa: ANN401  # Each context has a state of its own.
        """Return the state that the decision leads to."""
        return self.decider.fold.over((*self.events, *self.decided()))

    def then(self, *expected: Event) -> None:
        """Expect exactly these events."""
        assert list(self.decided()) == list(expected)

    def then_nothing(self) -> None:
        """Expect that nothing new has happened."""
        self.then()

    def then_refused(self, reason: StrEnum, field: str | None = None, **facts: str | int) -> None:
        """Expect a refusal; the field and facts that are given are compared as well."""
        with pytest.raises(Refused) as caught:
            self.decided()
        assert caught.value.reason is reason
        assert field is None or caught.value.field == field
        assert {name: caught.value.facts.get(name) for name in facts} == facts


@dataclass(frozen=True)
class Given:
    """What has happened so far."""

    events: tuple[Event, ...]

    def when(self, command: Asked) -> Asking:
        """Ask for something."""
        return Asking(_DECIDERS[type(command)], self.events, command)


def given(*past: Past) -> Given:
    """Begin with events, one by one or by builders that return several."""
    return Given(tuple(flat(past)))


def flat(past: Iterable[Past]) -> Iterable[Event]:
    """Yield the events, whatever they were wrapped in."""
    for one in past:
        yield from one if isinstance(one, tuple) else (one,)
