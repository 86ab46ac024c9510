"""`waybill track CARRIER NUMBER`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.render import console
from handlers.cli.render.parcels import show_parcels
from handlers.cli.world import World


@click.command(epilog="Example: waybill track ups 1Z999AA10123456784")
@click.argument("carrier")
@click.argument("number")
@options.as_json
@options.state
@click.pass_obj
def track(world: World, carrier: str, number: str, state: Path | None, *, as_json: bool) -> None:
    """Show where the parcel is that travels under a carrier's number."""
    body = world.service(state).track(carrier, number)
    if as_json:
        click.echo(json.dumps(body, indent=1))
    else:
        show_parcels(console.out(), body)
