"""CI's pages for people: a customer's queue, and a job. Whole without any script."""

# ruff: noqa: PLC0415  # Only who asks for a page waits for the template engine.

from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.event_handler import Response

from handlers.api.api import CiApi
from handlers.api.ci.job_page import job_page
from handlers.api.ci.logs import log_of
from handlers.api.ci.looking import position_of, seen
from handlers.api.ci.queue_page import queue_page
from handlers.api.ci.queues import Limit, next_cursor, page_of
from handlers.api.models import Cursor, PathId
from handlers.api.routing import HTML, Routes

TAG = "CI"
RELOAD_S: Final = 5
"""How often a page asks again while there is something to come."""


@dataclass(frozen=True, slots=True)
class CiPages:
    """The routes of pages."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        routes.get_text("/ci/customers/{customer_id}/page", self.queue, HTML, TAG)
        routes.get_text("/ci/jobs/{job_id}/page", self.job, HTML, TAG)

    def queue(self, customer_id: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
        """Show a customer's queue as a page.

        Slots, what runs and for how long, what waits, in which order and for what.
        """
        from handlers.api.ci.rendering import page

        seen_page = page_of(self.ci, customer_id, limit, cursor)
        now = self.ci.clock()
        known = queue_page(seen_page, next_cursor(seen_page), now)
        reload_s = _reload_s(is_open=bool(known.running or known.waiting))
        return page("queue.html", {"queue": known, "now": now, "reload_s": reload_s})

    def job(self, job_id: PathId) -> Response[str]:
        """Show a job as a page: how it stands, its timeline, and the end of its log."""
        from handlers.api.ci.rendering import page

        streams = self.ci.streams()
        known = seen(streams, job_id)
        said = log_of(self.ci, known.job)
        now = self.ci.clock()
        shown = job_page(known, position_of(streams, known.job), said, now)
        reload_s = _reload_s(is_open=not known.job.has_ended)
        return page("job.html", {"job": shown, "now": now, "reload_s": reload_s})


def _reload_s(*, is_open: bool) -> int:
    return RELOAD_S if is_open else 0
