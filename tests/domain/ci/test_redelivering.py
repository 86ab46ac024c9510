"""Which webhooks GitHub is asked to send again, and when, and how far back it is asked for them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from adapters.memory.checks import MemoryDeliveries
from domain.ci.ports import (
    Deliveries,
    Delivery,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
)
from domain.ci.sweeping.budget import Budget
from domain.ci.sweeping.redelivering import AGAIN_AFTER_MIN, REDELIVERIES_MAX, Redelivering
from domain.ci.sweeping.swept import Swept
from tests.support import ci_outside
from tests.support.builders import NOW

MINUTE = timedelta(minutes=1)


class Desk:
    """One list of GitHub's, seen to from time to time."""

    def __init__(self, asked: Deliveries | None = None) -> None:
        self.now = NOW
        self.known = ci_outside.Deliveries()
        self.asked = asked or self.known
        self.redelivering = Redelivering()

    def clock(self) -> datetime:
        return self.now

    def sweep(self, until: datetime | None = None) -> Swept:
        """See to the list, as one sweep does."""
        swept, budget = Swept(), Budget(self.clock, until)
        see_to = self.redelivering.see_to
        swept.tried("list", lambda: see_to(lambda: self.asked, self.now, swept, budget))
        return swept

    def redelivered(self, *known: Delivery) -> list[int]:
        """Return what is asked for of a list like this, by a process that knows nothing yet."""
        self.redelivering = Redelivering()
        self.known.known = list(known)
        self.known.redelivered.clear()
        assert self.sweep().redelivered == len(self.known.redelivered)
        return self.known.redelivered

    def looked_back(self) -> list[timedelta]:
        """Return how far back the list was asked for since the last time we asked this."""
        earliest, self.known.earliest = self.known.earliest, []
        return [self.now - one for one in earliest]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def delivery(number: int, guid: str, minutes_ago: float, *, succeeded: bool = False) -> Delivery:
    return Delivery(number, guid, NOW - minutes_ago * MINUTE, succeeded)


# ---- what is due ------------------------------------------------------------------------------


def test_what_never_arrived_is_sent_again_once_a_minute_is_over(desk: Desk) -> None:
    assert desk.redelivered(delivery(1, "a", 0.5)) == []
    assert desk.redelivered(delivery(1, "a", 1)) == [1]


def test_what_arrived_under_any_of_its_tries_is_left_alone(desk: Desk) -> None:
    tries = (delivery(1, "a", 90), delivery(2, "a", 50, succeeded=True), delivery(3, "a", 20))
    assert desk.redelivered(*tries) == []


@pytest.mark.parametrize(("tries", "wait_min"), [*enumerate((*AGAIN_AFTER_MIN, 360, 360), 1)])
def test_the_newest_try_is_sent_again_after_1_4_16_and_at_most_360_minutes(
    tries: int, wait_min: int, desk: Desk
) -> None:
    def last_tried(minutes_ago: float) -> list[int]:
        older = [delivery(number, "a", 1000 - number) for number in range(1, tries)]
        return desk.redelivered(*older, delivery(tries, "a", minutes_ago))

    assert last_tried(wait_min - 0.1) == []
    assert last_tried(wait_min) == [tries]


def test_the_oldest_are_sent_again_first_and_so_many_in_a_sweep_and_no_more(desk: Desk) -> None:
    many = [delivery(number, str(number), 500 - number) for number in range(REDELIVERIES_MAX + 3)]
    assert desk.redelivered(*many[::-1]) == [*range(REDELIVERIES_MAX)]
    assert desk.sweep().redelivered == 3
    assert desk.sweep() == Swept()


def test_what_is_left_for_another_sweep_is_counted(desk: Desk) -> None:
    desk.known.known = [delivery(n, str(n), 5) for n in range(REDELIVERIES_MAX + 20)]
    assert desk.sweep() == Swept(redelivered=REDELIVERIES_MAX, left=20)


def test_a_list_that_does_not_show_a_try_yet_is_not_asked_for_it_again(desk: Desk) -> None:
    desk.known.known = [delivery(1, "a", 5)]
    assert desk.sweep().redelivered == 1
    desk.now += timedelta(seconds=59)
    assert desk.sweep().redelivered == 0


# ---- how far back -----------------------------------------------------------------------------


def test_all_is_looked_through_at_first_and_each_hour_and_else_the_last_minutes(desk: Desk) -> None:
    desk.now += 50 * MINUTE
    through = []
    for minute in range(80):
        desk.sweep()
        lately, *everything = desk.looked_back()
        assert lately == timedelta(minutes=15)
        assert {*everything} <= {timedelta(days=3)}
        through += [minute for _ in everything]
        desk.now += MINUTE
    assert through == [0, 10, 70]


def test_a_list_that_is_too_long_for_one_sweep_is_looked_through_by_several(desk: Desk) -> None:
    """Each has the time for a tenth of it; nothing of it is passed over, and nothing seen twice."""
    missed = [delivery(number, str(number), 2000 - number) for number in range(1000)]
    seen: list[int] = []

    class Slow(ci_outside.Deliveries):
        def since(self, earliest: datetime) -> Iterator[Delivery]:
            for one in super().since(earliest):
                desk.now += timedelta(seconds=0.1)
                seen.append(one.delivery_id)
                yield one

    desk.asked = Slow(known=missed)
    for _ in range(10):
        began = desk.now
        desk.sweep(until=began + timedelta(seconds=20))
        desk.now = began + MINUTE
    assert sorted(seen) == [*range(1000)]


def test_what_is_missed_is_remembered_and_not_looked_for_again(desk: Desk) -> None:
    desk.now += MINUTE
    desk.known.known = [delivery(number, "a", 200 - number) for number in range(4)]
    assert desk.sweep().redelivered == 1
    desk.now += 30 * MINUTE
    desk.known.known.append(Delivery(9, "a", desk.now - 30 * MINUTE, succeeded=False))
    assert desk.sweep().redelivered == 0
    desk.now += 20 * MINUTE
    desk.known.known.append(Delivery(10, "a", desk.now, succeeded=True))
    desk.sweep()
    desk.now += timedelta(hours=6)
    assert desk.sweep().redelivered == 0


def test_a_look_that_failed_is_made_up_for_however_long_it_takes(desk: Desk) -> None:
    desk.sweep()
    desk.now += MINUTE
    desk.asked = Broken()
    for _ in range(40):
        assert len(desk.sweep().trouble) == 1
        desk.now += MINUTE
    desk.known.known = [Delivery(1, "a", desk.now - 39 * MINUTE, succeeded=False)]
    desk.asked = desk.known
    assert desk.sweep().redelivered == 1
    assert desk.looked_back()[-1] == 41 * MINUTE


class Broken(Deliveries):
    def since(self, earliest: datetime) -> Iterator[Delivery]:
        raise ConnectionError(earliest)

    def redeliver(self, delivery_id: int) -> None:
        raise ConnectionError(delivery_id)


# ---- trouble ----------------------------------------------------------------------------------


def test_what_github_no_longer_knows_keeps_no_other_from_being_sent(desk: Desk) -> None:
    desk.known.known = [delivery(1, "a", 9), delivery(2, "b", 8), delivery(3, "c", 7)]
    desk.known.script = [ReportRefusedError("not known")]
    assert desk.sweep() == Swept(redelivered=2, trouble=["delivery a: not known"])
    assert desk.known.redelivered == [2, 3]


def test_what_is_refused_each_time_is_asked_for_ever_more_rarely(desk: Desk) -> None:
    """Else fifty of them, being the oldest, would be all that is ever asked for."""
    desk.known.known = [delivery(1, "a", 1)]
    asked_at_min = []
    for minute in range(500):
        desk.known.script = [ReportRefusedError("not known")]
        if desk.sweep().trouble:
            asked_at_min.append(minute)
        desk.now += MINUTE
    assert asked_at_min == [0, 4, 20, 84, 340]


@pytest.mark.parametrize("error", [ConnectionError("no route"), ReportDeniedError("no permission")])
def test_trouble_with_github_ends_a_sweeps_asking_and_the_next_goes_on_with_others(
    error: Exception, desk: Desk
) -> None:
    desk.known.known = [delivery(1, "a", 9), delivery(2, "b", 8)]
    desk.known.script = [error]
    swept = desk.sweep()
    assert (swept.redelivered, swept.left, len(swept.trouble)) == (0, 1, 1)
    assert desk.sweep().redelivered == 1
    assert desk.known.redelivered == [2]


def test_github_is_left_alone_for_as_long_as_it_asks_to_be(desk: Desk) -> None:
    desk.known.known = [delivery(1, "a", 9), delivery(2, "b", 8)]
    desk.known.script = [None, ReportLaterError(300, "slow down")]
    swept = desk.sweep()
    assert (swept.redelivered, len(swept.trouble)) == (1, 1)
    desk.looked_back()
    for _ in range(4):
        desk.now += MINUTE
        assert desk.sweep() == Swept()
    assert desk.looked_back() == []
    desk.now += MINUTE
    assert desk.sweep().redelivered == 2


def test_what_was_found_before_github_wanted_to_be_left_alone_is_not_lost(desk: Desk) -> None:
    class Cut(Deliveries):
        def since(self, _: datetime) -> Iterator[Delivery]:
            yield delivery(1, "a", 9)
            raise ReportLaterError(60, "slow down")

        def redeliver(self, delivery_id: int) -> None:
            raise AssertionError(delivery_id)

    desk.asked = Cut()
    assert len(desk.sweep().trouble) == 1
    desk.asked = desk.known
    desk.now += MINUTE
    assert desk.sweep().redelivered == 1


def test_looking_gets_half_of_the_time_so_that_something_is_always_sent(desk: Desk) -> None:
    class Slow(ci_outside.Deliveries):
        def since(self, earliest: datetime) -> Iterator[Delivery]:
            for one in super().since(earliest):
                desk.now += timedelta(seconds=1)
                yield one

    desk.asked = Slow([delivery(number, str(number), 100 - number) for number in range(60)])
    began = desk.now
    swept = desk.sweep(until=began + timedelta(seconds=20))
    assert (desk.now - began, swept.redelivered) == (timedelta(seconds=10), REDELIVERIES_MAX)


def test_without_time_nothing_is_sent_and_what_is_due_is_counted(desk: Desk) -> None:
    desk.known.known = [delivery(1, "a", 5)]
    assert desk.sweep(until=desk.now) == Swept(left=1)


# ---- hours and days ---------------------------------------------------------------------------


class Service:
    """A service and its GitHub: fifteen webhooks a minute, and a sweep each minute."""

    def __init__(self, answers: Callable[[str, datetime], bool]) -> None:
        self.taken: set[str] = set()
        self.answers = answers
        self.github = MemoryDeliveries(self._answer, lambda: self.desk.now)
        self.desk = Desk(self.github)

    def _answer(self, guid: str) -> bool:
        if is_taken := self.answers(guid, self.desk.now):
            self.taken.add(guid)
        return is_taken

    def sweep(self) -> Swept:
        swept = self.desk.sweep()
        self.desk.now += MINUTE
        return swept


@pytest.mark.parametrize("sweeps_meanwhile", [False, True])
def test_an_hour_of_503_loses_nothing(sweeps_meanwhile: bool) -> None:
    """Of 900 webhooks all are taken in the end, as fast as GitHub lets us ask for them."""
    service = Service(lambda _, now: now >= NOW + timedelta(hours=1))
    for minute in range(60):
        for number in range(15):
            service.github.deliver(f"{minute}.{number}")
        if sweeps_meanwhile:
            service.sweep()
        else:
            service.desk.now += MINUTE
    assert service.taken == set()
    needed = 0
    while len(service.taken) < 900:
        assert service.sweep().redelivered <= REDELIVERIES_MAX
        needed += 1
    assert needed == -(-900 // REDELIVERIES_MAX)


def test_a_webhook_that_is_never_taken_is_sent_again_16_times_in_three_days() -> None:
    service = Service(lambda guid, _: guid != "poison")
    service.github.deliver("poison")
    sent = sum(service.sweep().redelivered for _ in range(3 * 24 * 60))
    assert sent == 16


def test_it_is_sent_again_every_six_hours_from_then_on() -> None:
    service = Service(lambda guid, _: guid != "poison")
    service.github.deliver("poison")
    for _ in range(3 * 24 * 60):
        service.sweep()
    assert sum(service.sweep().redelivered for _ in range(24 * 60)) == 4
