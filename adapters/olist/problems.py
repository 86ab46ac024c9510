"""Problems: what is wrong with a row or a file, where, and what to do about it."""

from dataclasses import dataclass


class SourceError(Exception):
    """The folder or a whole file cannot be read: nothing was imported. Its text is for people."""


class FieldError(ValueError):
    """A value that cannot be read; its text says what is wrong and what was expected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be taken over, and so nothing of its order is."""

    file: str
    line: int
    message: str
    order_id: str = ""

    def __str__(self) -> str:
        """Say it in one line, as compilers do."""
        return f"{self.file}:{self.line}: {self.message}"


def shown(value: str, length_max: int = 40) -> str:
    """Quote a value from a file: short, and with nothing in it that a terminal would obey."""
    short = value if len(value) <= length_max else value[:length_max] + "..."
    return ascii(short)
