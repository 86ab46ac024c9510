"""What runners elsewhere say of their runs over HTTP: that they go on, and how they ended.

Neither needs an Idempotency-Key: both name the attempt that they speak of, and once is as good as
often.
"""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from aws_lambda_powertools.event_handler.request import Request

from domain.ci.jobs.commands import RecordResult
from domain.ci.jobs.events import Conclusion
from domain.ci.running import beat, record
from handlers.api.api import CiApi
from handlers.api.ci import models as m
from handlers.api.ci.answers import from_milliseconds, job_answer, utc
from handlers.api.ci.looking import seen
from handlers.api.models import PathId
from handlers.api.responses import respond
from handlers.api.routing import Routes

TAG = "CI"

Attempt = Annotated[int, Path(ge=1, le=1_000_000_000, description="Which run, from 1.")]


@dataclass(frozen=True, slots=True)
class CiRuns:
    """The routes for runners."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        one = "/ci/jobs/{job_id}/attempts/{attempt}"
        routes.post(f"{one}/heartbeat", self.beat, m.BeatAnswer, TAG)
        routes.post(f"{one}/result", self.record, m.JobAnswer, TAG)

    def beat(self, job_id: PathId, attempt: Attempt) -> Response[m.BeatAnswer]:
        """Say that a run goes on, every 30 seconds, and hear whether to stop.

        Refused as stale_attempt once the run is no longer the job's: stop it then.
        """
        heard = beat(self.ci.streams(), job_id, attempt, self.ci.clock())
        lease_until = utc(from_milliseconds(heard.until_ms))
        return respond(m.BeatAnswer(stop=heard.is_to_stop, lease_until=lease_until))

    def record(
        self,
        http: Request,
        job_id: PathId,
        attempt: Attempt,
        body: Annotated[m.ResultBody, Body()],
    ) -> Response[m.JobAnswer]:
        """Say how a run ended; the first word on an attempt stands.

        0 is passed, anything else failed; null, or `cancelled`, says that it was stopped as asked.
        """
        streams = self.ci.streams()
        result = RecordResult(
            attempt, _conclusion(body), body.exit_code or 0, self.ci.clock(), body.detail
        )
        record(streams, job_id, result, str(http.context["notes"]["correlation_id"]))
        known = seen(streams, job_id)
        return respond(job_answer(known), version=known.version)


def _conclusion(body: m.ResultBody) -> Conclusion | None:
    if body.cancelled or body.exit_code is None:
        return None
    return Conclusion.PASSED if body.exit_code == 0 else Conclusion.FAILED
