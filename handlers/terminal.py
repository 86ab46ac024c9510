"""What scripts say to terminals (ECMA-48): of all that, only colours are shown, and on terminals.

One rule for whoever shows a log: a page has the text alone, a terminal the text and its colours.
Nothing moves, names a window, asks, or links; and of a line that was written anew the last stands.
"""

import re
from typing import Final

_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # Colours, movements, modes, questions.
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"  # Titles, links, clipboards.
    r"|\x1b[PX^_][^\x1b]{0,4096}\x1b\\"  # Strings to the device itself.
    r"|\x1b[ -/]*[0-~]"  # Sets of characters, and whatever is short.
)
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;:]*m)")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
"""A tab may stay."""


def plain(line: str) -> str:
    """Return a line's text, as a terminal would leave it."""
    return _CONTROL.sub("", _last_written(_SEQUENCE.sub("", line)))


def coloured(line: str) -> list[str]:
    """Return a line's text and its colours in turn: text first and last, both may be empty."""
    kept = _SEQUENCE.sub(lambda one: one[0] if _COLOUR.fullmatch(one[0]) else "", line)
    parts = _COLOUR.split(_last_written(kept))
    return [part if turn % 2 else _CONTROL.sub("", part) for turn, part in enumerate(parts)]


def _last_written(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]
