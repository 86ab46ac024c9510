"""`waybill ci`: jobs, queues, and what a newcomer tries first."""

import click

from handlers.cli.commands.ci.cancel import cancel
from handlers.cli.commands.ci.job import job
from handlers.cli.commands.ci.priority import priority
from handlers.cli.commands.ci.push import push
from handlers.cli.commands.ci.queue import queue
from handlers.cli.commands.ci.retry import retry
from handlers.cli.commands.ci.settings import settings
from handlers.cli.commands.ci.sweep import sweep
from handlers.cli.commands.ci.watch import watch

_HELP = """Build what is pushed: queues, jobs and their logs.

\b
waybill ci push acme/shop   push a commit, as GitHub would tell of it
waybill ci watch JOB        follow what became of it
waybill ci queue acme       what runs and what waits of a customer

A customer is the account at GitHub that owns a repository.
"""  # \b is click's mark: what follows is not wrapped.


@click.group("ci", help=_HELP, epilog="Example: waybill ci push acme/shop")
def ci() -> None:
    """Build what is pushed."""


for _command in (push, watch, job, queue, cancel, retry, priority, settings, sweep):
    ci.add_command(_command)
