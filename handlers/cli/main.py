"""`waybill`: the command line of the service."""

import os
import sys
from importlib.metadata import version

import click

from handlers.cli.commands.ci.group import ci
from handlers.cli.commands.history import history
from handlers.cli.commands.importing import import_
from handlers.cli.commands.listen import listen
from handlers.cli.commands.order import order
from handlers.cli.commands.orders import orders
from handlers.cli.commands.sweep import sweep
from handlers.cli.commands.track import track
from handlers.cli.commands.up import up
from handlers.cli.failure import INTERRUPTED
from handlers.cli.world import LocalWorld

_HELP = """Orders, payments, shipments and builds, as events.

\b
waybill up                  run the service on this machine
waybill import olist DIR    take over real orders
waybill history ORDER       what happened to one of them
waybill ci push acme/shop   build a commit, as if GitHub had told of it

Exit status: 0 done, 1 something in the input was wrong or not found, 2 wrong usage or no running
service, 130 interrupted.
"""  # \b is click's mark: what follows is not wrapped.


@click.group(
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(version("waybill"), prog_name="waybill")
@click.pass_context
def cli(context: click.Context) -> None:
    """Orders, payments, shipments and builds, as events."""
    context.obj = context.obj or LocalWorld()


for _command in (up, import_, history, track, orders, order, listen, sweep, ci):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        click.secho("waybill: interrupted", err=True, fg="yellow")
        status = INTERRUPTED
    except click.ClickException as failure:
        failure.show()
        status = failure.exit_code
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; Python must not complain at exit about its pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)
