"""GitHub's errors, told apart: what it will never take, denies as things are, or wants later.

Sources: GitHub's REST pages "Troubleshooting the REST API" and "Rate limits for the REST API". Not
asked is whether an error was our fault: 5xx, time-outs, broken connections and broken answers rise
as they are, and whoever asked looks first when it asks again.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from github.GithubException import GithubException, RateLimitExceededException

from domain.ci.ports import ReportDeniedError, ReportLaterError, ReportRefusedError

_FORBIDDEN: Final = 403
_UNPROCESSABLE: Final = 422
_TOO_MANY: Final = 429
_NEVER: Final = {
    410: "this is switched off there",
    451: "the repository is blocked",
}
_NEVER_AS_IT_SAYS: Final = re.compile(
    r"no commit found|commit .*(not found|does not exist)|reached the (maximum|limit)",
    re.IGNORECASE,
)
"""No commit found for SHA: ...; This SHA and context has reached the maximum number of statuses."""
_DENIED: Final = {
    403: "give the token or the app the permission; a suspended installation has none",
    404: "the repository is gone, or hidden from our token or app",
    422: "something of ours is not valid there, such as the address of our pages (CI_PAGE_URL)",
}
# 401 is not among them: a token that is wrong today is put right, and what was owed is still owed.
_LATER_S: Final = 60
""" "Otherwise, wait for at least one minute before retrying." """
_LATER_MAX_S: Final = 3600
"""The longest window of GitHub's limits is an hour, so a longer time is a broken header."""


class BrokenAnswerError(Exception):
    """GitHub answered, and not what was asked: nobody knows what it did. It may pass."""


@contextmanager
def classified(what: str, never: Collection[int] = ()) -> Iterator[None]:
    """Tell GitHub's errors about `what` apart.

    `never` are the statuses that mean "never" in this question, though in others they may pass: a
    repository that is not found may come back to sight, a delivery that is not found is forgotten.
    Raises ReportRefusedError, ReportDeniedError, ReportLaterError; anything else rises as it is.
    """
    try:
        yield
    except GithubException as error:
        told = told_apart(error, what, time.time(), never)
        if told is error:
            raise
        raise told from error


def told_apart(
    error: GithubException, what: str, now_s: float, never: Collection[int] = ()
) -> Exception:
    """Return what an error means, or itself if it may pass; `now_s` counts from 1970."""
    if is_limit(error):
        return ReportLaterError(_retry_after_s(error, now_s), f"GitHub is asked too much: {what}")
    said = _said(error.data)
    if advice := _NEVER.get(error.status):
        return ReportRefusedError(f"GitHub refused {what}: {error.status} {said}; {advice}")
    is_never = error.status == _UNPROCESSABLE and _NEVER_AS_IT_SAYS.search(said)
    if is_never or error.status in never:
        return ReportRefusedError(f"GitHub refused {what}: {error.status} {said}")
    if advice := _DENIED.get(error.status):
        return ReportDeniedError(f"GitHub denied {what}: {error.status} {said}; {advice}")
    return error


def is_limit(error: GithubException) -> bool:
    """Whether GitHub wants to be left alone for a while, and refuses nothing."""
    if error.status not in (_FORBIDDEN, _TOO_MANY):
        return False
    headers = _headers(error)
    return (
        error.status == _TOO_MANY
        or isinstance(error, RateLimitExceededException)
        or "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
    )


def _retry_after_s(error: GithubException, now_s: float) -> int:
    headers = _headers(error)
    wait_s: float | None = _number(headers.get("retry-after"))
    if wait_s is None and headers.get("x-ratelimit-remaining") == "0":
        reset_s = _number(headers.get("x-ratelimit-reset"))
        # Reset counts whole seconds: one more, so that it lies behind us when we ask again.
        wait_s = reset_s - now_s + 1 if reset_s is not None else None
    return max(1, min(_LATER_MAX_S, int(wait_s if wait_s is not None else _LATER_S)))


def _headers(error: GithubException) -> Mapping[str, str]:
    return error.headers or {}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _said(data: Any) -> str:  # noqa: ANN401  # Whatever stood in the answer.
    """Return GitHub's own words: a message, and `errors` that are a text, texts or objects."""
    if not isinstance(data, dict):
        return "without a word"
    errors = data.get("errors") or []
    more = [errors] if isinstance(errors, str) else errors
    texts = [one.get("message", one) if isinstance(one, dict) else one for one in more]
    return " ".join(str(text) for text in [data.get("message", ""), *texts] if text)
