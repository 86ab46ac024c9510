"""Progress: how a long piece of work tells how far it has come."""

from typing import Protocol


class Progress(Protocol):
    """Hears of each step; called from one thread at a time."""

    def begin(self, what: str, total: int) -> None:
        """A step begins, of so many orders."""

    def advance(self) -> None:
        """One order more is done."""


class Silent(Progress):
    """Tells nobody."""

    def begin(self, what: str, total: int) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""
