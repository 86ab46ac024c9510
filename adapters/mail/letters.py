"""Letters: the mail about a job's end, as text and as HTML, from the templates beside this file."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from domain.ci.jobs.state import Job
from domain.ci.pages import Pages
from domain.ci.places import branch_of
from domain.ci.ports import Mail
from domain.ci.reporting import summary

_FOLDER: Final = Path(__file__).parent / "templates"
_SHA_SHOWN: Final = 10


def letter(job: Job, key: str, to: str, pages: Pages) -> Mail:
    """Write the mail; what a stranger named, a branch or a title, is escaped in HTML."""
    known = {
        "job": job,
        "branch": branch_of(job.ref),
        "sha": job.sha[:_SHA_SHOWN],
        "summary": summary(job),
        "page": pages.of_job(job.job_id),
    }
    return Mail(
        key=key,
        to=to,
        subject=" ".join(_template("job_ended.subject.txt").render(known).split()),
        text=_template("job_ended.txt").render(known),
        html=_template("job_ended.html").render(known),
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
