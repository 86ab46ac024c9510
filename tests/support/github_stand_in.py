"""Both ways of showing a report, over HTTP at the local GitHub, and the reference in memory."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from adapters.github.check_runs import CheckRunChecks
from adapters.github.connection import Api, AppAccess, TokenAccess, app_client, token_client
from adapters.github.statuses import StatusChecks, rank_in, rank_said
from adapters.memory.checks import MemoryChecks
from domain.ci.pages import Pages
from domain.ci.ports import Checks, Phase, Report, Verdict
from handlers.local.github import serve
from handlers.local.github_api import GitHub

NAME = "octo/hello"
SHA = "5d6e" * 10
PAGES = Pages("https://waybill.test/")
TOKEN = "made-up"  # noqa: S105  # Opens nothing.
AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
PHASES = {"queued": Phase.QUEUED, "in_progress": Phase.RUNNING, "completed": Phase.ENDED}


def report(
    phase: Phase,
    round_: int = 1,
    job_id: str = "job-1",
    verdict: Verdict | None = None,
    summary: str = "As it stands.",
    repository: str = NAME,
    sha: str = SHA,
) -> Report:
    ended = phase is Phase.ENDED
    return Report(
        job_id=job_id,
        repository=repository,
        sha=sha,
        round=round_,
        phase=phase,
        summary=summary,
        verdict=(verdict or Verdict.SUCCESS) if ended else None,
        started_at=AT if phase >= Phase.RUNNING else None,
        ended_at=AT + timedelta(minutes=3) if ended else None,
    )


@dataclass
class Shown:
    """A way of showing reports: what one sees of a job, and how often was written.

    `writes` is the path by which it writes; `github` is what stands behind it, if anything does.
    """

    checks: Checks
    rank: Callable[[str], tuple[int, int] | None]
    written: Callable[[], int]
    writes: str = ""
    github: GitHub = field(default_factory=lambda: GitHub(""))

    def show(self, *reports: Report) -> None:
        for one in reports:
            self.checks.show(one)


@cache
def private_key() -> str:
    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))


def elliptic_key() -> str:
    return _pem(ec.generate_private_key(ec.SECP256R1()))


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@contextmanager
def in_memory() -> Iterator[Shown]:
    checks = MemoryChecks()

    def rank(job_id: str) -> tuple[int, int] | None:
        return next((one.rank for one in reversed(checks.shown) if one.job_id == job_id), None)

    yield Shown(checks, rank, lambda: len(checks.shown))


@contextmanager
def as_statuses(timeout_s: int = 5, pages: Pages = PAGES) -> Iterator[Shown]:
    with serve() as github, token_client(TOKEN, Api(github.url, timeout_s)) as client:

        def rank(job_id: str) -> tuple[int, int] | None:
            ranks = (
                rank_in(one.get("target_url"), job_id) or rank_said(one["description"], job_id)
                for one in statuses(github)
            )
            return next(filter(None, ranks), None)

        checks = StatusChecks(TokenAccess(client), pages)
        yield Shown(checks, rank, lambda: written(github, "/statuses/"), "/statuses/", github)


def as_bare_statuses() -> AbstractContextManager[Shown]:
    """Show statuses where nobody has said how people reach our pages."""
    return as_statuses(pages=Pages(""))


@contextmanager
def as_check_runs(timeout_s: int = 5, pages: Pages = PAGES) -> Iterator[Shown]:
    with serve() as github, app_client("7", private_key(), Api(github.url, timeout_s)) as app:

        def rank(job_id: str) -> tuple[int, int] | None:
            ours = [one["external_id"].split("/") for one in github.commits.check_runs]
            runs = zip(ours, github.commits.check_runs, strict=True)
            ranks = [
                (int(id_[1]), int(PHASES[run["status"]])) for id_, run in runs if id_[0] == job_id
            ]
            return max(ranks, default=None)

        checks = CheckRunChecks(AppAccess(app), pages)
        yield Shown(checks, rank, lambda: written(github, "/check-runs"), "/check-runs", github)


def written(github: GitHub, path: str) -> int:
    """Count the requests to change something."""
    return sum(one.method != "GET" and path in one.path for one in github.received)


def statuses(github: GitHub) -> list[dict[str, Any]]:
    """Return the commit's statuses, newest first."""
    return github.commits.statuses[NAME, SHA]
