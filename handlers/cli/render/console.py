"""Consoles: colour on a terminal only, and never where NO_COLOR is set; rich sees to both."""

from rich.console import Console


def out() -> Console:
    """Return standard output."""
    return Console(highlight=False, emoji=False, markup=False)


def err() -> Console:
    """Return standard error."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)
