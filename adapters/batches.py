"""Batches: as many entries in one request as AWS takes, by count and by bytes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a batch request; `position` is where the caller had it."""

    position: int
    body: dict[str, object]
    size_bytes: int


def batches(entries: Sequence[Entry], most: int, most_bytes: int) -> Iterator[list[Entry]]:
    """Cut entries, in order, into batches of at most `most` entries and `most_bytes` bytes."""
    batch: list[Entry] = []
    size_bytes = 0
    for entry in entries:
        if batch and (len(batch) == most or size_bytes + entry.size_bytes > most_bytes):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += entry.size_bytes
    if batch:
        yield batch
