"""The timeline of an order: all three contexts in one column of time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from handlers.cli.render.sentences import sentence
from handlers.cli.render.text import clean, counted
from handlers.cli.render.times import LEGEND, WIDTH, moment

COLOURS: Final = {"order": "cyan", "payment": "green", "shipment": "magenta"}
NARROW: Final = 72
"""Columns below which time and sentence stand on lines of their own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline."""

    time: str
    context: str
    entity: str
    text: str
    is_anomaly: bool

    @property
    def label(self) -> Text:
        """The context, in its colour."""
        return Text(self.context, style=COLOURS.get(self.context, "white"))

    @property
    def body(self) -> Text:
        """The sentence, and which of several payments or shipments it is about."""
        text = Text(self.text, style="yellow" if self.is_anomaly else "")
        return text.append(f"  {self.entity}", style="dim") if self.entity else text


def entries(order_id: str, events: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the lines of a timeline in the order of its events."""
    currency, lines = "", []
    for event in events:
        fields = event.get("data") or {}
        currency = currency or str(fields.get("currency") or "")
        kind = str(event.get("type", ""))
        context, _, entity = str(event.get("stream", "")).partition("#")
        lines.append(
            Entry(
                time=moment(event.get("at"), event.get("certainty")),
                context=clean(context),
                entity=clean(entity.removeprefix(order_id)) if entity != order_id else "",
                text=sentence(kind, fields, currency),
                is_anomaly="Anomaly" in kind or "Contradicted" in kind,
            )
        )
    return lines


def show_timeline(console: Console, order_id: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Print it; on a pipe each entry is one line, on a narrow terminal two."""
    lines = entries(order_id, events)
    console.print(Text.assemble("order ", (clean(order_id), "bold")), soft_wrap=True)
    if not console.is_terminal:
        for line in lines:
            text = Text.assemble(line.time, " ", line.context.ljust(9), line.body)
            console.print(text, soft_wrap=True)
    elif console.width < NARROW:
        for line in lines:
            console.print(Text.assemble((line.time, "dim"), " ", line.label))
            console.print(Text.assemble("  ", line.body))
    else:
        console.print(_table(lines))
    console.print(Text(f"{counted(len(lines), 'event')}. {LEGEND}", style="dim"), soft_wrap=True)


def _table(lines: Iterable[Entry]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=WIDTH, no_wrap=True, style="dim")
    table.add_column(width=8, no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(line.time, line.label, line.body)
    return table
