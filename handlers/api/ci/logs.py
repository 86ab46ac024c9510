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
from handlers.api.models import PathId
from handlers.api.routing import TEXT, Routes

TAG = "CI"
LOG_BYTES_MAX: Final = 900_000
"""An answer of Lambda has 6 MB as JSON, which writes a control character as six."""

Attempt = Annotated[
    int | None, Query(ge=0, le=1_000_000_000, description="Which run; the newest if left out.")
]


@dataclass(frozen=True, slots=True)
class CiLogs:
    """The route of logs."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the route."""
        routes.get_text("/ci/jobs/{job_id}/log", self.read, TEXT, TAG)

    def read(self, job_id: PathId, attempt: Attempt = None) -> Response[str]:
        """Read what a run has said so far, as plain text.

        Bytes that are no UTF-8 come as U+FFFD. Of a very long log the beginning is left out, and
        its first line says so.
        """
        job = seen(self.ci.streams(), job_id).job
        said = log_of(self.ci, job, attempt)
        if said is None:
            raise Refused(EdgeRefusal.LOG_NOT_FOUND, "attempt" if attempt is not None else "")
        return Response(200, f"{TEXT}; charset=utf-8", _text(said), compress=True)


def log_of(ci: CiApi, job: Job, attempt: int | None = None) -> bytes | None:
    """Return what a run has said; None where there was no such run, or it said nothing yet."""
    wanted = job.attempt if attempt is None else attempt
    if not 1 <= wanted <= job.attempt:
        return None
    return ci.logs().read(run_name(job.job_id, wanted))


def _text(said: bytes) -> str:
    if len(said) <= LOG_BYTES_MAX:
        return said.decode(errors="replace")
    left_out = len(said) - LOG_BYTES_MAX
    rest = said[-LOG_BYTES_MAX:].decode(errors="replace")
    return f"[... {left_out} bytes left out here ...]\n{rest}"
