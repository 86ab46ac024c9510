"""What a run has said: bytes of anybody's making, shown so that no terminal obeys them."""

from itertools import takewhile
from typing import Final

from rich.ansi import AnsiDecoder
from rich.text import Text

from handlers.cli.render.text import clean
from handlers.terminal import coloured

_KNOWN_BYTES: Final = 512
"""So much of a log's end tells where in the next look at it we were."""


def text_of(log: bytes) -> str:
    """Read a log; bytes that are no UTF-8 are written as escapes."""
    return log.decode(errors="backslashreplace")


def shown(log: bytes) -> list[Text]:
    """Write a log line by line: its text, and the colours that a terminal shows it in."""
    return [_line(line) for line in text_of(log).removesuffix("\n").split("\n")]


def _line(line: str) -> Text:
    parts = [
        part if turn % 2 else "\t".join(map(clean, part.split("\t")))
        for turn, part in enumerate(coloured(line))
    ]
    return AnsiDecoder().decode_line("".join(parts))


def further(known: bytes, log: bytes) -> bytes:
    """Return what a log says beyond what is known of it.

    A long log lacks its middle, and more of it with each look, so it need not begin as before:
    then what follows the known end counts, and where that is gone, all that differs.
    """
    if log.startswith(known):
        return log[len(known) :]
    end = known[-_KNOWN_BYTES:]
    at = log.rfind(end)
    if at >= 0:
        return log[at + len(end) :]
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(known, log, strict=False))
    return log[sum(1 for _ in alike) :]


class Followed:
    """One attempt's log, told in whole lines as it grows."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known = b""
        self._partial = b""

    def grown(self, log: bytes) -> list[Text]:
        """Return the lines that are new and whole."""
        fresh = self._partial + further(self._known, log)
        self._known = log
        whole, newline, self._partial = fresh.rpartition(b"\n")
        return shown(whole + newline) if newline else []

    def rest(self) -> list[Text]:
        """Return the last line, which nobody has ended."""
        rest, self._partial = self._partial, b""
        return shown(rest) if rest else []
