"""Reports as check runs, which only a GitHub App may make: one check run a round of a job.

Its `external_id` is `<job id>/<round>`, by which it is looked up before it is made. One that is
completed cannot be reopened, so a new round is a new check run. GitHub may list a check run only a
little after it took it; asked again within that time we would make a second one of the same
`external_id`. Then the newest of them is kept up, which is the one that GitHub shows.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from github.CheckRun import CheckRun
from github.Repository import Repository

from adapters.github.checks import check_names, commit_of, line_of, listed, named, verdict_of
from adapters.github.connection import Access
from adapters.github.errors import BrokenAnswerError, classified
from domain.ci.pages import Pages
from domain.ci.ports import Checks, Phase, Report, Verdict

_SUMMARY_LENGTH_MAX: Final = 65_535
_STATUSES: Final = {
    Phase.QUEUED: "queued",
    Phase.RUNNING: "in_progress",
    Phase.ENDED: "completed",
}
_CONCLUSIONS: Final = {
    Verdict.SUCCESS: "success",
    Verdict.FAILURE: "failure",
    # `failure` would blame the commit, and with `neutral` a check that is required has passed. This
    # one blocks, and sends people to the job's page, where it can be retried.
    Verdict.ERROR: "action_required",
    Verdict.CANCELLED: "cancelled",
}


class CheckRunChecks(Checks):
    """Shows reports as check runs of one name."""

    def __init__(self, access: Access, pages: Pages, name: str = "waybill") -> None:
        """Take the access, where our pages are if anywhere, and the name beside a commit."""
        self._access = access
        self._pages = pages
        self._name = name

    def show(self, report: Report) -> None:
        check_names(report)
        name = named(self._name, report)
        with classified(f"the check run {name} of {report.repository}@{report.sha}"):
            self._access.ask(report.repository, partial(self._show, report))

    def _show(self, report: Report, repository: Repository) -> None:
        runs = self._runs(report, repository)
        if any(_round(run) > report.round for run in runs):
            return
        same = [run for run in runs if _round(run) == report.round]
        newest = max(same, key=lambda run: run.id, default=None)
        if newest is not None and _phase(newest) >= report.phase:
            return
        self._send(report, repository, newest)

    def _runs(self, report: Report, repository: Repository) -> Sequence[CheckRun]:
        commit = commit_of(repository, report.sha)
        # `all`, because `latest` leaves out whatever is covered by a newer one of the same name.
        runs = commit.get_check_runs(check_name=named(self._name, report), filter="all")
        return [run for run in listed(runs) if _job_id(run) == report.job_id]

    def _send(self, report: Report, repository: Repository, run: CheckRun | None) -> None:
        fields = self._fields(report)
        if run is None:
            external_id = f"{report.job_id}/{report.round}"
            name = named(self._name, report)
            run = repository.create_check_run(name, report.sha, external_id=external_id, **fields)
        else:
            run.edit(**fields)
        if run.status != fields["status"]:
            message = f"GitHub was sent {fields['status']} for {report.sha}, and says {run.status}"
            raise BrokenAnswerError(message)

    def _fields(self, report: Report) -> dict[str, Any]:
        verdict = verdict_of(report)
        fields = {
            "status": _STATUSES[report.phase],
            "conclusion": _CONCLUSIONS[verdict] if verdict else None,
            "details_url": self._pages.of_job(report.job_id) or None,
            "started_at": _utc(report.started_at),
            "completed_at": _utc(report.ended_at) if verdict else None,
            "output": {
                "title": line_of(report.summary),
                "summary": report.summary[:_SUMMARY_LENGTH_MAX],
            },
        }
        return {name: value for name, value in fields.items() if value is not None}


def _utc(at: datetime | None) -> datetime | None:
    """PyGithub writes any time as if it were UTC."""
    return at.astimezone(UTC) if at else None


def _job_id(run: CheckRun) -> str:
    return (run.external_id or "").rpartition("/")[0]


def _round(run: CheckRun) -> int:
    number = (run.external_id or "").rpartition("/")[2]
    return int(number) if number.isdecimal() else 0


def _phase(run: CheckRun) -> Phase:
    phases = {status: phase for phase, status in _STATUSES.items()}
    return phases.get(run.status, Phase.QUEUED)
