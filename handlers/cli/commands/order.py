"""`waybill order ORDER`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.render import console
from handlers.cli.render.order import show_order
from handlers.cli.world import World


@click.command(epilog="Example: waybill order 203096f03d82e0dffbc41ebc2e2bcfb7")
@click.argument("order_id", metavar="ORDER")
@options.as_json
@options.state
@click.pass_obj
def order(world: World, order_id: str, state: Path | None, *, as_json: bool) -> None:
    """Show how an order stands: lines, money, payments and shipments."""
    body = world.service(state).order(order_id)
    if as_json:
        click.echo(json.dumps(body, indent=1))
    else:
        show_order(console.out(), body)
