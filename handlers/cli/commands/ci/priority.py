"""`waybill ci priority ID N`."""

import json
from contextlib import suppress
from pathlib import Path

import click

from domain.ci.places import PRIORITIES, PRIORITY_NORMAL
from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.failure import Failure
from handlers.cli.render import console
from handlers.cli.render.ci.job import show_answer
from handlers.cli.world import World

_HELP = f"""Move a waiting job ahead, or back.

It goes to where it would stand had it come with priority N. {PRIORITIES[0]} is lowest,
{PRIORITY_NORMAL} is what jobs come with, {PRIORITIES[-1]} is highest.
"""


@click.command(help=_HELP, epilog="Example: waybill ci priority 4hzkq2lsd3vvxwjbo7hzu6mcwe 9")
@click.argument("job_id", metavar="ID")
@click.argument("number", metavar="N", type=click.IntRange(PRIORITIES[0], PRIORITIES[-1]))
@options.as_json
@options.state
@click.pass_obj
def priority(world: World, job_id: str, number: int, state: Path | None, *, as_json: bool) -> None:
    """Move a waiting job."""
    ci, place = Ci(world.service(state)), None
    body = ci.prioritise(job_id, number)
    with suppress(Failure):  # It is done, whatever comes of looking.
        body = ci.job(job_id)
        place = ci.place(body)
    if as_json:
        where = {"position": place.position, "queue_length": place.length} if place else {}
        click.echo(json.dumps(body | where, indent=1))
    else:
        show_answer(console.out(), body, place)
