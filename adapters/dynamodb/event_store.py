"""The event store on DynamoDB: one item a commit, the state embedded where it costs nothing."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from adapters.codec.event_codec import EventCodec
from adapters.dynamodb.capacity import ITEM_BYTES_MAX, item_bytes, write_units
from adapters.dynamodb.claiming import StoreTables
from adapters.dynamodb.errors import CommitTooLargeError
from adapters.dynamodb.items import (
    Item,
    commit_from,
    embedded_state,
    head_from,
    item_of,
    state_attributes,
)
from adapters.dynamodb.reading import STATE_WITHIN_COMMITS, StreamReader
from adapters.dynamodb.writing import CLAIMS_MAX, CommitWriter, Occupied, Written
from domain.kernel.commits import (
    Commit,
    Draft,
    Head,
    Past,
    StreamBrokenError,
    drafted,
    follow,
    start,
)
from domain.kernel.decider import Fold
from domain.kernel.ports import ClaimHeld, Conflict, Contended, EventStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

S = TypeVar("S")
E = TypeVar("E")

_ITEM_BYTES_LIMIT: Final = ITEM_BYTES_MAX - 1024
"""A margin below 400 KB, because the guide gives the size of numbers as "approximately"."""
_CONTENTION_WAIT_S: Final = 0.05


class DynamoDBEventStore(EventStore[S, E]):
    """The streams of one category; the tables are shared by all categories of a context.

    `count_published` says how many published events an event makes. Besides the port's answers,
    every method may raise StreamBrokenError; BrokenAnswerError and TransactionInProgressError, both
    passing trouble; and whatever botocore raises after its own retries.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: StoreTables,
        fold: Fold[S, E],
        codec: EventCodec[S, E],
        count_published: Callable[[E], int],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the client and what is particular about this category's streams."""
        self._reader = StreamReader(client, tables.events)
        self._writer = CommitWriter(client, tables)
        self._fold = fold
        self._codec = codec
        self._count_published = count_published
        self._sleep = sleep

    @property
    def fold(self) -> Fold[S, E]:
        """How these streams are folded."""
        return self._fold

    def decode(self, image: Mapping[str, Any]) -> tuple[Commit[E], S | None]:
        """Return the commit of a stream record's new image, and the state where it bears one."""
        embedded = embedded_state(image, self._codec, self._fold)
        return commit_from(image, self._codec), embedded.state if embedded else None

    def load(self, entity_id: str) -> Head[S]:
        """Return the head now: one query, unless another fold made the states."""
        head = start(self._fold, entity_id)
        return self._folded(head, self._reader.backwards(head.stream))

    def load_at(self, entity_id: str, version: int) -> Past[S, E]:
        """Return the stream as of `version`. LookupError if not reached; StreamBrokenError."""
        head = start(self._fold, entity_id)
        if version < 1:
            raise LookupError(f"{head.stream} has no version {version}; the first is 1")
        items = self._reader.backwards(head.stream, version)
        newest = next(items, None)
        if newest is None or int(newest["n"]["N"]) < version:
            raise self._not_reached(head.stream, version)
        commit = commit_from(newest, self._codec)
        if commit.last == version:
            embedded = embedded_state(newest, self._codec, self._fold)
            if embedded:
                return Past(commit.stream, embedded.state, version, commit)
        before = self._folded(head, items)
        if before.version + 1 != commit.first:
            raise _broken(commit.stream, before.version + 1, commit.first)
        events = commit.events[: version - commit.first + 1]
        return Past(commit.stream, self._fold.over(events, before.state), version, commit)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[E]]:
        """Yield the commits that end after a version, oldest first. StreamBrokenError on a hole."""
        stream = self._fold.stream(entity_id)
        expected = after + 1
        is_first = True
        for item in self._reader.forwards(stream, after):
            commit = commit_from(item, self._codec)
            if is_first and commit.first != expected:
                for covering in self._covering(stream, after):
                    yield covering
                    expected = covering.last + 1
            is_first = False
            if commit.first != expected:
                raise _broken(stream, expected, commit.first)
            yield commit
            expected = commit.last + 1
        if is_first:
            yield from self._covering(stream, after)

    def append(
        self, base: Head[S], draft: Draft[E]
    ) -> Head[S] | Conflict[E] | ClaimHeld | Contended:
        """Write one commit and its claims at once, or nothing, and return the new head.

        Raises CommitTooLargeError before anything is sent.
        """
        commit = drafted(self._fold, base, draft, self._count_published)
        head = follow(self._fold, base, commit)
        item, has_state = self._item(commit, head)
        if len(draft.claims) > CLAIMS_MAX:
            raise CommitTooLargeError(
                commit.stream, f"{len(draft.claims)} claims", f"{CLAIMS_MAX} claims"
            )
        verdict = (
            self._writer.put_with_claims(item, draft.claims)
            if draft.claims
            else self._writer.put(item)
        )
        match verdict:
            case Written():
                return replace(head, commits_without_state=0) if has_state else head
            case Occupied(item=winner):
                return Conflict(commit_from(winner, self._codec))
            case Contended():
                # Full jitter: those who met do not meet again at once.
                self._sleep(random.uniform(0, _CONTENTION_WAIT_S))  # noqa: S311  # No secret.
                return verdict
            case ClaimHeld():
                return verdict

    def _item(self, commit: Commit[E], head: Head[S]) -> tuple[Item, bool]:
        """Return a commit's item, and whether it bears the state.

        It does when that is free (as many write units with as without), and when the commit would
        be the last of seven without one, so that a load finds a state in its first page.
        """
        plain = item_of(commit, self._codec)
        plain_bytes = item_bytes(plain)
        if plain_bytes > _ITEM_BYTES_LIMIT:
            raise CommitTooLargeError(
                commit.stream, f"{plain_bytes} bytes", f"{_ITEM_BYTES_LIMIT} bytes"
            )
        state = state_attributes(head, self._fold, self._codec)
        full_bytes = plain_bytes + item_bytes(state)
        is_free = write_units(full_bytes) == write_units(plain_bytes)
        is_due = head.commits_without_state >= STATE_WITHIN_COMMITS
        if full_bytes <= _ITEM_BYTES_LIMIT and (is_free or is_due):
            return plain | state, True
        return plain, False

    def _folded(self, head: Head[S], newest_first: Iterator[Item]) -> Head[S]:
        """Fold from the newest state of this fold on, or from the start; nothing may be missing."""
        commits: list[Commit[E]] = []
        for item in newest_first:
            if embedded := embedded_state(item, self._codec, self._fold):
                head = head_from(item, embedded)
                break
            commits.append(commit_from(item, self._codec))
            if commits[-1].first == 1:
                break
        for commit in reversed(commits):
            head = follow(self._fold, head, commit)
        return head

    def _covering(self, stream: str, version: int) -> Iterator[Commit[E]]:
        """Yield the commit that begins at or before a version and ends after it, if any."""
        item = self._reader.covering(stream, version) if version > 0 else None
        if item is not None and int(item["n"]["N"]) > version:
            yield commit_from(item, self._codec)

    def _not_reached(self, stream: str, version: int) -> Exception:
        """Tell a version that is not there yet from one that is missing."""
        beyond = next(self._reader.forwards(stream, version), None)
        if beyond is not None:
            return _broken(stream, version, int(beyond["sk"]["N"]))
        return LookupError(f"{stream} has no version {version}")


def _broken(stream: str, expected: int, found: int) -> StreamBrokenError:
    return StreamBrokenError(
        f"{stream}: a commit beginning at {expected} is missing before {found}"
    )
