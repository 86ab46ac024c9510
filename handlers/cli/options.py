"""Options that several commands share."""

from pathlib import Path

import click

state = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="WAYBILL_STATE",
    help="Folder of the running service; found by itself when it is .waybill here or above.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
