"""`waybill orders CUSTOMER`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.render import console
from handlers.cli.render.orders import show_orders
from handlers.cli.world import World


@click.command(epilog="Example: waybill orders c-1 --limit 5")
@click.argument("customer_id", metavar="CUSTOMER")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most.")
@options.as_json
@options.state
@click.pass_obj
def orders(
    world: World, customer_id: str, limit: int, state: Path | None, *, as_json: bool
) -> None:
    """List a customer's orders, newest first."""
    found = list(world.service(state).orders_of(customer_id, limit))
    if as_json:
        click.echo(json.dumps({"customer_id": customer_id, "orders": found}, indent=1))
    else:
        show_orders(console.out(), customer_id, found)
