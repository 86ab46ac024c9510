"""Progress of an import: a bar on a terminal, else a line every few seconds, or nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.progress import Task as RichTask
from rich.text import Text

from handlers.importing.progress import Progress, Silent

LINE_EVERY_S: Final = 5.0


class _Speed(TextColumn):
    """Orders a second."""

    def render(self, task: RichTask) -> Text:
        return Text(f"{task.speed or 0:,.0f} orders/s", style="progress.data.speed")


class Bar(Progress):
    """A bar for each step."""

    def __init__(self, bars: RichProgress) -> None:
        """Take rich's own."""
        self._bars = bars
        self._task = TaskID(0)

    def begin(self, what: str, total: int) -> None:
        """Begin another bar below the others."""
        self._task = self._bars.add_task(what, total=total)

    def advance(self) -> None:
        """Move it by one."""
        self._bars.advance(self._task)


class Lines(Progress):
    """A line every few seconds, for logs."""

    def __init__(self, console: Console, clock_s: Callable[[], float] = time.monotonic) -> None:
        """Take where to write, and a clock."""
        self._console = console
        self._clock_s = clock_s

    def begin(self, what: str, total: int) -> None:
        """Say what begins."""
        self._what, self._total, self._done = what, total, 0
        self._began_s = self._said_s = self._clock_s()
        self._console.print(f"{what}: {total:,} orders")

    def advance(self) -> None:
        """Say how far it is, now and then."""
        self._done += 1
        now_s = self._clock_s()
        if now_s - self._said_s >= LINE_EVERY_S:
            self._said_s = now_s
            rate = self._done / (now_s - self._began_s)
            self._console.print(
                f"{self._what}: {self._done:,} of {self._total:,} orders, {rate:,.0f} orders/s"
            )


@contextmanager
def progress_on(console: Console, *, is_quiet: bool) -> Iterator[Progress]:
    """Show progress in the way that suits the console."""
    if is_quiet:
        yield Silent()
    elif console.is_terminal:
        with RichProgress(
            TextColumn("{task.description:>14}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Speed(""),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        ) as bars:
            yield Bar(bars)
    else:
        yield Lines(console)
