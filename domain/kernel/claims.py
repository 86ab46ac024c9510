"""Claims: what a transition takes or gives back elsewhere, in one write with its commit.

Three kinds. A claim is what one stream holds and no other may: a tracking number. An entry is a
line on a board, which is read in order: a place in a queue, a lease. A share is one of at most so
many: a slot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

Note = tuple[tuple[str, str | int], ...]
"""What a line says beside its owner: names and values, no name twice."""

UNTIL_MS = "until_ms"
"""The name in a note under which a lease says when it lapses, in milliseconds since 1970."""


class ClaimAction(StrEnum):
    """What a transition does to a claim."""

    TAKE = "take"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Claim:
    """Held by one owner. Taking what one holds, and releasing what one does not, change nothing."""

    key: str
    owner: str
    action: ClaimAction = ClaimAction.TAKE


@dataclass(frozen=True, slots=True)
class Entry:
    """A line on a board, held by one owner; taken again by the same owner, its note is replaced.

    `lapsed_ms`: released only if its lease lapsed by then, and refused otherwise.
    """

    board: str
    place: str
    owner: str
    action: ClaimAction = ClaimAction.TAKE
    note: Note = ()
    lapsed_ms: int | None = None

    @property
    def key(self) -> str:
        """Name the line among all boards."""
        return f"{self.board}/{self.place}"


@dataclass(frozen=True, slots=True)
class Share:
    """One of at most `most`, counted on a board; releasing where none is taken changes nothing."""

    board: str
    place: str
    most: int = 0
    action: ClaimAction = ClaimAction.TAKE

    @property
    def key(self) -> str:
        """Name the counter among all boards."""
        return f"{self.board}/{self.place}"


AnyClaim = Claim | Entry | Share


def is_void_when_refused(claim: AnyClaim) -> bool:
    """Whether a refusal means that there is nothing to give back, so that it can be left out."""
    if claim.action is not ClaimAction.RELEASE:
        return False
    return not (isinstance(claim, Entry) and claim.lapsed_ms is not None)


def no_claims(_state: object, _events: object) -> Sequence[AnyClaim]:
    """Claim nothing: most transitions concern one stream alone."""
    return ()
