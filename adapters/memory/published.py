"""Bus and notices in memory: they remember what was sent."""

from collections.abc import Sequence

from domain.published.ports import Bus, Notice, Notices, Outgoing


class MemoryBus(Bus):
    """Accepts everything."""

    def __init__(self) -> None:
        """Start empty."""
        self.sent: list[Outgoing] = []

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        """Remember what was sent."""
        self.sent.extend(outgoing)
        return frozenset()


class MemoryNotices(Notices):
    """Accepts everything."""

    def __init__(self) -> None:
        """Start empty."""
        self.sent: list[Notice] = []

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        """Remember what was sent."""
        self.sent.extend(notices)
        return frozenset()
