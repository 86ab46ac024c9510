import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dynamodb.capacity import (
    item_bytes,
    number_bytes,
    query_units,
    read_units,
    value_bytes,
    write_units,
)

KB = 1024


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "Grüße"}, 7),
        ({"S": ""}, 0),
        ({"B": b"\x00\x01\x02"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + (2 + 1) + (1 + 1)),
        ({"M": {"name": {"S": "ab"}}}, 3 + (4 + 2 + 1)),
        ({"SS": ["a", "bcd"]}, 4),
        ({"NS": ["1", "22"]}, 4),
        ({"BS": [b"a", b"bc"]}, 3),
    ],
)
def test_a_value_has_the_size_that_the_guide_gives(value: dict[str, object], size: int) -> None:
    assert value_bytes(value) == size


@pytest.mark.parametrize(
    ("number", "size"),
    [
        ("0", 1),
        ("-0", 1),
        ("7", 2),
        ("42", 2),
        ("421", 3),
        ("-42", 3),
        ("420000", 2),
        ("0.0042", 2),
        ("9" * 38, 20),
        ("1E+100", 2),
    ],
)
def test_a_number_takes_a_byte_for_two_digits_and_one_more(number: str, size: int) -> None:
    assert number_bytes(number) == size


def test_an_item_is_its_names_and_its_values() -> None:
    assert item_bytes({"pk": {"S": "order#1"}, "größe": {"N": "12"}}) == (2 + 7) + (7 + 2)


def test_a_value_of_an_unknown_type_is_named() -> None:
    with pytest.raises(ValueError, match="not a DynamoDB value"):
        value_bytes({"X": "what"})


@pytest.mark.parametrize(
    ("size", "strong", "eventual", "transactional"),
    [(3500, 1, 0.5, 2), (4 * KB, 1, 0.5, 2), (4 * KB + 1, 2, 1, 4), (8 * KB, 2, 1, 4)],
)
def test_a_read_costs_what_the_examples_of_the_guide_say(
    size: int, strong: float, eventual: float, transactional: float
) -> None:
    assert read_units(size) == strong
    assert read_units(size, strong=False) == eventual
    assert read_units(size, transactional=True) == transactional


@pytest.mark.parametrize(("size", "units"), [(500, 1), (KB, 1), (KB + 1, 2), (1536, 2)])
def test_a_write_costs_a_unit_a_kilobyte_and_twice_in_a_transaction(size: int, units: int) -> None:
    assert write_units(size) == units
    assert write_units(size, transactional=True) == 2 * units


def test_finding_nothing_costs_the_minimum() -> None:
    assert query_units([]) == 1
    assert query_units([], strong=False) == 0.5
    assert write_units(0) == 1


def test_the_items_of_a_query_are_rounded_up_together() -> None:
    item = {"pk": {"S": "x" * (1536 - 2)}}  # 1.5 KB each
    assert query_units([item] * 2) == 1
    assert query_units([item] * 3) == 2


@given(st.integers(0, 500 * KB), st.integers(0, 500 * KB))
def test_a_bigger_item_never_costs_less(one: int, other: int) -> None:
    smaller, bigger = sorted((one, other))
    assert read_units(smaller) <= read_units(bigger)
    assert write_units(smaller) <= write_units(bigger)
