"""CI's pages for people: a customer's queue, and a job. Whole without any script."""

# ruff: noqa: PLC0415  # Only who asks for a page waits for the template engine.

from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.event_handler import Response

from domain.ci.pages import Keys
from handlers.api.api import CiApi
from handlers.api.ci.job_page import job_page
from handlers.api.ci.logs import log_of
from handlers.api.ci.looking import position_of, seen
from handlers.api.ci.queue_page import queue_page
from handlers.api.ci.queues import Limit, next_cursor, owner_of, page_of
from handlers.api.models import Cursor, LinkKey, PathId
from handlers.api.routing import HTML, Routes

TAG = "CI"
RELOAD_S: Final = 5
"""How often a page asks again while there is something to come."""


@dataclass(frozen=True, slots=True)
class CiPages:
    """The routes of pages, each for callers and, with a key, for whoever has the link."""

    ci: CiApi

    def register(self, routes: Routes) -> None:
        """Add the routes."""
        queue, job = "/ci/customers/{customer_id}/page", "/ci/jobs/{job_id}/page"
        routes.get_text(queue, self.queue, HTML, TAG)
        routes.get_text(job, self.job, HTML, TAG)
        routes.get_text_by_key(f"{queue}/{{key}}", self.queue_by_key, HTML, TAG, self._opens_queue)
        routes.get_text_by_key(f"{job}/{{key}}", self.job_by_key, HTML, TAG, self._opens_job)

    def queue(self, customer_id: PathId, limit: Limit = 50, cursor: Cursor = None) -> Response[str]:
        """Show a customer's queue as a page.

        Slots, what runs and for how long, what waits, in which order and for what.
        """
        return self._queue(customer_id, limit, cursor, Keys())

    def queue_by_key(
        self, customer_id: PathId, key: LinkKey, limit: Limit = 50, cursor: Cursor = None
    ) -> Response[str]:
        """Show a customer's queue by a link: needs no caller, but the queue's key.

        It stands in the `page` of the customer's queue.
        """
        del key  # It has let the request in.
        # Whoever may see the whole queue may see each job in it.
        return self._queue(customer_id, limit, cursor, self.ci.keys())

    def job(self, job_id: PathId) -> Response[str]:
        """Show a job as a page: how it stands, its timeline, and the end of its log."""
        return self._job(job_id, "")

    def job_by_key(self, job_id: PathId, key: LinkKey) -> Response[str]:
        """Show a job by a link: needs no caller, but the job's key.

        It stands in the links of statuses, check runs and mails.
        """
        return self._job(job_id, key)

    def _queue(self, customer_id: str, limit: int, cursor: str | None, keys: Keys) -> Response[str]:
        from handlers.api.ci.rendering import page

        seen_page = page_of(self.ci, customer_id, limit, cursor)
        now = self.ci.clock()
        known = queue_page(seen_page, next_cursor(seen_page), keys, now)
        reload_s = _reload_s(is_open=bool(known.running or known.waiting))
        return page("queue.html", {"queue": known, "now": now, "reload_s": reload_s})

    def _job(self, job_id: str, key: str) -> Response[str]:
        from handlers.api.ci.rendering import page

        streams = self.ci.streams()
        known = seen(streams, job_id)
        said = log_of(self.ci, known.job)
        now = self.ci.clock()
        shown = job_page(known, position_of(streams, known.job), said, key, now)
        reload_s = _reload_s(is_open=not known.job.has_ended)
        return page("job.html", {"job": shown, "now": now, "reload_s": reload_s})

    def _opens_queue(self, customer_id: str, key: str) -> bool:
        return self.ci.keys().open_customer(owner_of(customer_id), key)

    def _opens_job(self, job_id: str, key: str) -> bool:
        return self.ci.keys().open_job(job_id, key)


def _reload_s(*, is_open: bool) -> int:
    return RELOAD_S if is_open else 0
