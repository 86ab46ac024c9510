from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.ids import ID_LENGTH_MAX, checked_id, derived_id, short_hash
from domain.kernel.refused import KernelRefusal, Refused
from domain.kernel.times import UNKNOWN_TIME, Certainty, When, sort_key
from tests.support.builders import AT, NOW, minute


@pytest.mark.parametrize("value", ["a", "7", "o-1", "A.b_c:d@e~f-g", "x" * ID_LENGTH_MAX])
def test_an_id_may_have_letters_digits_and_a_few_signs(value: str) -> None:
    assert checked_id(value, "field") == value


@pytest.mark.parametrize(
    "value", ["", "#", "a#b", "a b", "a\n", "\x00", "-a", "é", "a/b", "x" * (ID_LENGTH_MAX + 1)]
)
def test_anything_else_is_no_id(value: str) -> None:
    with pytest.raises(Refused) as caught:
        checked_id(value, "field")
    assert (caught.value.reason, caught.value.field) == (KernelRefusal.INVALID_ID, "field")


def test_a_derived_id_is_the_same_on_every_machine_for_ever() -> None:
    assert derived_id("order", "local", "key-1") == "qkdqd2wquqbzt7jjna66ormixm"
    assert short_hash("key-1") == 3190387796


@settings(max_examples=30)
@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_other_parts_give_another_id_that_is_one(one: list[str], other: list[str]) -> None:
    assert (derived_id(*one) == derived_id(*other)) == (one == other)
    assert len(checked_id(derived_id(*one), "id")) == 26


def test_a_time_in_no_zone_or_another_one_is_refused() -> None:
    for moment in (
        datetime(2026, 1, 1),  # noqa: DTZ001  # The defect itself.
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    ):
        with pytest.raises(ValueError, match="not in UTC"):
            When(moment)


def test_a_time_is_unknown_exactly_when_it_is_absent() -> None:
    assert (UNKNOWN_TIME.utc, UNKNOWN_TIME.certainty) == (None, Certainty.UNKNOWN)
    with pytest.raises(ValueError, match="unknown exactly when"):
        When(None)
    with pytest.raises(ValueError, match="unknown exactly when"):
        When(NOW, Certainty.UNKNOWN)


def test_known_times_come_before_unknown_ones() -> None:
    assert sorted([UNKNOWN_TIME, minute(1), AT], key=sort_key) == [AT, minute(1), UNKNOWN_TIME]
