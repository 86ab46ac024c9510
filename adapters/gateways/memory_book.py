"""The sandbox's book in memory."""

from collections import Counter
from collections.abc import Mapping

from adapters.gateways.sandbox import Book


class MemoryBook(Book):
    """Entries by key."""

    def __init__(self) -> None:
        """Start empty."""
        self.entries: dict[str, dict[str, str]] = {}
        self.times: Counter[str] = Counter()

    def note(self, key: str, entry: Mapping[str, str]) -> dict[str, str]:
        """Write an entry unless the key has one."""
        return self.entries.setdefault(key, dict(entry))

    def asked(self, key: str) -> int:
        """Count one more time of asking."""
        self.times[key] += 1
        return self.times[key]

    def read(self, key: str) -> dict[str, str] | None:
        """Return the key's entry."""
        return self.entries.get(key)
