from datetime import timedelta

from domain.ci.sweeping.pacing import Pacing
from tests.support.builders import NOW

MINUTE = timedelta(minutes=1)


def test_each_thing_has_distances_of_its_own() -> None:
    pacing = Pacing()
    pacing.done("a", NOW)
    pacing.done("a", NOW + MINUTE)
    pacing.done("b", NOW + MINUTE)
    assert not pacing.is_due("a", NOW + 2 * MINUTE)
    assert pacing.is_due("a", NOW + 3 * MINUTE)
    assert pacing.is_due("b", NOW + 2 * MINUTE)
    assert pacing.is_due("c", NOW)


def test_what_is_not_kept_begins_anew() -> None:
    pacing = Pacing()
    for thing in "ab":
        pacing.done(thing, NOW)
        pacing.done(thing, NOW)
    pacing.keep({"b"})
    assert pacing.is_due("a", NOW)
    assert not pacing.is_due("b", NOW + MINUTE)
    pacing.done("a", NOW)
    assert pacing.is_due("a", NOW + MINUTE)
