"""What the service said to webhooks that were sent to it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from handlers.cli.pushing import Delivery
from handlers.cli.render.text import clean, words

_COLOURS: Final = {"queued": "green", "retried": "green", "known": "cyan", "twin": "cyan"}


def show_deliveries(console: Console, repository: str, sent: Sequence[Delivery]) -> None:
    """Print each answer once, with how often it came, and what to do next."""
    counted = Counter(_answer(one) for one in sent)
    for (outcome, what), times in sorted(counted.items(), key=lambda item: item[1]):
        line = Text.assemble((outcome, _COLOURS.get(outcome, "red")), f" {what}".rstrip())
        console.print(line.append(f"  {times} times" if times > 1 else ""), soft_wrap=True)
    jobs = sorted({str(one.said["job_id"]) for one in sent if one.said.get("job_id")})
    if jobs:
        console.print(f"Next: waybill ci watch {clean(jobs[0])}", soft_wrap=True)
        owner = repository.partition("/")[0].lower()
        console.print(f"      waybill ci queue {clean(owner)}", soft_wrap=True)


def _answer(one: Delivery) -> tuple[str, str]:
    """Return what became of it, and of which job or why."""
    said = one.said
    if one.was_taken:
        what = said.get("job_id") or words(said.get("reason") or "")
        return clean(said.get("outcome") or "taken"), clean(what)
    code = f" ({clean(said['code'])})" if said.get("code") else ""
    detail = clean(said.get("detail") or f"the service answered {one.status}")
    return "not taken:", detail + code
