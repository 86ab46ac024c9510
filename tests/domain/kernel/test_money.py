import iso4217
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.currencies import EXPONENTS
from domain.kernel.money import (
    AMOUNT_MINOR_MAX,
    Money,
    checked_amount,
    decimal_text,
    exponent,
    share,
    spread,
)
from domain.kernel.refused import KernelRefusal, Refused

amounts = st.integers(0, 10**12)


def test_exponents_are_those_of_iso_4217_for_every_code() -> None:
    listed = {
        currency.code: currency.exponent
        for currency in iso4217.Currency
        if currency.exponent is not None
    }
    assert listed == EXPONENTS


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "XAU", "BTC", "EUR "])
def test_what_has_no_minor_unit_is_no_currency_of_ours(currency: str) -> None:
    with pytest.raises(Refused) as caught:
        exponent(currency)
    assert (caught.value.reason, caught.value.field) == (
        KernelRefusal.UNKNOWN_CURRENCY,
        "currency",
    )


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (1999, "EUR", "19.99"),
        (5, "EUR", "0.05"),
        (-5, "EUR", "-0.05"),
        (0, "EUR", "0.00"),
        (5800, "JPY", "5800"),
        (-1, "JPY", "-1"),
        (1, "KWD", "0.001"),
        (10001, "CLF", "1.0001"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(
    amount_minor: int, currency: str, text: str
) -> None:
    assert decimal_text(Money(amount_minor, currency)) == text


def test_an_amount_stays_within_its_bounds() -> None:
    assert checked_amount(0, "x") == 0
    assert checked_amount(AMOUNT_MINOR_MAX, "x") == AMOUNT_MINOR_MAX
    for amount, least in ((-1, 0), (0, 1), (AMOUNT_MINOR_MAX + 1, 0)):
        with pytest.raises(Refused) as caught:
            checked_amount(amount, "x", least=least)
        assert caught.value.reason is KernelRefusal.INVALID_AMOUNT
        assert caught.value.facts == {"least": least, "most": AMOUNT_MINOR_MAX}


@settings(max_examples=50)
@given(amounts, st.lists(amounts, max_size=8))
def test_what_is_spread_sums_exactly_and_no_part_is_off_by_a_whole_unit(
    amount: int, weights: list[int]
) -> None:
    parts = spread(amount, tuple(weights))
    assert sum(parts) == (amount if weights else 0)
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        if total:
            assert amount * weight // total <= part <= amount * weight // total + 1


def test_the_largest_remainder_gets_the_last_cent_and_ties_go_to_the_first() -> None:
    assert spread(100, (1, 1, 1)) == (34, 33, 33)
    assert spread(10, (1, 2)) == (3, 7)
    assert spread(2, (0, 0, 0)) == (1, 1, 0)
    assert spread(0, (1, 2)) == (0, 0)


@settings(max_examples=50)
@given(amounts, st.lists(st.integers(1, 9), min_size=1, max_size=8))
def test_shares_of_a_shrinking_pool_sum_exactly(amount: int, parts: list[int]) -> None:
    units, pool = sum(parts), amount
    for part in parts:
        taken = share(pool, part, units)
        assert 0 <= taken <= pool
        units, pool = units - part, pool - taken
    assert (units, pool) == (0, 0)
