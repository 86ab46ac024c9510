"""DynamoDB Streams and Lambda's reading of them, as their manuals say that they behave.

Order is kept for each item alone. A shard's records are read in their order, one batch at a time;
a batch that fails comes again, in halves, until it is given up for its number of tries or its age;
a closed shard is read to its end before those that follow it. After a day a record is gone.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from domain.kernel.commits import Commit

Answer = dict[str, Any] | None
"""What a handler answered; None for one that did not."""

KEPT: Final = timedelta(hours=24)
BATCH: Final = 100
RETRIES: Final = 10
OLDEST: Final = timedelta(seconds=21_600)
"""What the template says of both mappings."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record: a commit that was inserted."""

    number: int
    commit: Commit[Any]
    at: datetime

    def record(self) -> dict[str, Any]:
        """Return it as Lambda brings it; our own reader finds the commit beside the keys."""
        commit = self.commit
        keys = {"pk": {"S": commit.stream}, "sk": {"N": str(commit.first)}}
        return {
            "eventName": "INSERT",
            "dynamodb": {"Keys": keys, "SequenceNumber": str(self.number)},
            "commit": commit,
        }


@dataclass(slots=True, eq=False)
class Shard:
    """Records in their order; `trimmed` of them are gone."""

    parent: "Shard | None" = None
    changes: list[Change] = field(default_factory=list)
    trimmed: int = 0
    is_closed: bool = False


class Stream:
    """All shards of one table's stream."""

    def __init__(self, shards: int) -> None:
        self.shards = [Shard() for _ in range(shards)]
        self._open = list(self.shards)
        self.puts = 0

    def put(self, commit: Commit[Any], now: datetime, *, overtakes: bool) -> None:
        """Add a commit, before the newest record of another item if it overtakes that."""
        self.puts += 1
        shard = self._open[crc32(commit.stream.encode()) % len(self._open)]
        changes = shard.changes
        change = Change(self.puts, commit, now)
        if (
            overtakes
            and len(changes) > shard.trimmed
            and changes[-1].commit.stream != commit.stream
        ):
            before = changes.pop()
            change = Change(before.number, commit, now)
            changes.append(change)
            change = Change(self.puts, before.commit, before.at)
        changes.append(change)

    def split(self, place: int) -> None:
        """Close a shard; its items go on in two others."""
        parent = self._open.pop(place % len(self._open))
        parent.is_closed = True
        children = [Shard(parent), Shard(parent)]
        self.shards += children
        self._open += children

    def trim(self, now: datetime) -> None:
        """Forget what is older than a day."""
        for shard in self.shards:
            while shard.trimmed < len(shard.changes) and (
                shard.changes[shard.trimmed].at < now - KEPT
            ):
                shard.trimmed += 1


@dataclass(slots=True)
class _Reading:
    """How far one shard is read, and what is under way."""

    position: int = 0
    began: int = 0
    tries: int = 0
    most: int = BATCH
    is_busy: bool = False


class Mapping:
    """An event source mapping: it brings a stream's records to one handler."""

    def __init__(self, name: str, stream: Stream, met: Counter[str]) -> None:
        self.name = name
        self._stream = stream
        self._met = met
        self._readings: dict[Shard, _Reading] = {}
        self._read = 0

    def ready(self) -> list[Shard]:
        """Return the shards from which a batch can be taken."""
        if self._read == self._stream.puts:
            return []
        return [shard for shard in self._stream.shards if self._is_ready(shard)]

    def _is_ready(self, shard: Shard) -> bool:
        reading = self._reading(shard)
        if reading.is_busy or reading.position >= len(shard.changes):
            return False
        parent = shard.parent
        # After a split the items of the parent may lie in either child: it comes first, whole.
        return parent is None or self._reading(parent).position >= len(parent.changes)

    def _reading(self, shard: Shard) -> _Reading:
        reading = self._readings.setdefault(shard, _Reading())
        self._go_on(reading, shard.trimmed)
        return reading

    def take(self, shard: Shard, most: int) -> list[Change]:
        """Take the next batch, of at most so many."""
        reading = self._reading(shard)
        reading.is_busy, reading.began = True, reading.position
        return shard.changes[reading.position :][: min(most, reading.most)]

    def answered(
        self, shard: Shard, batch: list[Change], answer: Answer, now: datetime, *, again: bool
    ) -> None:
        """Go on as the handler answered; None is a function that did not answer.

        `again`: the batch comes again although it was done.
        """
        reading = self._readings[shard]
        reading.is_busy = False
        done = _done(batch, answer)
        if done == len(batch) and again:
            self._met["batch doubled"] += 1
            return
        self._go_on(reading, reading.began + done)
        if done == len(batch):
            reading.tries, reading.most = 0, BATCH
            return
        reading.tries = 1 if done else reading.tries + 1
        reading.most = max(1, (len(batch) - done) // 2)
        if reading.tries > RETRIES or batch[done].at < now - OLDEST:
            self._met["record given up"] += 1
            self._go_on(reading, reading.position + 1)
            reading.tries = 0

    def _go_on(self, reading: _Reading, position: int) -> None:
        """Read on from a position, unless what lies behind it is gone already."""
        if position > reading.position:
            self._read += position - reading.position
            reading.position = position

    def skip(self) -> None:
        """Lose all that was not read yet, as after more than a day without readers."""
        for shard in self._stream.shards:
            self._go_on(self._reading(shard), len(shard.changes))


def _done(batch: list[Change], answer: Answer) -> int:
    """Return how many of a batch are done, as Lambda reads the answer."""
    if answer is None:
        return 0
    failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    if not failed:
        return len(batch)
    numbers = [str(change.number) for change in batch]
    known = [numbers.index(one) for one in failed if one in numbers]
    return min(known) if len(known) == len(failed) else 0
