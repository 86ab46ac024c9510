"""What CI publishes: that a job has ended, and how."""

from typing import Final

from domain.ci.accounts import AccountEvent
from domain.ci.jobs import events as j
from domain.ci.records import HookRecorded
from domain.kernel.decider import Routing
from domain.published import events as out
from domain.published.translating import counting

CiEvent = j.JobEvent | AccountEvent | HookRecorded


def translate(event: CiEvent, job_id: str, routing: Routing) -> out.PublishedEvent | None:
    """Translate one stored event of a job; None where it stays with us."""
    match event:
        case j.JobFinished(conclusion=conclusion):
            outcome = conclusion.value
        case j.JobCancelled():
            outcome = "cancelled"
        case j.JobSuperseded():
            outcome = "superseded"
        case j.JobRejected():
            outcome = "rejected"
        case j.JobGivenUp():
            outcome = "lost"
        case _:
            return None
    return out.CiJobEnded(job_id, event.at.utc, routing.customer_id, outcome)


count: Final = counting(translate)
"""How many published events a stored event makes."""
