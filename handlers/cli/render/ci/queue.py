"""A customer's queue: slots, what runs, what waits and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from handlers.cli.render.ci.settings import worth
from handlers.cli.render.ci.words import branch, rows, since
from handlers.cli.render.text import clean, counted, words

Body = Mapping[str, Any]

BAR_MAX: Final = 40
RUNNING: Final = ("job", "attempt", "repository", "ref", "runs for")
WAITING: Final = ("  # job", "priority", "repository", "ref", "user", "waits for", "because")

BECAUSE: Final = {
    None: "its turn has come",
    "branch": "its branch is busy",
    "slots": "no slot is free",
    "suspended": "the account is suspended",
}


def show_queue(console: Console, body: Body, now: datetime) -> None:
    """Print it; on a narrow terminal each job takes two lines, and ids are never cut."""
    for line in queue_lines(body, now, console.width if console.is_terminal else None):
        console.print(line, soft_wrap=True)


def queue_lines(body: Body, now: datetime, width: int | None) -> Iterator[Text]:
    """Yield its lines; without a width it is for a pipe."""
    if body.get("known") is False:
        yield from _unknown(body)
        return
    running, waiting = body.get("running") or (), body.get("waiting") or ()
    yield _head(body, has_bar=width is not None)
    yield _settings(body.get("settings") or {})
    if running:
        yield Text()
        yield from rows(RUNNING, (_runs(one, now) for one in running), width)
    if waiting:
        yield Text()
        yield from rows(WAITING, (_waits(one, now) for one in waiting), width)
    if body.get("next_cursor"):
        yield Text("More are waiting: --limit shows them.", style="dim")
    if not running and not waiting:
        yield Text("Nothing runs and nothing waits.")


def _unknown(body: Body) -> Iterator[Text]:
    customer_id = clean(body.get("customer_id"))
    yield Text(f"Nothing is known of {customer_id}: none of its jobs runs, waits or has run.")
    hint = "A customer is the account that owns a repository, acme of acme/shop. Check the name; "
    yield Text(f"{hint}the first push makes it known.", style="dim")


def _head(body: Body, *, has_bar: bool) -> Text:
    slots = body.get("slots") or {}
    taken, total = int(slots.get("taken") or 0), int(slots.get("total") or 0)
    line = Text.assemble((clean(body.get("customer_id")), "bold"), "  ")
    if has_bar:
        size = min(total, BAR_MAX)
        full = min(size, -(-taken * size // total)) if total else 0
        line.append("█" * full, style="cyan").append("░" * (size - full) + " ", style="dim")
    line.append(f"{taken} of {counted(total, 'slot')} taken")
    standing = words(body.get("standing") or "active")
    return line if standing == "active" else line.append(f"  {standing}", style="red")


def _settings(settings: Body) -> Text:
    said = [f"a level of priority is worth {worth(int(settings.get('aging_s') or 0))}"]
    if settings.get("supersedes"):
        said.append("a newer push ends older waiting ones of its branch")
    return Text("; ".join(said), style="dim")


def _runs(run: Body, now: datetime) -> tuple[str, ...]:
    return (
        str(run.get("job_id")),
        str(run.get("attempt")),
        str(run.get("repository")),
        branch(run.get("ref")),
        since(run.get("began_at"), now),
    )


def _waits(job: Body, now: datetime) -> tuple[str, ...]:
    return (
        f"{job.get('position') or '-':>3} {job.get('job_id')}",
        str(job.get("priority")),
        str(job.get("repository")),
        branch(job.get("ref")),
        str(job.get("user")),
        since(job.get("queued_at"), now),
        BECAUSE.get(job.get("blocked_by"), words(job.get("blocked_by"))),
    )
