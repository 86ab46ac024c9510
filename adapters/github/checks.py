"""What both ways of showing a report share: names, whole lists, short texts."""

import re
from collections.abc import Iterator
from typing import Final, TypeVar

from github.Commit import Commit
from github.GithubObject import GithubObject
from github.PaginatedList import PaginatedList
from github.Repository import Repository

from adapters.github.connection import PER_PAGE
from adapters.github.errors import BrokenAnswerError
from domain.ci.ports import Phase, Report, ReportRefusedError, Verdict

LINE_LENGTH_MAX: Final = 140
"""Characters of a status' description, "Create a commit status" of GitHub's REST pages."""
NAME_LENGTH_MAX: Final = 100
"""Of a context or a check run; GitHub takes longer ones, and shows them to nobody whole."""
_PAGES_MAX: Final = 20
_REPOSITORY: Final = re.compile(r"[\w-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

T = TypeVar("T", bound=GithubObject)


def check_names(report: Report) -> None:
    """Raise ReportRefusedError for names that are none: they come from hooks, and become a path."""
    if not _REPOSITORY.fullmatch(report.repository):
        message = f"{report.repository!r} is no repository's name; it looks like `owner/name`"
        raise ReportRefusedError(message)
    if not _SHA.fullmatch(report.sha):
        message = f"{report.sha!r} is no commit; it has 40 or 64 hexadecimal digits"
        raise ReportRefusedError(message)


def commit_of(repository: Repository, sha: str) -> Commit:
    """Name a commit without fetching it: nothing of its up to 300 files is of interest here."""
    url = f"{repository.url}/commits/{sha}"
    return Commit(repository.requester, {}, {"url": url, "sha": sha})


def listed(items: PaginatedList[T]) -> Iterator[T]:
    """Yield all items, at most 2,000; what lies behind them counts as not shown.

    Page by page, because iterating over the list itself takes an answer without a body for the end:
    what was shown would seem not to be. Raises BrokenAnswerError for such an answer.
    """
    for number in range(_PAGES_MAX):
        try:
            page = items.get_page(number)
        except TypeError as error:  # PyGithub looks into an answer without checking its shape.
            message = f"GitHub answered with no list: {error}"
            raise BrokenAnswerError(message) from error
        yield from page
        if len(page) < PER_PAGE:
            return


def named(name: str, report: Report) -> str:
    """Return the name beside a commit: a tag's is its own, and covers nobody else's answer."""
    return f"{name} {report.tag}"[:NAME_LENGTH_MAX] if report.tag else name


def line_of(text: str, most: int = LINE_LENGTH_MAX) -> str:
    """Return a text as one line of at most so many characters; an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def verdict_of(report: Report) -> Verdict | None:
    """Return the verdict of an end, None before it. Raises ValueError for an end without one."""
    if report.phase is not Phase.ENDED:
        return None
    if report.verdict is None:
        message = f"the report of {report.job_id}, round {report.round}, ends without a verdict"
        raise ValueError(message)
    return report.verdict
