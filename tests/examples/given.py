"""given(*past).when(command).then(*events), for any decider: `given = story(DECIDER)`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

import pytest

from domain.kernel.decider import Decider
from domain.kernel.refused import Refused

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


def minute(number: int) -> datetime:
    """Return the time so many minutes after NOW."""
    return NOW + timedelta(minutes=number)


@dataclass(frozen=True)
class Asking(Generic[C, S, E]):
    """A command before what has happened; nothing is decided until an outcome is expected."""

    decider: Decider[C, S, E]
    past: tuple[E, ...]
    command: C

    def then(self, *expected: E) -> S:
        """Expect exactly these events, and return the state that they lead to."""
        decided = tuple(self.decider.decide(self.command, self.decider.fold.over(self.past)))
        assert decided == expected
        return self.decider.fold.over((*self.past, *decided))

    def then_nothing(self) -> None:
        """Expect that nothing new has happened."""
        self.then()

    def then_refused(self, reason: StrEnum) -> None:
        """Expect a refusal for this reason."""
        with pytest.raises(Refused) as caught:
            self.then()
        assert caught.value.reason is reason


@dataclass(frozen=True)
class Given(Generic[C, S, E]):
    """What has happened so far."""

    decider: Decider[C, S, E]
    past: tuple[E, ...]

    def when(self, command: C) -> Asking[C, S, E]:
        """Ask for something."""
        return Asking(self.decider, self.past, command)


def story(decider: Decider[C, S, E]) -> Callable[..., Given[C, S, E]]:
    """Return the `given` that begins the sentences of one context."""

    def given(*past: E) -> Given[C, S, E]:
        return Given(decider, past)

    return given
