"""What an import came to: its problems, its counts and its anomalies."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.olist.problems import Problem
from handlers.cli.render.text import clean, counted, words
from handlers.importing.counts import CountsByName
from handlers.importing.run import Denied, Imported

ADVICE = {
    "command_id_reused": "was imported before with other content, which stays; compare the files",
    "id_in_use": "has an id that another order here has; give it an id of its own",
}


def show_problems(console: Console, problems: Iterable[Problem], denied: Iterable[Denied]) -> None:
    """Print one line a problem, as compilers do: FILE:LINE: what, and what to do."""
    lines = [*(str(problem) for problem in problems), *(_denied(one) for one in denied)]
    for line in lines:
        where, _, what = line.partition(": ")
        text = Text.assemble((clean(where), "bold"), ": ", clean(what))
        console.print(text, soft_wrap=True)
    if lines:
        said = f"{counted(len(lines), 'problem')}: nothing of these orders was written"
        console.print(Text(said, style="red"), soft_wrap=True)


def _denied(one: Denied) -> str:
    refusal = one.refusal
    advice = ADVICE.get(refusal.reason.value)
    if advice is None:
        facts = ", ".join(f"{name} {value}" for name, value in refusal.facts.items())
        where = f" in {refusal.field}" if refusal.field else ""
        advice = f"is refused: {words(refusal.reason.value)}{where} {facts}".rstrip()
    return f"{one.origin}: order {one.order_id} {advice}"


def show_counts(
    console: Console, counted_: CountsByName, anomalies: Mapping[str, int], imported: Imported
) -> None:
    """Print the counts, and how many orders bear which anomaly."""
    console.print("Counted from the views", style="bold", soft_wrap=True)
    table = Table(box=None, show_header=False)
    table.add_column("what")
    table.add_column("count", justify="right")
    for name, value in counted_.items():
        if isinstance(value, dict):
            for status, orders in value.items():
                table.add_row(f"  {clean(status)}", f"{orders:,}")
        else:
            table.add_row(words(name), f"{value:,}" if isinstance(value, int) else value)
    console.print(table)
    if anomalies:
        console.print(
            "Orders by anomaly, recorded beside their history", style="bold", soft_wrap=True
        )
        beside = Table(box=None, show_header=False)
        beside.add_column("kind")
        beside.add_column("orders", justify="right")
        for kind, orders in anomalies.items():
            beside.add_row(words(kind), f"{orders:,}")
        console.print(beside)
    old = len(imported.written) - imported.new
    console.print(
        f"{counted(imported.new, 'order')} written now, {old:,} were here already.",
        soft_wrap=True,
    )
