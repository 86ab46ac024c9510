"""Text: values from outside made safe and readable."""

from typing import Final

_ELLIPSIS: Final = "…"


def clean(text: object) -> str:
    """Write a value without anything that a terminal would obey: no control, no direction marks."""
    return "".join(one if one.isprintable() else _escaped(one) for one in str(text))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode() if character != "\n" else " "


def short(identifier: object, length: int = 13) -> str:
    """Shorten an id to what tells it apart."""
    text = clean(identifier)
    return text if len(text) <= length else text[: length - 1] + _ELLIPSIS


def words(code: object) -> str:
    """Write a code such as `partially_paid` as words."""
    return clean(code).replace("_", " ")


def listed(parts: list[str]) -> str:
    """Join words as a sentence does."""
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


def counted(number: int, noun: str) -> str:
    """Write a number of things."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
