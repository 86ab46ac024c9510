"""`waybill listen`."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from handlers.cli import options
from handlers.cli.failure import INTERRUPTED
from handlers.cli.listening import Listener
from handlers.cli.render import console
from handlers.cli.render.published import published_line
from handlers.cli.world import World

_WAIT_S: Final = 1


@click.command(epilog="Example: waybill listen --count 10 --json")
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many events.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Stop after so many seconds.")
@options.as_json
@options.state
@click.pass_context
def listen(
    context: click.Context,
    count: int | None,
    seconds: float | None,
    state: Path | None,
    *,
    as_json: bool,
) -> None:
    """Show published events as they pass on the bus, until Ctrl-C.

    It hears what passes from now on, at least once and in no promised order.
    """
    world: World = context.obj
    out = console.out()
    try:
        with world.listener(state) as ear:
            click.echo("listening; Ctrl-C stops", err=True)
            for event in _events(ear, count, seconds):
                if as_json:
                    click.echo(json.dumps(event))
                else:
                    out.print(published_line(event), soft_wrap=True)
    except KeyboardInterrupt:
        context.exit(INTERRUPTED)


def _events(ear: Listener, count: int | None, seconds: float | None) -> Iterator[dict[str, Any]]:
    until_s = None if seconds is None else time.monotonic() + seconds
    left = count
    while until_s is None or time.monotonic() < until_s:
        for event in ear.heard(_WAIT_S):
            yield event
            left = None if left is None else left - 1
            if left == 0:
                return
