"""The event store in memory: the reference that every other engine is compared with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from domain.kernel.claims import Claim, ClaimAction
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

S = TypeVar("S")
E = TypeVar("E")


@dataclass(slots=True)
class Shared:
    """What the stores of all categories have in common: commits by stream, and claims."""

    commits: dict[str, list[Commit[Any]]] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


class MemoryEventStore(EventStore[S, E]):
    """The streams of one category, kept as lists of commits and folded from the start each time."""

    def __init__(
        self, shared: Shared, fold: Fold[S, E], count_published: Callable[[E], int]
    ) -> None:
        """Take what is shared with other categories, the fold, and what counts published events."""
        self._shared = shared
        self._fold = fold
        self._count_published = count_published

    @property
    def fold(self) -> Fold[S, E]:
        """How these streams are folded."""
        return self._fold

    def load(self, entity_id: str) -> Head[S]:
        """Return the head now. StreamBrokenError on a hole."""
        head = start(self._fold, entity_id)
        for commit in self._commits(entity_id):
            head = follow(self._fold, head, commit)
        return head

    def load_at(self, entity_id: str, version: int) -> Past[S, E]:
        """Return the stream as of `version`. LookupError if it has not been reached."""
        head = start(self._fold, entity_id)
        for commit in self._commits(entity_id):
            after = follow(self._fold, head, commit)
            if commit.first <= version <= commit.last:
                events = commit.events[: version - commit.first + 1]
                return Past(commit.stream, self._fold.over(events, head.state), version, commit)
            head = after
        message = f"{self._fold.stream(entity_id)} has no version {version}"
        raise LookupError(message)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[E]]:
        """Yield the commits that end after a version, oldest first. StreamBrokenError on a hole."""
        reached = after
        for commit in self._commits(entity_id):
            if commit.last <= after:
                continue
            if commit.first > reached + 1:
                message = f"{commit.stream}: a commit beginning at {reached + 1} is missing"
                raise StreamBrokenError(message)
            yield commit
            reached = commit.last

    def append(
        self, base: Head[S], draft: Draft[E]
    ) -> Head[S] | Conflict[E] | ClaimHeld | Contended:
        """Write one commit and its claims at once, or nothing."""
        commit = drafted(self._fold, base, draft, self._count_published)
        head = follow(self._fold, base, commit)
        with self._shared.lock:
            commits = self._shared.commits.setdefault(commit.stream, [])
            for other in commits:
                if other.first == commit.first:
                    return Conflict(other)
            for claim in draft.claims:
                holder = self._shared.claims.get(claim.key, claim.owner)
                if claim.action is ClaimAction.TAKE and holder != claim.owner:
                    return ClaimHeld(claim, holder)
            commits.append(commit)
            for claim in draft.claims:
                self._apply(claim)
        return head

    def _apply(self, claim: Claim) -> None:
        if claim.action is ClaimAction.TAKE:
            self._shared.claims[claim.key] = claim.owner
        elif self._shared.claims.get(claim.key) == claim.owner:
            del self._shared.claims[claim.key]

    def _commits(self, entity_id: str) -> list[Commit[E]]:
        with self._shared.lock:
            return list(self._shared.commits.get(self._fold.stream(entity_id), ()))
