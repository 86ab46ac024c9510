"""Claims: what one stream holds and no other may: a tracking number, a provider's payment id."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ClaimAction(StrEnum):
    """What a transition does to a claim."""

    TAKE = "take"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Claim:
    """Taken or released in the same transaction as the commit that needs it.

    Taking what one holds already, and releasing what one does not hold, change nothing.
    """

    key: str
    owner: str
    action: ClaimAction = ClaimAction.TAKE


def no_claims(_state: object, _events: object) -> Sequence[Claim]:
    """Claim nothing: most transitions concern one stream alone."""
    return ()
