"""`waybill ci retry ID`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.render import console
from handlers.cli.render.ci.job import show_answer
from handlers.cli.world import World


@click.command(epilog="Example: waybill ci retry 4hzkq2lsd3vvxwjbo7hzu6mcwe")
@click.argument("job_id", metavar="ID")
@options.as_json
@options.state
@click.pass_obj
def retry(world: World, job_id: str, state: Path | None, *, as_json: bool) -> None:
    """Queue a job again that has ended."""
    body = Ci(world.service(state)).retry(job_id)
    if as_json:
        click.echo(json.dumps(body, indent=1))
    else:
        show_answer(console.out(), body)
