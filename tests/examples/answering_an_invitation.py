"""Answering an invitation: the guest's newest answer counts, unless the host has withdrawn.

Safe to repeat: an answer that is known, or older than one that is, decides nothing.
Safe to reorder: answers bring their own times, and a withdrawal beats them all, whenever it comes.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.kernel.decider import Decider, Fold
from domain.kernel.refused import Refused


class InvitationRefusal(StrEnum):
    WITHDRAWN = "invitation_withdrawn"


@dataclass(frozen=True, slots=True, order=True)
class Answered:
    at: datetime
    coming: bool  # At the same instant coming is the greater.


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """For good, so it needs no time: another invitation is another stream."""


@dataclass(frozen=True, slots=True)
class Record:
    fact: Answered | Withdrawn
    now: datetime  # Our clock, another one at each arrival: nothing is decided by it.


@dataclass(frozen=True, slots=True)
class Invitation:
    answer: Answered | None = None
    withdrawn: bool = False


def decide(command: Record, invitation: Invitation) -> list[Answered | Withdrawn]:
    match command.fact:
        case Withdrawn() as withdrawn:
            return [] if invitation.withdrawn else [withdrawn]
        case Answered() if invitation.withdrawn:
            raise Refused(InvitationRefusal.WITHDRAWN)
        case Answered() as answer:
            return [] if invitation.answer and invitation.answer >= answer else [answer]


def evolve(_invitation: Invitation, event: Answered | Withdrawn) -> Invitation:
    # What was before is superseded: `decide` lets nothing older pass.
    return Invitation(withdrawn=True) if isinstance(event, Withdrawn) else Invitation(event)


DECIDER = Decider(Fold("invitation", 1, Invitation(), evolve), decide)
