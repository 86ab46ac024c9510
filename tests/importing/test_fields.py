from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.olist.fields import amount_minor, doubtful, identifier, moment, number, zone
from adapters.olist.problems import FieldError
from domain.kernel.times import Certainty

LOCAL = ZoneInfo("America/Sao_Paulo")


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_an_amount_is_exact_to_the_cent_whatever_its_size(value: Decimal) -> None:
    assert amount_minor(str(value)) == int(value.scaleb(2))


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=0, max_value=9))
def test_one_decimal_is_tens_of_cents(whole: int, tenth: int) -> None:
    assert amount_minor(f"{whole}.{tenth}") == whole * 100 + tenth * 10


@given(st.text(max_size=12))
def test_an_amount_is_read_exactly_or_refused(text: str) -> None:
    try:
        found = amount_minor(text)
    except FieldError:
        return
    assert text.isascii()
    assert found == Decimal(text).scaleb(2)


NO_AMOUNTS = """
1,50 1.234 1. .5 1e3 +1 -1 -0.01 NaN 0x10 1_000 999999999999999 \N{ARABIC-INDIC DIGIT ONE}
"""


@pytest.mark.parametrize("text", ["", " 1.00", "1.00 ", "\x1b[31m1", *NO_AMOUNTS.split()])
def test_what_is_no_amount_is_refused_in_words_that_are_safe_to_print(text: str) -> None:
    with pytest.raises(FieldError) as refused:
        amount_minor(text)
    assert str(refused.value).isprintable()


def test_a_time_is_read_in_the_zone_of_the_shop_and_keeps_its_own_words() -> None:
    when = moment("2017-06-01 12:00:00", LOCAL)
    assert when is not None
    assert when.utc == datetime(2017, 6, 1, 15, tzinfo=UTC)
    assert (when.certainty, when.raw) == (Certainty.ZONE_ASSUMED, "2017-06-01 12:00:00")
    summer = moment("2017-12-01 12:00:00", LOCAL)
    assert summer is not None
    assert summer.utc == datetime(2017, 12, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "utc", "doubt"),
    [
        ("2017-02-18 23:30:00", datetime(2017, 2, 19, 1, 30, tzinfo=UTC), "ambiguous"),
        ("2018-02-17 23:00:00", datetime(2018, 2, 18, 1, 0, tzinfo=UTC), "ambiguous"),
        ("2016-02-20 23:59:59", datetime(2016, 2, 21, 1, 59, 59, tzinfo=UTC), "ambiguous"),
        ("2016-10-16 00:30:00", datetime(2016, 10, 16, 3, 30, tzinfo=UTC), "nonexistent"),
        ("2017-10-15 00:00:00", datetime(2017, 10, 15, 3, 0, tzinfo=UTC), "nonexistent"),
        ("2018-11-04 00:59:59", datetime(2018, 11, 4, 3, 59, 59, tzinfo=UTC), "nonexistent"),
        ("2017-10-15 01:00:00", datetime(2017, 10, 15, 3, 0, tzinfo=UTC), ""),
        ("2018-02-18 00:00:00", datetime(2018, 2, 18, 3, 0, tzinfo=UTC), ""),
    ],
)
def test_hours_that_came_twice_or_never_are_read_one_way_and_called_doubtful(
    text: str, utc: datetime, doubt: str
) -> None:
    when = moment(text, LOCAL)
    assert when is not None
    assert when.utc == utc
    assert doubtful(when, LOCAL) == doubt


@given(st.datetimes(min_value=datetime(2016, 1, 1), max_value=datetime(2018, 12, 31)))  # noqa: DTZ001  # Naive is the point.
def test_every_local_time_is_within_an_hour_of_itself_read_back(naive: datetime) -> None:
    text = naive.strftime("%Y-%m-%d %H:%M:%S")
    when = moment(text, zone())
    assert when is not None
    assert when.utc is not None
    back = when.utc.astimezone(LOCAL).replace(tzinfo=None)
    expected = naive.replace(microsecond=0)
    assert abs(back - expected) <= timedelta(hours=1)
    assert back == expected or doubtful(when, LOCAL) == "nonexistent"


@pytest.mark.parametrize(
    "text",
    [
        "2017-02-30 10:00:00",
        "2017-13-01 10:00:00",
        "2017-01-01 24:00:00",
        "2017-01-01",
        "01/02/2017 10:00",
        "2017-01-01T10:00:00",
        "2017-01-01 10:00:00Z",
        "1017-01-01 10:00:00",
        " 2017-01-01 10:00:00",
        "2017-1-1 10:00:00",
        "yesterday",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        moment(text, LOCAL)


@pytest.mark.parametrize("text", ["", "a#b", "a b", "a\nb", "-a", "\x00", "a" * 101, "ä", "a/b"])
def test_an_id_that_cannot_stand_in_a_key_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        identifier(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.0", "one", "1" * 10, " 1"])
def test_what_is_no_counting_number_is_refused(text: str) -> None:
    with pytest.raises(FieldError):
        number(text, 1)
