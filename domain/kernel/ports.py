"""What the kernel asks of the world: one port, the event store."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from domain.kernel.claims import AnyClaim
from domain.kernel.commits import Commit, Draft, Head, Past
from domain.kernel.decider import Fold

S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Conflict(Generic[E]):
    """Another commit already begins where ours would. It may be our own, its answer lost."""

    winner: Commit[E]


@dataclass(frozen=True, slots=True)
class ClaimHeld:
    """Somebody else holds what the commit claims; nothing was written."""

    claim: AnyClaim
    holder: str


@dataclass(frozen=True, slots=True)
class Contended:
    """The store was busy with another transaction on the same items; nothing was written."""


class EventStore(Protocol[S, E]):
    """The streams of one category. A broken world is the adapter's own error, and rises."""

    @property
    def fold(self) -> Fold[S, E]:
        """How these streams are folded."""

    def load(self, entity_id: str) -> Head[S]:
        """Return the head now, strongly consistent; version 0 when there is no commit."""

    def load_at(self, entity_id: str, version: int) -> Past[S, E]:
        """Return the stream as of `version`, inside a commit too. LookupError if not reached."""

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[E]]:
        """Yield the commits that end after a version, oldest first."""

    def append(
        self, base: Head[S], draft: Draft[E]
    ) -> Head[S] | Conflict[E] | ClaimHeld | Contended:
        """Write one commit and its claims at once, or nothing, and return the new head."""
