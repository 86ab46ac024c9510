"""What DynamoDB bills, by its documented rules; the engines on one machine report wrong figures.

Items are in the client's low-level form, `{"pk": {"S": "order#1"}, "sk": {"N": "1"}}`, binary
values as raw bytes. Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats" and
"Capacity unit consumption for read/write operations".
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import Any

AttributeValue = Mapping[str, Any]
Item = Mapping[str, AttributeValue]

ITEM_BYTES_MAX = 400 * 1024
WRITE_STEP_BYTES = 1024
READ_STEP_BYTES = 4096
CONTAINER_BYTES = 3
ELEMENT_BYTES = 1


def item_bytes(item: Item) -> int:
    """Return the size of an item: each attribute's name and value, without storage overhead."""
    return sum(_text_bytes(name) + value_bytes(value) for name, value in item.items())


def value_bytes(value: AttributeValue) -> int:
    """Return the size of one value. ValueError for a type that DynamoDB does not have."""
    for kind, content in value.items():
        size = _SIZES.get(kind)
        if size is None or len(value) > 1:
            break
        return size(content)
    raise ValueError(f"not a DynamoDB value: {value!r}; expected one of S N B BOOL NULL ...")


def number_bytes(number: str) -> int:
    """Return the size of a number: a byte for two significant digits, one more, one for a minus.

    The guide says "approximately", and nothing about the sign; the byte for it was measured by
    others, and counting it keeps a budget on the safe side.
    """
    if number.isdecimal():  # Versions and times: every item that is written has some of these.
        return _digits_bytes(number)
    sign, digits, _ = Decimal(number).as_tuple()
    # Not Decimal.normalize: it rounds to 28 digits, and DynamoDB keeps 38.
    size_bytes = _digits_bytes("".join(map(str, digits)))
    return size_bytes + sign if size_bytes > 1 else size_bytes


def _digits_bytes(digits: str) -> int:
    significant = digits.strip("0")
    return (len(significant) + 1) // 2 + 1 if significant else 1


def write_units(size_bytes: int, *, transactional: bool = False) -> int:
    """Return the WCU of writing one item: a unit a KB, at least one; twice in a transaction.

    A replaced or deleted item counts with the larger of its sizes before and after.
    """
    return max(1, ceil(size_bytes / WRITE_STEP_BYTES)) * (2 if transactional else 1)


def read_units(size_bytes: int, *, strong: bool = True, transactional: bool = False) -> float:
    """Return the RCU of one read: a unit for 4 KB, at least one, also when nothing was found.

    Half without strong consistency, twice in a transaction. For a Query or Scan pass the sum of
    all items that it went through (`query_units`): they are rounded up together.
    """
    units = max(1, ceil(size_bytes / READ_STEP_BYTES))
    if transactional:
        return units * 2.0
    return units * (1.0 if strong else 0.5)


def query_units(items: Sequence[Item], *, strong: bool = True) -> float:
    """Return the RCU of one page of a Query or Scan that went through these whole items."""
    return read_units(sum(item_bytes(item) for item in items), strong=strong)


def _text_bytes(text: str) -> int:
    return len(text.encode())


def _list_bytes(elements: Sequence[AttributeValue]) -> int:
    return CONTAINER_BYTES + sum(value_bytes(each) + ELEMENT_BYTES for each in elements)


def _map_bytes(elements: Item) -> int:
    return CONTAINER_BYTES + item_bytes(elements) + ELEMENT_BYTES * len(elements)


_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": _text_bytes,
    "N": number_bytes,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": _list_bytes,
    "M": _map_bytes,
    "SS": lambda texts: sum(map(_text_bytes, texts)),
    "NS": lambda numbers: sum(map(number_bytes, numbers)),
    "BS": lambda raws: sum(map(len, raws)),
}
