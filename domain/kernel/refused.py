"""Refused: "no", as an answer. The reasons are closed lists that a support person can read."""

from enum import StrEnum
from typing import Final

from domain.kernel.claims import AnyClaim


class KernelRefusal(StrEnum):
    """The reasons that any context can meet; each value is a stable code."""

    BUSY = "busy"  # Too many others wrote at the same moment: the only one worth sending again.
    COMMAND_ID_REUSED = "command_id_reused"
    STALE_VERSION = "stale_version"
    CLAIM_TAKEN = "claim_taken"
    INVALID_ID = "invalid_id"
    INVALID_AMOUNT = "invalid_amount"
    UNKNOWN_CURRENCY = "unknown_currency"


RETRYABLE: Final = frozenset[StrEnum]({KernelRefusal.BUSY})


class Refused(Exception):
    """Not allowed, and nothing was written.

    `reason` is a member of a context's closed list; `field` says where in the command, if
    anywhere; `facts` are the figures that a person needs to understand it (never personal data).
    """

    def __init__(self, reason: StrEnum, field: str = "", **facts: str | int) -> None:
        """Keep the reason apart from its words: those are chosen at the edge."""
        super().__init__(reason.value, field, facts)
        self.reason = reason
        self.field = field
        self.facts = facts

    @property
    def retryable(self) -> bool:
        """Whether the same command, sent again unchanged, may succeed."""
        return self.reason in RETRYABLE


class ClaimTaken(Refused):
    """Another holds what the command needs. Who that is stays inside the service."""

    def __init__(self, claim: AnyClaim, holder: str) -> None:
        """Name the claim and keep its holder apart from what callers are told."""
        super().__init__(KernelRefusal.CLAIM_TAKEN, claim=claim.key)
        self.claim = claim
        self.holder = holder
