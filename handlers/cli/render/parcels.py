"""What travels under a tracking number."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.render.text import clean, words
from handlers.cli.render.times import LEGEND, moment

Body = Mapping[str, Any]


def show_parcels(console: Console, body: Body) -> None:
    """Print each parcel and its scans, in the order of the scans' own times."""
    for parcel in body.get("shipments") or ():
        console.print(_head(parcel), soft_wrap=True)
        for scan in parcel.get("scans") or ():
            console.print(_scan(scan), soft_wrap=True)
    console.print(Text(LEGEND, style="dim"), soft_wrap=True)


def _head(parcel: Body) -> Text:
    number = f"{parcel.get('carrier') or ''} {parcel.get('tracking_number') or ''}".strip()
    return Text.assemble(
        ("shipment ", "magenta"),
        (clean(parcel.get("shipment_id")), "bold"),
        f" of order {clean(parcel.get('order_id'))}, {clean(number)}: ",
        (words(parcel.get("status")), "bold"),
    )


def _scan(scan: Body) -> Text:
    when = moment(scan.get("at"), scan.get("certainty"))
    return Text.assemble("  ", (when, "dim"), " ", words(scan.get("status")))
