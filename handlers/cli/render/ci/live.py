"""What moves on a terminal: a spinner under lines that come, and a queue that is drawn anew."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from handlers.cli.render.ci.words import since, status
from handlers.cli.service import Body


@dataclass(frozen=True, slots=True)
class _Told:
    """Text that is asked for each time it is drawn, so that seconds count on between two looks."""

    tell: Callable[[], Text]

    def __rich__(self) -> Text:
        return self.tell()


def spinning(console: Console, tell: Callable[[], Text]) -> AbstractContextManager[object]:
    """Show on a terminal that something goes on; elsewhere nothing."""
    return console.status(_Told(tell)) if console.is_terminal else nullcontext()


def progress(job: Body, now: datetime) -> Text:
    """Say how far a job has come."""
    if not job:
        return Text("asking ...", style="dim")
    line = status(job["status"])
    if job.get("claimed_at"):
        line.append(f", attempt {job['attempt']}, for {since(job['claimed_at'], now)}")
    else:
        line.append(f" for {since(job.get('queued_at'), now)}")
    if job.get("position"):
        line.append(f", position {job['position']}")
    return line.append("; Ctrl-C stops watching", style="dim")


def draw(console: Console, look: Callable[[], Iterable[Text]], wait: Callable[[], None]) -> None:
    """Draw what each look returns in place of the last one, until something is raised."""
    with Live(console=console, auto_refresh=False) as live:
        while True:
            live.update(Group(*look()), refresh=True)
            wait()
