"""`waybill up`."""

from pathlib import Path

import click

PORT_MAX = 65_535


@click.command(epilog="Example: waybill up --port 8081 --state .waybill-2")
@click.option(
    "--port",
    type=click.IntRange(0, PORT_MAX),
    default=8080,
    show_default=True,
    help="Where the API listens; 0 takes a free one.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".waybill"),
    envvar="WAYBILL_STATE",
    show_default=True,
    help="Where everything is kept between runs.",
)
@click.pass_context
def up(context: click.Context, port: int, state: Path) -> None:
    """Run the service on this machine, in the foreground, until Ctrl-C."""
    from handlers.local.up import run  # noqa: PLC0415  # The other commands need none of it.

    context.exit(run(port, state))
