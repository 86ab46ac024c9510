"""The folder: which file is which, by its usual name or else by its header."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.olist.problems import SourceError
from adapters.olist.rows import Table, header_of, missing_and_extra


@dataclass(frozen=True, slots=True)
class Files:
    """Where the three files are."""

    orders: Path
    payments: Path
    items: Path


def find(folder: Path, orders: Table[Any], payments: Table[Any], items: Table[Any]) -> Files:
    """Find the three files among others. Raises SourceError naming what is missing or wrong."""
    if not folder.is_dir():
        raise SourceError(f"{folder}: is no folder; give the one that holds the three CSV files")
    return Files(_find(folder, orders), _find(folder, payments), _find(folder, items))


def _find(folder: Path, table: Table[Any]) -> Path:
    usual = folder / table.usual_name
    if usual.is_file():
        if differs := missing_and_extra(header_of(usual), table.columns):
            raise SourceError(
                f"{usual.name}:1: the header {differs}; the columns are {', '.join(table.columns)}"
            )
        return usual
    found = [path for path in sorted(folder.glob("*.csv")) if _fits(path, table)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in found)
        raise SourceError(
            f"{folder}: {names} have the same columns; name one of them {table.usual_name}"
        )
    raise SourceError(
        f"{folder}: {table.usual_name} is missing, and no other file has its columns "
        f"({', '.join(table.columns)})"
    )


def _fits(path: Path, table: Table[Any]) -> bool:
    try:
        return not missing_and_extra(header_of(path), table.columns)
    except SourceError:
        return False  # Some other file: its trouble is not ours.
