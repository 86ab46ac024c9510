"""`waybill ci watch ID`."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from domain.ci.jobs.state import Status
from handlers.cli import options
from handlers.cli.ci import Ci
from handlers.cli.commands.ci.following import Follower
from handlers.cli.failure import INTERRUPTED, WRONG, ServiceFailure
from handlers.cli.render import console
from handlers.cli.render.ci.job import standing_line
from handlers.cli.render.ci.live import draw, progress, spinning
from handlers.cli.render.ci.queue import queue_lines
from handlers.cli.render.text import clean
from handlers.cli.world import World

POLL_S: Final = 1.0
SILENCES_MAX: Final = 30
"""Looks in a row that may fail: a service that is started anew is back by then."""
QUEUE_MAX: Final = 50


@click.command(epilog="Example: waybill ci watch 4hzkq2lsd3vvxwjbo7hzu6mcwe")
@click.argument("job_id", metavar="[ID]", required=False)
@click.option("--customer", metavar="CUSTOMER", help="Watch this customer's queue, until Ctrl-C.")
@options.state
@click.pass_context
def watch(
    context: click.Context, job_id: str | None, customer: str | None, state: Path | None
) -> None:
    """Follow a job until it ends, or a queue.

    What happens to the job is shown as it comes, and what its run says. The status is 0 when it
    passed and 1 when it ended in any other way. Ctrl-C stops watching, with 130; the job goes on.
    """
    if (job_id is None) == (customer is None):
        raise click.UsageError("name a job's ID, or --customer CUSTOMER")
    world: World = context.obj
    ci = Ci(world.service(state))
    if job_id is None:
        _watch_queue(context, ci, str(customer))
    else:
        _watch_job(context, Follower(ci, job_id))


def _watch_job(context: click.Context, follower: Follower) -> None:
    out = console.out()
    try:
        with spinning(out, lambda: progress(follower.job, datetime.now(UTC))):
            for line in _lines(follower):
                out.print(line, soft_wrap=True)
    except KeyboardInterrupt:
        goes_on = f"the job goes on; waybill ci cancel {clean(follower.job_id)} ends it"
        click.secho(f"waybill: watching stopped; {goes_on}", err=True, fg="yellow")
        context.exit(INTERRUPTED)
    out.print(standing_line(follower.job), soft_wrap=True)
    context.exit(0 if follower.job["status"] == Status.PASSED else WRONG)


def _lines(follower: Follower) -> Iterator[Text]:
    """Yield what is new until the job has ended. Raises ServiceFailure after a long silence."""
    silences = 0
    while True:
        try:
            yield from follower.look()
            silences = 0
        except ServiceFailure:
            silences += 1
            if not follower.job or silences > SILENCES_MAX:
                raise
        if follower.has_ended:
            return
        wait()


def _watch_queue(context: click.Context, ci: Ci, customer: str) -> None:
    out = console.out()
    if not out.is_terminal:
        once = f"waybill ci queue {customer}"
        raise click.UsageError(f"a queue is watched on a terminal; {once} shows it once")

    def look() -> Iterator[Text]:
        return queue_lines(ci.queue(customer, QUEUE_MAX), datetime.now(UTC), out.width)

    try:
        draw(out, look, wait)
    except KeyboardInterrupt:
        context.exit(INTERRUPTED)


def wait() -> None:
    """Let a moment pass between two looks."""
    time.sleep(POLL_S)
