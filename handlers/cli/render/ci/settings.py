"""How a customer's jobs are run."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from domain.ci.places import AGING_S_MAX
from handlers.cli.render.text import clean, words
from handlers.durations import lasting

Body = Mapping[str, Any]


def show_settings(console: Console, body: Body) -> None:
    """Print a line a setting, with the option that changes it."""
    title = Text.assemble((clean(body.get("customer_id")), "bold"), "  ")
    console.print(title.append(words(body.get("standing"))), soft_wrap=True)
    if not body.get("version"):
        console.print(Text("Nobody has chosen anything yet: these are the defaults.", "dim"))
    for option, value in _lines(body["settings"]):
        line = Text.assemble((f"  --{option:<10} ", "dim"), value)
        console.print(line, soft_wrap=not console.is_terminal)


def _lines(settings: Body) -> Iterator[tuple[str, str]]:
    yield "slots", f"{settings['slots']} at once"
    yield "aging", f"a level of priority is worth {worth(settings['aging_s'])}"
    yield "supersede", "yes" if settings["supersedes"] else "no"
    yield "notify", clean(settings["notify"])
    yield "mail-to", clean(settings.get("mail_to") or "nobody")
    yield "allow", ", ".join(map(clean, settings["allowed"])) or "nobody"
    yield "block", ", ".join(map(clean, settings["blocked"])) or "nobody"


def worth(aging_s: int) -> str:
    """Write how much waiting a level of priority is worth."""
    return "any waiting" if aging_s >= AGING_S_MAX else f"{lasting(aging_s)} of waiting"
