"""Listening: what `waybill listen` asks of the world."""

from types import TracebackType
from typing import Any, Protocol, Self


class Listener(Protocol):
    """An ear on the bus, there while it is entered and gone afterwards."""

    def __enter__(self) -> Self:
        """Begin to hear."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop hearing, and leave nothing behind."""

    def heard(self, wait_s: int) -> list[dict[str, Any]]:
        """Return what has passed since the last call, waiting a while if nothing has."""
