"""`waybill sweep`."""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.failure import WRONG
from handlers.cli.render.text import counted
from handlers.cli.world import World


@click.command(epilog="Example: waybill sweep --json")
@options.as_json
@options.state
@click.pass_context
def sweep(context: click.Context, state: Path | None, *, as_json: bool) -> None:
    """Close what no event would wake.

    Views and bus that lag are brought up to date, commands that are due are carried out.

    The status is 1 when something could not be closed this time.
    """
    world: World = context.obj
    with redirect_stdout(sys.stderr):  # Standard output is for the answer; logs go beside it.
        swept = world.sweep(state)
    if as_json:
        click.echo(json.dumps(asdict(swept), indent=1))
    else:
        click.echo(
            f"{counted(swept.streams, 'stream')} looked at: {swept.projected} brought into the "
            f"views, {swept.broadcast} sent to the bus, {swept.settled} asked of providers, "
            f"{swept.reacted} moved by policies; {swept.parked} parked, {swept.failed} failed."
        )
    if swept.failed:
        context.exit(WRONG)
