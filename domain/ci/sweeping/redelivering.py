"""Redelivering: GitHub sends no webhook again by itself, so it is asked for what never arrived.

GitHub's list is long and asking is limited, so a look goes through what is new, and what was found
missing is remembered: in the memory of one process, whose first look goes through everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
REDELIVERIES_MAX: Final = 50
"""In one sweep: GitHub limits how much is asked of it."""


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


class Redelivering:
    """Looks through one list of GitHub's, sweep for sweep, and remembers what it has seen."""

    def __init__(self) -> None:
        """Start knowing nothing: the first look goes through everything."""
        self._missed: dict[str, _Missed] = {}
        self._looked_at: datetime | None = None
        self._looked_through_at: datetime | None = None
        self._not_before: datetime | None = None

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
        if self._not_before and now < self._not_before:
            return
        try:
            asked = deliveries()
            self._look(asked, now, budget.half())
            self._send(asked, now, swept, budget)
        except ReportLaterError as later:
            self._not_before = now + timedelta(seconds=later.retry_after_s)
            raise

    # ---- looking ------------------------------------------------------------------------------

    def _look(self, deliveries: Deliveries, now: datetime, budget: Budget) -> None:
        is_through = self._looked_through_at is None or (
            _hour(self._looked_through_at) != _hour(now)
        )
        have_arrived: set[str] = set()
        for one in deliveries.since(now - REMEMBERED if is_through else self._lately(now)):
            self._note(one, have_arrived)
            if budget.is_spent:
                break  # Else the tail of a long list would keep us from ever sending anything.
        self._looked_at = now
        if is_through:
            self._looked_through_at = now
        self._forget(now - REMEMBERED)

    def _lately(self, now: datetime) -> datetime:
        """Look back to the last look, should that be longer ago: we may have been kept from it."""
        return min(now - LATELY, self._looked_at or now)

    def _note(self, one: Delivery, have_arrived: set[str]) -> None:
        if one.succeeded:
            have_arrived.add(one.guid)
            self._missed.pop(one.guid, None)
        elif one.guid not in have_arrived:
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
