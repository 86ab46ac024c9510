"""Decider: the shape that every context fills in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

from domain.kernel.claims import AnyClaim, no_claims


class Command(Protocol):
    """What somebody asks, with the time and every price or new id that it needs."""

    @property
    def now(self) -> datetime:
        """Our clock when the command arrived, UTC: never part of what the caller asked."""


EVIDENCE: Final = MappingProxyType({"evidence": True})
"""`field(metadata=EVIDENCE)`: what we looked up for a command; the caller did not ask for it."""

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Routing:
    """The root and customer that a stream belongs to: decided by its first event, never changes.

    The root is the entity that others hang on: an order, for its payments and shipments too; left
    empty, an entity is its own. `imported` marks history taken over from elsewhere, on which no
    policy acts.
    """

    root_id: str = ""
    customer_id: str = ""
    imported: bool = False


def own_root(_state: object) -> Routing:
    """Route a stream to its own entity, which belongs to no customer."""
    return Routing()


@dataclass(frozen=True, slots=True)
class Fold(Generic[S, E]):
    """How a stream's events become its state.

    `category` names the kind of stream; `version` rises whenever `evolve` or the state changes its
    meaning, so that states stored by an older fold are not believed.
    """

    category: str
    version: int
    initial: S
    evolve: Callable[[S, E], S]
    route: Callable[[S], Routing] = own_root

    def stream(self, entity_id: str) -> str:
        """Name the stream of one entity; the separator cannot occur in an id."""
        return f"{self.category}#{entity_id}"

    def over(self, events: Sequence[E], state: S | None = None) -> S:
        """Fold events onto a state, or onto the initial one."""
        folded = self.initial if state is None else state
        for event in events:
            folded = self.evolve(folded, event)
        return folded


@dataclass(frozen=True, slots=True)
class Decider(Generic[C, S, E]):
    """A context's decisions: `decide(command, state) -> events`, and what they claim elsewhere."""

    fold: Fold[S, E]
    decide: Callable[[C, S], Sequence[E]]
    claims: Callable[[S, Sequence[E]], Sequence[AnyClaim]] = no_claims
