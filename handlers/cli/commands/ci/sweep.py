"""`waybill ci sweep`."""

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.failure import WRONG
from handlers.cli.render import console
from handlers.cli.render.ci.sweep import show_sweep
from handlers.cli.world import World


@click.command(epilog="Example: waybill ci sweep --json")
@options.as_json
@options.state
@click.pass_context
def sweep(context: click.Context, state: Path | None, *, as_json: bool) -> None:
    """Do what is due of jobs and what no event would wake.

    Jobs that can start are scheduled, runs that fell silent are looked at, ends that other teams
    have not heard of are published, whoever should have started a run or told of an end is woken
    again, and webhooks that never arrived are asked for again.

    The status is 1 when something could not be done this time.
    """
    world: World = context.obj
    with redirect_stdout(sys.stderr):  # Standard output is for the answer; logs go beside it.
        swept = world.ci_sweep(state)
    if as_json:
        click.echo(json.dumps(swept, indent=1))
    else:
        show_sweep(console.out(), swept)
    if swept["trouble"]:
        context.exit(WRONG)
