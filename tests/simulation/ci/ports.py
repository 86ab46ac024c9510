"""The stores and boards of the real code, over memory, with trouble before and after each request.

Others act while a request is on its way, to their end: so what was loaded or looked at is older
than the world by the time that it is used, and what is written meets what they have written.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar

from adapters.memory.boards import MemoryBoards
from adapters.memory.event_store import MemoryEventStore, Shared
from domain.kernel.boards import Boards, Line, Lines
from domain.kernel.commits import Commit, Draft, Head, Past
from domain.kernel.decider import Fold
from domain.kernel.ports import ClaimHeld, Conflict, Contended, EventStore
from tests.simulation.ci.trouble import APPENDING, READING, WRITING, Fault, Trouble
from tests.simulation.ci.witness import Act, Witness

S = TypeVar("S")
E = TypeVar("E")


class TroubledStore(EventStore[S, E]):
    """A store whose requests may fail, before or after; each commit is shown to `wrote` at once."""

    def __init__(
        self,
        store: MemoryEventStore[S, E],
        shared: Shared,
        trouble: Trouble,
        wrote: Callable[[Commit[E]], None],
    ) -> None:
        self._store = store
        self._shared = shared
        self._trouble = trouble
        self._wrote = wrote
        self._heads: dict[str, Head[S]] = {}

    @property
    def fold(self) -> Fold[S, E]:
        return self._store.fold

    def load(self, entity_id: str) -> Head[S]:
        self._trouble.before(READING)
        # What the newest append led to: to fold it anew each time would take a third of all time.
        head = self._heads.get(self.fold.stream(entity_id)) or self._store.load(entity_id)
        self._trouble.pause()
        return head

    def check_heads(self) -> None:
        """Fold every stream from its first event: that must lead to what the appends led to."""
        for stream, head in self._heads.items():
            assert self._store.load(stream.partition("#")[2]) == head

    def load_at(self, entity_id: str, version: int) -> Past[S, E]:
        self._trouble.before(READING)
        return self._store.load_at(entity_id, version)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[E]]:
        self._trouble.before(READING)
        return self._store.read(entity_id, after)

    def append(
        self, base: Head[S], draft: Draft[E]
    ) -> Head[S] | Conflict[E] | ClaimHeld | Contended:
        self._trouble.pause()
        fault = self._trouble.before(APPENDING)
        if fault is Fault.CONTENDED:
            return Contended()
        answer = self._store.append(base, draft)
        if isinstance(answer, Head):
            self._heads[answer.stream] = answer
            commit = self._shared.commits[answer.stream][-1]
            self._wrote(commit)
            if fault is Fault.OWN_CONFLICT:  # The client asked again, and met what it had written.
                answer = Conflict(commit)
        self._trouble.after(fault)
        self._trouble.pause()
        return answer


class TroubledBoards(Boards):
    """Boards that may fail, and that may show how they stood some writes ago."""

    def __init__(
        self,
        shared: Shared,
        trouble: Trouble,
        witness: Witness,
        act: Callable[[], Act],
        is_paid: Callable[[str, str, str], bool],
    ) -> None:
        self._boards = MemoryBoards(shared)
        self._trouble = trouble
        self._witness = witness
        self._act = act
        self._is_paid = is_paid

    def look(self, board: str, most: int) -> Lines:
        self._trouble.before(READING)
        boards, commits = self._now_or_earlier()
        lines = boards.look(board, min(most, self._trouble.mood.lines))
        act, customer_id = self._act(), board.removeprefix("ci#")
        act.customer_id, act.knows = customer_id, commits.get(customer_id, 0)
        self._trouble.pause()
        return lines

    def look_beyond(self, board: str, place: str, name: str, without: Collection[str]) -> Lines:
        self._trouble.before(READING)
        boards, commits = self._now_or_earlier()
        lines = boards.look_beyond(board, place, name, without)
        if self._act().knows != commits.get(board.removeprefix("ci#"), 0):
            self._act().knows = -1
        self._trouble.pause()
        return lines

    def extend(self, board: str, place: str, owner: str, until_ms: int) -> bool:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        is_ours = self._boards.extend(board, place, owner, until_ms)
        if is_ours:
            self._witness.extended(board, place, owner, until_ms)
        self._trouble.after(fault)
        return is_ours

    def strike(self, board: str, place: str, name: str) -> None:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        self._boards.strike(board, place, name)
        job_id = board.removeprefix("owed#")
        self._witness.struck(job_id, place, name, is_paid=self._is_paid(job_id, place, name))
        self._trouble.after(fault)

    def scan(self) -> Iterator[Line]:
        boards, _ = self._now_or_earlier()
        yield from list(boards.scan())

    def _now_or_earlier(self) -> tuple[MemoryBoards, Mapping[str, int]]:
        moment, earlier = self._witness.now(), self._witness.earlier
        if not earlier or not self._trouble.chance(self._trouble.mood.stale):
            return self._boards, moment.commits
        self._trouble.met["board shown as it stood earlier"] += 1
        moment = self._trouble.one_of(earlier)
        return MemoryBoards(Shared(lines=moment.lines)), moment.commits
