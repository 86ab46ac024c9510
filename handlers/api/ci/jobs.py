"""CI's jobs over HTTP: look at one, cancel it, run it again, move it in its queue."""

from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.request import Request

from domain.ci.accounts import Account, Settings
from domain.ci.jobs import commands as c
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.state import Status
from handlers.api.api import CiApi
from handlers.api.ci import models as m
from handlers.api.ci.answers import job_answer
from handlers.api.ci.asking import named
from handlers.api.ci.looking import position_of, seen
from handlers.api.commands import Asking, ChangeHeaders, asking
from handlers.api.models import PathId
from handlers.api.responses import respond, unless_known
from handlers.api.routing import Routes

TAG = "CI"


@dataclass(frozen=True, slots=True)
class CiJobs:
    """The routes of a job."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        one = "/ci/jobs/{job_id}"
        routes.get(one, self.read, m.JobAnswer, TAG)
        routes.post(f"{one}/cancel", self.cancel, m.JobAnswer, TAG)
        routes.post(f"{one}/retry", self.retry, m.JobAnswer, TAG)
        routes.post(f"{one}/priority", self.set_priority, m.JobAnswer, TAG)

    def read(self, http: Request, job_id: PathId) -> Response[m.JobAnswer]:
        """Read a job with its timeline.

        If-None-Match is honoured, but for a job that waits: its position changes by what others do.
        """
        streams = self.ci.streams()
        known = seen(streams, job_id)
        if known.job.status is not Status.PENDING:
            unless_known(http.headers, known.version)
        answer = job_answer(known, position_of(streams, known.job))
        return respond(answer, version=known.version)

    def cancel(
        self,
        http: Request,
        headers: ChangeHeaders,
        job_id: PathId,
        body: Annotated[m.CancelBody, Body()] = m.CANCEL,
    ) -> Response[m.JobAnswer]:
        """Cancel a job: at once while it waits; a run is stopped by its runner.

        The runner hears of it with its next heartbeat, at most half a minute later.
        """
        asked = asking(http, headers)
        by = named(asked.caller, body.by)
        return self._carried_out(asked, job_id, c.CancelJob(by, self.ci.clock()))

    def retry(
        self,
        http: Request,
        headers: ChangeHeaders,
        job_id: PathId,
        body: Annotated[m.RetryBody, Body()] = m.RETRY,
    ) -> Response[m.JobAnswer]:
        """Retry a job that has ended: it waits again, at the end of the queue."""
        asked = asking(http, headers)
        by = named(asked.caller, body.by)
        return self._carried_out(asked, job_id, c.RetryJob(by, self.ci.clock()))

    def set_priority(
        self,
        http: Request,
        headers: ChangeHeaders,
        job_id: PathId,
        body: Annotated[m.PriorityBody, Body()],
    ) -> Response[m.JobAnswer]:
        """Set a waiting job's priority: it stands where it would, had it come with it."""
        asked = asking(http, headers)
        by = named(asked.caller, body.by)
        known = seen(self.ci.streams(), job_id)
        aging_s = self._settings(known.job.customer_id).aging_s
        command = c.SetPriority(body.priority, by, self.ci.clock(), aging_s)
        return self._carried_out(asked, job_id, command)

    def _settings(self, customer_id: str) -> Settings:
        account = self.ci.streams().accounts.load(customer_id).state
        return account.settings if isinstance(account, Account) else Settings()

    def _carried_out(
        self, asked: Asking, job_id: str, command: c.JobCommand
    ) -> Response[m.JobAnswer]:
        streams = self.ci.streams()
        done = asked.carry_out(streams.jobs, DECIDER, job_id, command)
        known = seen(streams, job_id, done.version)
        return respond(job_answer(known), outcome=done.outcome, version=known.version)
