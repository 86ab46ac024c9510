"""Rows: physical lines of one CSV file as typed records, and a problem for each that is malformed.

No field of these files can hold a line break, so every line is parsed by itself: a stray quotation
mark spoils its own row and never swallows the ones below it.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from adapters.olist.problems import FieldError, Problem, SourceError, shown

R = TypeVar("R")

LINE_BYTES_MAX: Final = 10_000
"""Twenty times the longest honest row."""

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """One of the files: its usual name, its columns, and how a row of it is read.

    `parse` raises FieldError beginning with the name of the column.
    """

    usual_name: str
    columns: tuple[str, ...]
    parse: Callable[[Fields, int], R]


def header_of(path: Path) -> tuple[str, ...]:
    """Return the column names of a file. Raises SourceError if its first line is none."""
    try:
        with path.open("rb") as file:
            line = file.readline(LINE_BYTES_MAX + 1)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{path.name}: is encoded as UTF-16; save it as UTF-8")
    try:
        return tuple(_split(line.removeprefix(b"\xef\xbb\xbf")))
    except (FieldError, UnicodeDecodeError):
        raise SourceError(f"{path.name}:1: the header is not a line of CSV in UTF-8") from None


def read(path: Path, table: Table[R]) -> Iterator[R | Problem]:
    """Yield each row as a record or a problem, in the file's order; CRLF and a BOM are welcome."""
    names = header_of(path)
    with path.open("rb") as file:
        next(file)
        for line_number, line in enumerate(file, start=2):
            if line.strip(b"\r\n"):
                record = _record(path.name, line_number, line, names, table)
                yield record


def _record(
    file: str, line_number: int, line: bytes, names: Sequence[str], table: Table[R]
) -> R | Problem:
    owner = _owner(line, names)
    try:
        values = _split(line)
    except UnicodeDecodeError:
        return Problem(file, line_number, "is not UTF-8; save the file as UTF-8", owner)
    except FieldError as error:
        return Problem(file, line_number, str(error), owner)
    fields = dict(zip(names, values, strict=False))
    owner = fields.get("order_id", "")
    if len(values) != len(names):
        message = f"has {len(values)} columns instead of {len(names)}; correct the row"
        return Problem(file, line_number, message, owner)
    try:
        return table.parse(fields, line_number)
    except FieldError as error:
        return Problem(file, line_number, str(error), owner)


def _split(line: bytes) -> list[str]:
    """Split one line. Raises FieldError, or UnicodeDecodeError."""
    if len(line) > LINE_BYTES_MAX:
        raise FieldError(f"is longer than {LINE_BYTES_MAX} bytes; correct the row")
    text = line.decode().rstrip("\r\n")
    try:
        (values,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise FieldError("is not CSV; close every quotation mark on its own line") from None
    return values


def _owner(line: bytes, names: Sequence[str]) -> str:
    """Guess which order a broken row belongs to, from what stands between its commas."""
    parts = line.decode(errors="replace").split(",")
    place = names.index("order_id")
    return parts[place].strip().strip('"') if place < len(parts) else ""


def named(column: str, error: FieldError) -> FieldError:
    """Put the column's name before what is wrong with its value."""
    return FieldError(f"{column} {error}")


def missing_and_extra(names: Sequence[str], columns: Sequence[str]) -> str:
    """Say how a header differs from what is expected; empty when it does not."""
    missing = [column for column in columns if column not in names]
    extra = [shown(name) for name in names if name not in columns]
    repeated = [shown(name) for name in set(names) if list(names).count(name) > 1]
    parts = (("lacks", missing), ("does not know", extra), ("repeats", repeated))
    return "; ".join(f"{verb} {', '.join(listed)}" for verb, listed in parts if listed)
