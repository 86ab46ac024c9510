"""`waybill history ORDER`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.render import console
from handlers.cli.render.timeline import show_timeline
from handlers.cli.world import World


@click.command(epilog="Example: waybill history 203096f03d82e0dffbc41ebc2e2bcfb7")
@click.argument("order_id", metavar="ORDER")
@options.as_json
@options.state
@click.pass_obj
def history(world: World, order_id: str, state: Path | None, *, as_json: bool) -> None:
    """Show what happened to an order, its payments and shipments."""
    events = list(world.service(state).history(order_id))
    if as_json:
        click.echo(json.dumps({"order_id": order_id, "events": events}, indent=1))
    else:
        show_timeline(console.out(), order_id, events)
