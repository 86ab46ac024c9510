"""Mistakes in the transition: what an append's answer means, and what a stream remembers."""

# ruff: noqa: ANN401  # A mistake takes whatever the real function takes.

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from domain.kernel import commits
from domain.kernel import transition as kernel
from domain.kernel.commits import Commit, Draft, Head, Past, drafted, follow
from domain.kernel.decider import Fold
from domain.kernel.ports import Conflict, Contended, EventStore
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.transition import Outcome, Transitioned
from domain.payments import use_cases as payments
from domain.policies import react
from domain.published.commerce import count
from domain.shipments import use_cases as shipments
from handlers.api import commands
from tests.simulation.commerce.bugs import Bug, Function, Plant
from tests.simulation.commerce.invariants import Invariant

Earlier = list[Any]
Hears = Callable[[Fold[Any, Any], Head[Any], Draft[Any], Any, Earlier], Any]
Offers = Callable[[Draft[Any], Earlier], Draft[Any]]


class _Wrong(EventStore[Any, Any]):
    """A store whose appends are offered, or whose answers are heard, wrongly."""

    def __init__(self, store: EventStore[Any, Any], hears: Hears, offers: Offers) -> None:
        self._store = store
        self._hears = hears
        self._offers = offers
        self._earlier: Earlier = []

    @property
    def fold(self) -> Fold[Any, Any]:
        return self._store.fold

    def load(self, entity_id: str) -> Head[Any]:
        return self._store.load(entity_id)

    def load_at(self, entity_id: str, version: int) -> Past[Any, Any]:
        return self._store.load_at(entity_id, version)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[Any]]:
        return self._store.read(entity_id, after)

    def append(self, base: Head[Any], draft: Draft[Any]) -> Any:  # Any answer.
        answer = self._store.append(base, self._offers(draft, self._earlier))
        heard = self._hears(self.fold, base, draft, answer, self._earlier)
        self._earlier.append(answer)
        return heard


def _as_it_is(*heard: Any) -> Any:  # Any answer.
    return heard[3]


def _offered_as_it_is(draft: Draft[Any], _earlier: Earlier) -> Draft[Any]:
    return draft


def _wrong(hears: Hears = _as_it_is, offers: Offers = _offered_as_it_is) -> Bug:
    def bug(real: Function) -> Function:
        return lambda store, decider, request: real(_Wrong(store, hears, offers), decider, request)

    return bug


def _has(kind: type, earlier: Earlier) -> bool:
    return any(isinstance(one, kind) for one in earlier)


def _takes_a_conflict_for_success(
    fold: Fold[Any, Any], base: Head[Any], _draft: Draft[Any], answer: Any, _earlier: Earlier
) -> Any:
    return follow(fold, base, answer.winner) if isinstance(answer, Conflict) else answer


def _takes_a_conflict_for_failure(*heard: Any) -> Any:
    if isinstance(heard[3], Conflict):
        raise Refused(KernelRefusal.STALE_VERSION)
    return heard[3]


def _takes_the_winner_for_itself(
    _fold: Fold[Any, Any], _base: Head[Any], draft: Draft[Any], answer: Any, earlier: Earlier
) -> Any:
    if not isinstance(answer, Conflict) or not _has(Contended, earlier):
        return answer
    winner = replace(answer.winner, command_id=draft.command_id, fingerprint=draft.fingerprint)
    return Conflict(winner)


class _Nobody(str):
    """An id that equals no other, hashed and written as it is."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _other: object) -> bool:
        return False

    def __ne__(self, _other: object) -> bool:
        return True


def _knows_itself_until(other: type) -> Hears:
    def hears(*said: Any) -> Any:
        _, _, _, answer, earlier = said
        if not isinstance(answer, Conflict) or not _has(other, earlier):
            return answer
        return Conflict(replace(answer.winner, command_id=_Nobody(answer.winner.command_id)))

    return hears


def _takes_contention_for_success_at_last(
    fold: Fold[Any, Any], base: Head[Any], draft: Draft[Any], answer: Any, earlier: Earlier
) -> Any:
    if not isinstance(answer, Contended) or not _has(Contended, earlier):
        return answer
    return follow(fold, base, drafted(fold, base, draft, count))


def _claims_at_first_only(draft: Draft[Any], earlier: Earlier) -> Draft[Any]:
    return replace(draft, claims=()) if earlier else draft


def _decides_on_the_old_state(real: Function) -> Function:
    return lambda fold, head, commit: replace(real(fold, head, commit), state=head.state)


def _answers_with_now(real: Function) -> Function:
    def before(store: Any, head: Head[Any], request: Any, fingerprint: str) -> object:
        known = real(store, head, request, fingerprint)
        return known and Transitioned(Outcome.REPLAYED, head.state, head.version)

    return before


def _goes_on_where_it_cannot_look(real: Function) -> Function:
    def before(*asked: object) -> object:
        try:
            return real(*asked)
        except Refused:
            raise
        except Exception:  # noqa: BLE001  # That is the mistake.
            return None

    return before


def _remembers_the_clock(real: Function) -> Function:
    def asked_fields(kind: type) -> object:
        known = real(kind)
        has_clock = is_dataclass(kind) and "now" in {one.name for one in fields(kind)}
        return (*known, ("now", None)) if has_clock else known

    return asked_fields


def _remembers_one(real: Function) -> Function:
    return lambda known, command_id, version: real(known, command_id, version)[-1:]


EVERYWHERE: Final = (commands, react, payments, shipments)
ONCE, TWICE, VERSIONS = Invariant.ONCE, Invariant.NEVER_TWICE, Invariant.VERSIONS

PLANTS: Final = {
    "a conflict is taken for success, whoever won": Plant(
        EVERYWHERE, "transition", _wrong(_takes_a_conflict_for_success), (ONCE,)
    ),
    "a conflict is taken for failure, also with itself": Plant(
        EVERYWHERE, "transition", _wrong(_takes_a_conflict_for_failure), (ONCE,)
    ),
    "after a conflict it is decided on the old state": Plant(
        (kernel,), "follow", _decides_on_the_old_state, (ONCE, VERSIONS)
    ),
    "a remembered command is answered with the state of now": Plant(
        (kernel,), "_answered_before", _answers_with_now, (ONCE,)
    ),
    "a fingerprint has the clock in it": Plant(
        (kernel,), "_asked_fields", _remembers_the_clock, (ONCE,)
    ),
    "a stream remembers its newest command only": Plant(
        (commits,), "remember", _remembers_one, (ONCE, TWICE)
    ),
    "claims are left out when an append is tried again": Plant(
        EVERYWHERE, "transition", _wrong(offers=_claims_at_first_only), (Invariant.CLAIMED,)
    ),
    "after contention whoever won is taken for itself": Plant(
        EVERYWHERE, "transition", _wrong(_takes_the_winner_for_itself), (ONCE,), is_subtle=True
    ),
    "once overtaken, a command does not know its own commit": Plant(
        EVERYWHERE, "transition", _wrong(_knows_itself_until(Conflict)), (TWICE,), is_subtle=True
    ),
    "once contended, a command does not know its own commit": Plant(
        EVERYWHERE, "transition", _wrong(_knows_itself_until(Contended)), (TWICE,), is_subtle=True
    ),
    "an append that is contended twice is taken for written": Plant(
        EVERYWHERE,
        "transition",
        _wrong(_takes_contention_for_success_at_last),
        (ONCE,),
        is_subtle=True,
    ),
    "a command whose commit cannot be looked up is taken for new": Plant(
        (kernel,), "_answered_before", _goes_on_where_it_cannot_look, (TWICE,), is_subtle=True
    ),
}
