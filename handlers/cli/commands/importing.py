"""`waybill import olist DIR`."""

import json
from pathlib import Path

import click

from adapters.olist.problems import SourceError
from adapters.olist.source import OlistSource, open_source
from handlers.cli import options
from handlers.cli.failure import INTERRUPTED, WRONG, Failure, ServiceFailure
from handlers.cli.render import console
from handlers.cli.render.importing import show_counts, show_problems
from handlers.cli.render.progress import progress_on
from handlers.cli.render.text import counted
from handlers.cli.world import Ports, World
from handlers.importing.counts import anomalies, counts
from handlers.importing.facts import Facts
from handlers.importing.progress import Progress
from handlers.importing.run import Imported, Patience, ViewsBehindError, read_back, write
from handlers.importing.trouble import PASSING

CURRENCY = "BRL"


@click.group("import", epilog="Example: waybill import olist olist/")
def import_() -> None:
    """Take over histories from elsewhere."""


@import_.command("olist", epilog="Example: waybill import olist olist/ --json")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@options.as_json
@options.state
@click.pass_context
def olist(context: click.Context, folder: Path, state: Path | None, *, as_json: bool) -> None:
    """Take over Olist's orders, payments and items: three CSV files in DIR.

    Stop it whenever you like and run it again: what is there stays as it is, what is missing
    follows. A malformed row is reported and nothing of its order is written; the status is then 1.
    What it prints at the end is counted from the views.
    """
    world: World = context.obj
    ports = world.ports(state)
    try:
        source = open_source(folder)
    except SourceError as error:
        raise Failure(str(error)) from None
    imported = Imported()
    try:
        with progress_on(console.err(), is_quiet=as_json) as progress:
            facts = _take_over(source, ports, progress, imported)
    except KeyboardInterrupt:
        click.secho(f"waybill: interrupted; {_again(imported)}", err=True, fg="yellow")
        context.exit(INTERRUPTED)
    _show(source, imported, facts, as_json=as_json)
    if source.problems or imported.denied:
        context.exit(WRONG)


def _take_over(
    source: OlistSource, ports: Ports, progress: Progress, imported: Imported
) -> list[Facts]:
    try:
        progress.begin("writing", source.orders)
        write(ports.streams, source.lives(ports.clock), progress, imported)
        progress.begin("reading views", len(imported.written))
        return list(read_back(ports.views, imported.written, progress, Patience()))
    except ViewsBehindError as error:
        raise Failure(f"{error}; let `waybill sweep` close the gap; {_again(imported)}") from None
    except PASSING as error:
        said = f"the service stopped answering ({error}); {_again(imported)}"
        raise ServiceFailure(said) from None


def _again(imported: Imported) -> str:
    whole = counted(len(imported.written), "order")
    return f"written whole: {whole}. Run the same command again to go on."


def _show(source: OlistSource, imported: Imported, facts: list[Facts], *, as_json: bool) -> None:
    show_problems(console.err(), source.problems, imported.denied)
    figures = counts(facts, CURRENCY)
    if as_json:
        click.echo(json.dumps(figures, indent=1))
    else:
        show_counts(console.out(), figures, anomalies(facts), imported)
