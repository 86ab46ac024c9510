"""The event store in memory: the reference that every other engine is compared with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from domain.kernel.boards import Line
from domain.kernel.claims import (
    UNTIL_MS,
    AnyClaim,
    Claim,
    ClaimAction,
    Entry,
    Share,
    is_void_when_refused,
)
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
    """What the stores of all categories have in common: commits by stream, claims and boards."""

    commits: dict[str, list[Commit[Any]]] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def grants(self, claim: AnyClaim) -> bool:
        """Whether a claim can be taken or released as things stand."""
        match claim:
            case Claim():
                return self.claims.get(claim.key, claim.owner) == claim.owner
            case Entry():
                line = self.lines.get((claim.board, claim.place))
                is_ours = line is None or line.owner == claim.owner
                is_alive = claim.lapsed_ms is not None and (
                    line is None or line.number(UNTIL_MS) > claim.lapsed_ms
                )
                return is_ours and not is_alive
            case Share():
                line = self.lines.get((claim.board, claim.place))
                taken = line.count if line else 0
                return taken < claim.most if claim.action is ClaimAction.TAKE else taken > 0

    def holder(self, claim: AnyClaim) -> str:
        """Return who is in a claim's way."""
        if isinstance(claim, Claim):
            return self.claims[claim.key]
        line = self.lines.get((claim.board, claim.place))
        return line.owner if line else ""

    def apply(self, claim: AnyClaim) -> None:
        """Take or release what was granted."""
        is_taken = claim.action is ClaimAction.TAKE
        match claim:
            case Claim() if is_taken:
                self.claims[claim.key] = claim.owner
            case Claim():
                self.claims.pop(claim.key, None)
            case Entry(board=board, place=place) if is_taken:
                self.lines[board, place] = Line(board, place, claim.owner, dict(claim.note))
            case Entry():
                self.lines.pop((claim.board, claim.place), None)
            case Share(board=board, place=place):
                line = self.lines.get((board, place), Line(board, place))
                step = 1 if is_taken else -1
                self.lines[board, place] = replace(line, count=line.count + step)


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
            refused = [claim for claim in draft.claims if not self._shared.grants(claim)]
            for claim in refused:
                if not is_void_when_refused(claim):
                    return ClaimHeld(claim, self._shared.holder(claim))
            commits.append(commit)
            for claim in draft.claims:
                if claim not in refused:
                    self._shared.apply(claim)
        return head

    def _commits(self, entity_id: str) -> list[Commit[E]]:
        with self._shared.lock:
            return list(self._shared.commits.get(self._fold.stream(entity_id), ()))
