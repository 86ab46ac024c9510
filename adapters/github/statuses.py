"""Reports as commit statuses: any token may set them, and the newest of a context is shown.

A status cannot be changed, only covered by a newer one, up to 1,000 of them for one commit and
context. It has no field for us: whose it is and its rank stand in its link to the job's page, and
where we have no pages at the end of its description, which is all that people then have of the job.
"""

import re
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from github.Commit import Commit
from github.CommitStatus import CommitStatus
from github.GithubObject import NotSet
from github.Repository import Repository

from adapters.github.checks import (
    LINE_LENGTH_MAX,
    check_names,
    commit_of,
    line_of,
    listed,
    named,
    verdict_of,
)
from adapters.github.connection import Access
from adapters.github.errors import BrokenAnswerError, classified
from domain.ci.pages import Pages, leads_to_job
from domain.ci.ports import Checks, Report, Verdict

_STATES: Final = {
    None: "pending",
    Verdict.SUCCESS: "success",
    Verdict.FAILURE: "failure",
    Verdict.ERROR: "error",
    Verdict.CANCELLED: "error",
}
_NONE: Final = (0, 0)
_RANK: Final = re.compile(r"round=(?P<round>[0-9]{1,9})&phase=(?P<phase>[0-9])")
_RANK_SAID: Final = re.compile(
    r".*\(job (?P<job>[^ ]+), (?P<round>[0-9]{1,9})\.(?P<phase>[0-9])\)", re.DOTALL
)


class StatusChecks(Checks):
    """Shows reports under one context."""

    def __init__(self, access: Access, pages: Pages, context: str = "waybill") -> None:
        """Take the access, where our pages are if anywhere, and the name beside a commit."""
        self._access = access
        self._pages = pages
        self._context = context

    def show(self, report: Report) -> None:
        check_names(report)
        context = named(self._context, report)
        with classified(f"the status {context} of {report.repository}@{report.sha}"):
            self._access.ask(report.repository, partial(self._show, report))

    def _show(self, report: Report, repository: Repository) -> None:
        commit = commit_of(repository, report.sha)
        context = named(self._context, report)
        if _shown(commit, context, report.job_id) >= report.rank:
            return
        state = _STATES[verdict_of(report)]
        page = self._pages.of_job(report.job_id)
        made = commit.create_status(
            state=state,
            # GitHub takes http and https only, and no status whose link is neither.
            target_url=f"{page}?round={report.round}&phase={report.phase:d}" if page else NotSet,
            description=line_of(report.summary) if page else _said(report),
            context=context,
        )
        if made.state != state:
            message = f"GitHub was sent {state} for {report.repository}@{report.sha}, and says else"
            raise BrokenAnswerError(message)


def _shown(commit: Commit, context: str, job_id: str) -> tuple[int, int]:
    """Return the rank of the job's newest status; lists are newest first.

    Newest, not highest: of two senders at once the later may have covered a higher rank. Another
    job's is passed over: where one was turned away, two speak of the same commit in turn, and
    neither is to repeat itself because the other spoke after it.
    """
    for status in listed(commit.get_statuses()):
        if not status.id:
            message = f"GitHub lists no statuses for {commit.sha}, but something else"
            raise BrokenAnswerError(message)
        if status.context == context and (rank := _rank(status, job_id)):
            return rank
    return _NONE


def _said(report: Report) -> str:
    """Sum up, and say whose it is: whoever has no page asks for the job by its id."""
    whose = f" (job {report.job_id}, {report.round}.{report.phase:d})"
    return line_of(report.summary, LINE_LENGTH_MAX - len(whose)) + whose


def _rank(status: CommitStatus, job_id: str) -> tuple[int, int] | None:
    return rank_in(status.target_url, job_id) or rank_said(status.description, job_id)


def rank_said(description: str | None, job_id: str) -> tuple[int, int] | None:
    """Read a rank from the end of a description; None if it is another job's, or none of ours."""
    found = _RANK_SAID.fullmatch(description or "")
    if found is None or found["job"] != job_id:
        return None
    return int(found["round"]), int(found["phase"])


def rank_in(target_url: str | None, job_id: str) -> tuple[int, int] | None:
    """Read a rank from a link to a job's page; None if it is another's, or none of ours.

    The link may be older than the keys of today, or than any.
    """
    try:
        link = urlsplit(target_url or "")
    except ValueError:  # Anybody who may set statuses may set one of our context.
        return None
    if not leads_to_job(link.path, job_id):
        return None
    found = _RANK.fullmatch(link.query)
    return (int(found["round"]), int(found["phase"])) if found else None
