"""A published event in one line."""

from collections.abc import Mapping
from typing import Any, Final

from rich.text import Text

from handlers.cli.render.money import amount
from handlers.cli.render.text import clean, words
from handlers.cli.render.times import moment

COLOURS: Final = {"Order": "cyan", "Payment": "green", "Shipment": "magenta", "Ci": "yellow"}
SHOWN: Final = (
    "status",
    "before",
    "after",
    "reason",
    "code",
    "carrier",
    "tracking_number",
    "outcome",
)


def published_line(event: Mapping[str, Any]) -> Text:
    """Write an event from the bus: when, what, of which order or job, and what it says."""
    detail = event.get("detail") or {}
    meta, data = detail.get("meta") or {}, detail.get("data") or {}
    kind = str(event.get("detail-type", ""))
    colour = next((COLOURS[name] for name in COLOURS if kind.startswith(name)), "white")
    line = Text.assemble(
        (moment(meta.get("occurred_at")), "dim"),
        " ",
        (f"{clean(kind):<26}", colour),
        f" {clean(data.get('order_id') or data.get('job_id') or '')}",
    )
    for name in ("total", "amount"):
        if name in data:
            line.append(f"  {amount(data, name)}")
    said = [f"{words(name)} {words(data[name])}" for name in SHOWN if data.get(name)]
    line.append("  " + ", ".join(said) if said else "")
    return line.append("  imported", style="yellow") if meta.get("imported") else line
