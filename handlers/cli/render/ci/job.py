"""One job: how it stands, what happened to it, and what it said."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from handlers.cli.ci import Place
from handlers.cli.render.ci.log import shown
from handlers.cli.render.ci.words import OPEN, between, branch, ordinal, status
from handlers.cli.render.text import clean, counted, words
from handlers.cli.render.times import stamp

Body = Mapping[str, Any]


def show_job(console: Console, job: Body) -> None:
    """Print how it stands first, then its timeline."""
    console.print(Text.assemble("job ", (clean(job.get("job_id")), "bold")), soft_wrap=True)
    for name, value in _facts(job):
        line = Text.assemble((f"  {name:<11}", "dim"), value)
        console.print(line, soft_wrap=not console.is_terminal)
    console.print(Text("timeline, in UTC", style="dim"), soft_wrap=True)
    for entry in job.get("timeline") or ():
        console.print(entry_line(entry), soft_wrap=not console.is_terminal)


def show_log(console: Console, attempt: int, log: bytes | None) -> None:
    """Print what an attempt has said, or that nothing was kept of it."""
    silent = f"attempt {attempt} has said nothing so far" if attempt else "no attempt has begun"
    head = f"log of attempt {attempt}" if log else silent
    console.print(Text(head, style="dim"), soft_wrap=True)
    for line in shown(log) if log else ():
        console.print(line, soft_wrap=True)


def show_answer(console: Console, job: Body, place: Place | None = None) -> None:
    """Print how a job stands after a command, and how to see what comes of it."""
    console.print(standing_line(job), soft_wrap=True)
    if place:
        of = "of very many" if place.length is None else f"of {place.length:,}"
        where = f"Now {ordinal(place.position)} {of} that wait, with priority {job['priority']}."
        console.print(where, soft_wrap=True)
    if job.get("status") in OPEN:
        follow = f"Next: waybill ci watch {clean(job.get('job_id'))}"
        console.print(Text(follow, style="dim"), soft_wrap=True)


def entry_line(entry: Body) -> Text:
    """Write one entry of a timeline."""
    said = clean(entry.get("text") or words(entry.get("type")))
    return Text.assemble((stamp(entry.get("at")), "dim"), "  ", said)


def said_line(line: Text) -> Text:
    """Write one line of a log among those of a timeline."""
    return Text.assemble(("  | ", "dim"), line)


def standing_line(job: Body) -> Text:
    """Write in one line how a job stands."""
    how = status(job.get("status"))
    said = clean(job.get("summary") or how.plain)
    return Text.assemble("job ", (clean(job.get("job_id")), "bold"), ": ", (said, how.style))


def _facts(job: Body) -> Iterator[tuple[str, Text | str]]:
    yield "status", status(job.get("status"))
    for name in ("summary", "repository", "sha", "title"):
        if job.get(name):
            yield name, clean(job[name])
    yield "ref", clean(branch(job.get("ref")))
    yield "cause", _cause(job)
    yield "priority", _priority(job)
    yield "attempt", _attempt(job)
    yield "queued", stamp(job.get("queued_at"))
    if began := job.get("claimed_at"):
        yield "began", f"{stamp(began)}, after {between(job.get('queued_at'), began)}"
    if ended := job.get("ended_at"):
        yield "ended", f"{stamp(ended)}, after {between(began or job.get('queued_at'), ended)}"
    if job.get("cancel_requested_by"):
        yield "to end", f"asked for by {clean(job['cancel_requested_by'])}"
    if job.get("twins"):
        yield "twins", f"{counted(job['twins'], 'other hook')} asked for this commit"


def _cause(job: Body) -> str:
    number = f" #{job['number']}" if job.get("number") else ""
    user = f" by {clean(job['user'])}" if job.get("user") else ""
    return f"{words(job.get('trigger'))}{number}{user}"


def _priority(job: Body) -> str:
    place = f", position {job['position']} in the queue" if job.get("position") else ""
    return f"{job.get('priority')}{place}"


def _attempt(job: Body) -> str:
    lost = f", {counted(job['losses'], 'run')} lost" if job.get("losses") else ""
    return f"{job.get('attempt') or 'none yet'}{lost}"
