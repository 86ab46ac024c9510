"""`waybill ci queue CUSTOMER`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.render import console
from handlers.cli.render.ci.queue import show_queue
from handlers.cli.world import World


@click.command(epilog="Example: waybill ci queue acme --limit 5")
@click.argument("customer_id", metavar="CUSTOMER")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="At most so many that wait.",
)
@options.as_json
@options.state
@click.pass_obj
def queue(world: World, customer_id: str, limit: int, state: Path | None, *, as_json: bool) -> None:
    """Show what runs of a customer, and what waits and why."""
    body = Ci(world.service(state)).queue(customer_id, limit)
    if as_json:
        click.echo(json.dumps(body, indent=1))
    else:
        show_queue(console.out(), body, datetime.now(UTC))
