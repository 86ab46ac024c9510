"""A job's events as sentences, for whoever reads its timeline."""

from typing import Final, assert_never

from domain.ci.hooks import Trigger
from domain.ci.jobs import events as e
from domain.ci.places import branch_of
from domain.ci.reporting import REJECTIONS

SHA_SHOWN: Final = 10

_TWINS: Final = {
    Trigger.PUSH: "A push",
    Trigger.TAG: "A tag",
    Trigger.PULL_REQUEST: "A pull request",
    Trigger.MERGE_GROUP: "A merge queue",
    Trigger.RERUN: "A wish for another check",
}


def sentence(event: e.JobEvent) -> str:
    """Say what has happened, in plain English."""
    match event:
        case e.JobQueued():
            return _queued(event)
        case e.TwinRecorded():
            return _joined(event)
        case e.PriorityChanged(priority=priority, by=by):
            return f"{by} set the priority to {priority}."
        case e.JobClaimed(attempt=attempt, slots=slots):
            return f"Attempt {attempt} began, in {_one_of(slots)}."
        case e.CancellationRequested(by=by):
            return f"{by} asked for the end; the runner hears of it with its next heartbeat."
        case e.JobFinished():
            return _finished(event)
        case e.JobCancelled(by=by):
            return f"Cancelled by {by}."
        case e.JobSuperseded(by_job=by_job):
            return f"Superseded by job {by_job}, a newer one of its branch."
        case e.JobRejected(reason=reason):
            return REJECTIONS[reason]
        case e.RunLost(attempt=attempt):
            return f"Attempt {attempt} was lost: its runner fell silent."
        case e.JobGivenUp(losses=losses):
            return f"Given up: {losses} runs were lost."
        case e.JobRetried(by=by):
            return f"{by} asked for another run; it waits at the end of the queue."
        case e.RetryRequested(by=by):
            return f"{by} asked for another run, which follows once this one has stopped."
        case _:
            assert_never(event)


def _joined(event: e.TwinRecorded) -> str:
    where = f" to {branch_of(event.joined_from)}" if event.joined_from else ""
    vouched = f" {event.vouched_by} vouches for it." if event.vouched_by else ""
    joined = f"{_TWINS[event.trigger]} of the same commit{where} joined in"
    return f"{joined}: this job answers it too.{vouched}"


def _queued(event: e.JobQueued) -> str:
    sha, branch = event.sha[:SHA_SHOWN], branch_of(event.ref)
    user = event.user or "Somebody"
    match event.trigger:
        case Trigger.PUSH:
            what = f"{user} pushed {sha} to {branch}"
        case Trigger.TAG:
            what = f"{user} tagged {sha} as {branch}"
        case Trigger.PULL_REQUEST:
            what = f"{user} proposed {sha} in pull request #{event.number}"
        case Trigger.MERGE_GROUP:
            what = f"A merge queue wants {sha} checked"
        case Trigger.RERUN:
            what = f"{user} asked to have {sha} checked again"
        case _:
            assert_never(event.trigger)
    return f"{what}; queued."


def _one_of(slots: int) -> str:
    return "the only slot" if slots == 1 else f"one of {slots} slots"


def _finished(event: e.JobFinished) -> str:
    if event.conclusion is e.Conclusion.PASSED:
        return f"Attempt {event.attempt} passed."
    why = f" {event.detail}" if event.detail else ""
    return f"Attempt {event.attempt} failed with exit code {event.exit_code}.{why}"
