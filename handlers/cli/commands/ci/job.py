"""`waybill ci job ID`."""

import json
from pathlib import Path

import click

from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.failure import Failure
from handlers.cli.render import console
from handlers.cli.render.ci.job import show_job, show_log
from handlers.cli.render.ci.log import text_of
from handlers.cli.service import Body
from handlers.cli.world import World


@click.command(epilog="Example: waybill ci job 4hzkq2lsd3vvxwjbo7hzu6mcwe --log")
@click.argument("job_id", metavar="ID")
@click.option("--log", "wants_log", is_flag=True, help="Show what the run has said, too.")
@click.option(
    "--attempt",
    type=click.IntRange(min=1),
    help="Show the log of this attempt; without it, of the newest.",
)
@options.as_json
@options.state
@click.pass_obj
def job(
    world: World,
    job_id: str,
    attempt: int | None,
    state: Path | None,
    *,
    wants_log: bool,
    as_json: bool,
) -> None:
    """Show a job, what happened to it, and what its run said."""
    ci = Ci(world.service(state))
    found = ci.job(job_id)
    wants_log = wants_log or attempt is not None
    number = attempt or int(found["attempt"])
    log = _log(ci, found, number) if wants_log else None
    if as_json:
        logged = {"log": None if log is None else text_of(log)} if wants_log else {}
        click.echo(json.dumps(found | logged, indent=1))
        return
    show_job(console.out(), found)
    if wants_log:
        show_log(console.out(), number, log)


def _log(ci: Ci, job: Body, attempt: int) -> bytes | None:
    """Return an attempt's log. Raises Failure for an attempt that there has not been."""
    if attempt > job["attempt"]:
        raise Failure(f"there is no attempt {attempt}: the newest is {job['attempt']}")
    return ci.log(job["job_id"], attempt) if attempt else None
