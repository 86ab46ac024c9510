"""What a sweep of CI's boards came to."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.render.text import clean, counted, listed

Body = Mapping[str, Any]


def show_sweep(console: Console, swept: Body) -> None:
    """Print it in one sentence, and a line for each customer or job that is in trouble."""
    done = [
        f"{swept['scheduled']} scheduled",
        f"{swept['runs_woken']} woken again",
        f"{swept['extended']} found running",
        f"{swept['ended']} ended",
        f"{swept['lost']} lost",
    ]
    console.print(
        f"{counted(swept['customers'], 'customer')} looked at: {', '.join(done)}; "
        f"{counted(swept['published'], 'end')} published, "
        f"{counted(swept['ends_woken'], 'report')} sent for again, "
        f"{counted(swept['redelivered'], 'webhook')} asked for again.",
        soft_wrap=True,
    )
    if swept["left"]:
        said = f"{swept['left']} left for the next sweep"
        console.print(Text(said, style="yellow"), soft_wrap=True)
    if swept["drifted"]:
        whose = listed([clean(one) for one in swept["drifted"]])
        said = f"slots taken are not what runs, of {whose}; look again when nothing starts"
        console.print(Text(said, style="yellow"), soft_wrap=True)
    for one in swept["trouble"]:
        console.print(Text(f"not this time: {clean(one)}", style="red"), soft_wrap=True)
