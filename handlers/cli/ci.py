"""CI's part of the service's API, as the command line asks it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from handlers.cli.failure import Failure
from handlers.cli.service import Body, Missing, MovedOn, Service

PLACES_COUNTED_MAX: Final = 200
"""Jobs that are looked at to say how many wait: each page of them is read from the front."""
_LOOKS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in its queue, from 1, and how many wait there; None for very many."""

    position: int
    length: int | None


@dataclass(frozen=True, slots=True)
class Ci:
    """Asks one running service about jobs and their customers."""

    service: Service

    def queue(self, customer_id: str, limit: int) -> Body:
        """Return what runs and what waits of a customer, at most `limit` of the latter."""
        path = ("ci", "customers", owner(customer_id), "queue")
        first, *more = self.service.pages(*path, key="waiting", limit=limit)
        waiting = [one for page in (first, *more) for one in page["waiting"]]
        last = more[-1] if more else first
        return {**first, "waiting": waiting, "next_cursor": last.get("next_cursor")}

    def job(self, job_id: str) -> Body:
        """Return a job. Raises Failure if there is none."""
        return self.service.get("ci", "jobs", job_id).json

    def log(self, job_id: str, attempt: int) -> bytes | None:
        """Return what an attempt has said so far; None where nothing was kept of it."""
        try:
            return self.service.get("ci", "jobs", job_id, "log", attempt=str(attempt)).content
        except Missing:
            return None

    def cancel(self, job_id: str) -> Body:
        """Ask for a job's end."""
        return self.service.post("ci", "jobs", job_id, "cancel").json

    def retry(self, job_id: str) -> Body:
        """Have a job run again that has ended."""
        return self.service.post("ci", "jobs", job_id, "retry").json

    def prioritise(self, job_id: str, priority: int) -> Body:
        """Move a waiting job."""
        return self.service.post("ci", "jobs", job_id, "priority", body={"priority": priority}).json

    def place(self, job: Body) -> Place | None:
        """Return where a job that waits stands now; None for one that does not wait."""
        if not job.get("position"):
            return None
        queue = self.queue(job["customer_id"], PLACES_COUNTED_MAX)
        found = (one["position"] for one in queue["waiting"] if one["job_id"] == job["job_id"])
        length = None if queue["next_cursor"] else len(queue["waiting"])
        return Place(next(found, job["position"]), length)

    def settings(self, customer_id: str) -> Body:
        """Return how a customer's jobs are run."""
        return self.service.get("ci", "customers", owner(customer_id), "settings").json

    def change_settings(self, customer_id: str, change: Callable[[Body], Body]) -> Body:
        """Read, change, write; read again where somebody else wrote in between."""
        path = ("ci", "customers", owner(customer_id), "settings")
        for _ in range(_LOOKS_MAX):
            seen = self.service.get(*path)
            wanted = change(seen.json["settings"])
            if wanted == seen.json["settings"]:
                return seen.json
            with suppress(MovedOn):
                return self.service.post(*path, body=wanted, if_match=seen.etag).json
        raise Failure("somebody else keeps changing these settings; look, and ask again")


def owner(customer_id: str) -> str:
    """Return the customer that an account at GitHub is, however its capitals are written."""
    return customer_id.lower()
