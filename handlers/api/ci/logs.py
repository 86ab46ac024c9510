"""What a job's runs said, over HTTP."""

from dataclasses import dataclass
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from domain.ci.jobs.state import Job, run_name
from domain.kernel.refused import Refused
from handlers.api.api import CiApi
from handlers.api.ci.looking import seen
from handlers.api.edge import EdgeRefusal
from handlers.api.models import LinkKey, PathId
from handlers.api.routing import TEXT, Routes

TAG = "CI"
LOG_BYTES_MAX: Final = 4 * 1024 * 1024
"""As much as is kept; an answer of Lambda has 6 MB, and base 64 makes four bytes of three."""

_HEADERS: Final[dict[str, str | list[str]]] = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",  # A page says so itself; a text cannot.
}

Attempt = Annotated[
    int | None, Query(ge=0, le=1_000_000_000, description="Which run; the newest if left out.")
]


@dataclass(frozen=True, slots=True)
class CiLogs:
    """The routes of logs."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        path = "/ci/jobs/{job_id}/log"
        routes.get_text(path, self.read, TEXT, TAG)
        routes.get_text_by_key(f"{path}/{{key}}", self.read_by_key, TEXT, TAG, self._opens)

    def read(self, job_id: PathId, attempt: Attempt = None) -> Response[str]:
        """Read what a run has said so far, as plain text, colours and all.

        Bytes that are no UTF-8 come as U+FFFD. Up to 4 MB of a log are kept once its run has ended,
        and 256 KB while it goes on; of a longer one the beginning and the end, and between them a
        line that says how many bytes are left out.
        """
        job = seen(self.ci.streams(), job_id).job
        said = log_of(self.ci, job, attempt)
        if said is None:
            raise Refused(EdgeRefusal.LOG_NOT_FOUND, "attempt" if attempt is not None else "")
        return Response(200, f"{TEXT}; charset=utf-8", _fitting(said), _HEADERS, compress=True)

    def read_by_key(self, job_id: PathId, key: LinkKey, attempt: Attempt = None) -> Response[str]:
        """Read what a run has said, by a link: needs no caller, but the key of the job's page."""
        del key  # It has let the request in.
        return self.read(job_id, attempt)

    def _opens(self, job_id: str, key: str) -> bool:
        return self.ci.keys().open_job(job_id, key)


def log_of(ci: CiApi, job: Job, attempt: int | None = None) -> bytes | None:
    """Return what a run has said; None where there was no such run, or it said nothing yet."""
    wanted = job.attempt if attempt is None else attempt
    if not 1 <= wanted <= job.attempt:
        return None
    return ci.logs().read(run_name(job.job_id, wanted))


def _fitting(said: bytes) -> str:
    """Return what fits into an answer: a runner elsewhere may have kept more, or no text at all."""
    text = said.decode(errors="replace")
    whole = text.encode()
    if len(whole) <= LOG_BYTES_MAX:
        return text
    left_out = len(whole) - LOG_BYTES_MAX
    return f"[... {left_out} bytes left out here ...]\n{whole[left_out:].decode(errors='replace')}"
