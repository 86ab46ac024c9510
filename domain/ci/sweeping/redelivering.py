"""Redelivering: GitHub sends no webhook again by itself, so it is asked for what never arrived.

GitHub's list is long and asking is limited, so a look goes through what is new, and what was found
missing is remembered: in the memory of one process, whose first look goes through everything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.ci.ports import Deliveries, Delivery, ReportLaterError, ReportRefusedError
from domain.ci.sweeping.budget import Budget
from domain.ci.sweeping.swept import Swept

REMEMBERED: Final = timedelta(days=3)
"""How far back GitHub knows its deliveries; looked through at first, and once an hour."""
LATELY: Final = timedelta(minutes=15)
"""What each look goes through: a delivery may be listed late."""
AGAIN_AFTER_MIN: Final = (1, 4, 16, 64, 256, 360)
"""How long the newest try is waited for, by how many there were; the last holds for all further."""
REDELIVERIES_MAX: Final = 8
"""In one sweep: GitHub takes 500 requests an hour that make something, and statuses are others."""
LOOKED_AT_MAX: Final = 3_000
"""Deliveries of one look in one sweep: thirty of the 5,000 questions that an hour allows."""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_NOT_YET: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Missed:
    """A webhook of which no try went well, as far as we have seen.

    `asked_at` is when we last asked for it, and `unsent` how often no new try came of that: both
    put the next time off, so that what cannot be sent again keeps no other from it.
    """

    tries: dict[int, datetime] = field(default_factory=dict)
    asked_at: datetime | None = None
    unsent: int = 0

    @property
    def newest(self) -> int:
        """The delivery that was tried last."""
        return max(self.tries, key=lambda number: (self.tries[number], number))

    @property
    def first_at(self) -> datetime:
        """When it was tried first."""
        return min(self.tries.values())

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for another try."""
        tries = min(len(self.tries) + self.unsent, len(AGAIN_AFTER_MIN))
        last = self.tries[self.newest]
        wait = timedelta(minutes=AGAIN_AFTER_MIN[tries - 1])
        return max(last, self.asked_at or last) + wait <= now


@dataclass(slots=True)
class _Look:
    """A look through a list, newest first, for as long as there is time; then it goes on.

    `began_at` is None while there is none; an error ends it, and the next begins anew.
    """

    began_at: datetime | None = None
    _rest: Iterator[Delivery] = field(default_factory=lambda: iter(()))

    def begin(self, deliveries: Deliveries, earliest: datetime, now: datetime) -> None:
        """Begin, unless one is under way."""
        if self.began_at is None:
            self.began_at, self._rest = now, iter(deliveries.since(earliest))

    def go_on(self, see: Callable[[Delivery], None], budget: Budget) -> datetime | None:
        """Show `see` what there is time for; once all was seen, return when the look began."""
        began_at, self.began_at = self.began_at, None
        for number, one in enumerate(self._rest, start=1):
            see(one)
            if number == LOOKED_AT_MAX or budget.is_spent:
                self.began_at = began_at
                return None
        return began_at


class Redelivering:
    """Looks through one list of GitHub's, sweep for sweep, and remembers what it has seen."""

    def __init__(self) -> None:
        """Start knowing nothing: the first look goes through everything."""
        self._missed: dict[str, _Missed] = {}
        self._arrived: set[str] = set()
        self._lately, self._looked_at = _Look(), _NOT_YET
        self._all, self._all_looked_at = _Look(), _LONG_AGO
        self._not_before = _LONG_AGO

    def see_to(
        self,
        deliveries: Callable[[], Deliveries],
        now: datetime,
        swept: Swept,
        budget: Budget,
    ) -> None:
        """Have sent again what is due, the oldest first; half of the time is for looking.

        Where GitHub wants to be left alone it is, for as long as it says; what was found until then
        is not looked for again. Raises ReportLaterError; other trouble rises too, and may pass.
        """
        if now < self._not_before:
            return
        try:
            asked = deliveries()
            self._look(asked, now, budget.part(0.5))
            self._send(asked, now, swept, budget)
        except ReportLaterError as later:
            self._not_before = now + timedelta(seconds=later.retry_after_s)
            raise

    # ---- looking ------------------------------------------------------------------------------

    def _look(self, deliveries: Deliveries, now: datetime, budget: Budget) -> None:
        """Look through what is new, and now and then through all that GitHub remembers.

        Back to the last look that saw all that was new, should that be longer ago. What has arrived
        is remembered until both are through: the one sees it, and the other the tries before.
        """
        lately = max(min(now - LATELY, self._looked_at), now - REMEMBERED)
        self._lately.begin(deliveries, lately, now)
        self._looked_at = self._lately.go_on(self._see, budget) or self._looked_at
        if self._all.began_at or _hour(self._all_looked_at) != _hour(now):
            self._all.begin(deliveries, now - REMEMBERED, now)
            self._all_looked_at = self._all.go_on(self._see, budget) or self._all_looked_at
        if not self._lately.began_at and not self._all.began_at:
            self._arrived.clear()
        self._forget(now - REMEMBERED)

    def _see(self, one: Delivery) -> None:
        if one.succeeded:
            self._arrived.add(one.guid)
            self._missed.pop(one.guid, None)
        elif one.guid not in self._arrived:
            self._missed.setdefault(one.guid, _Missed()).tries[one.delivery_id] = one.delivered_at

    def _forget(self, earliest: datetime) -> None:
        """Forget the tries that GitHub has forgotten: it sends none of them again."""
        for guid, missed in list(self._missed.items()):
            missed.tries = {n: at for n, at in missed.tries.items() if at >= earliest}
            if not missed.tries:
                del self._missed[guid]

    # ---- sending ------------------------------------------------------------------------------

    def _send(self, deliveries: Deliveries, now: datetime, swept: Swept, budget: Budget) -> None:
        due = [(guid, one) for guid, one in self._missed.items() if one.is_due(now)]
        due.sort(key=lambda one: (one[1].first_at, one[0]))
        turn = due[: max(0, REDELIVERIES_MAX - swept.redelivered)]
        swept.left += len(due)
        for guid, missed in turn:
            if budget.is_spent:
                return
            swept.left -= 1
            missed.asked_at = now
            missed.unsent += 1  # Until we know better: it must not be the first again and again.
            try:
                deliveries.redeliver(missed.newest)
            except ReportRefusedError as error:
                swept.trouble.append(f"delivery {guid}: {error}")
            else:
                missed.unsent -= 1
                swept.redelivered += 1


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
