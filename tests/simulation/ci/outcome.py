"""What must have become, in the end, of what was pushed, by whom, and of what GitHub said."""

from typing import Final

from domain.ci.hooks import MergeGroup, PullRequest, Push
from tests.simulation.ci.customer import Known
from tests.simulation.ci.github import SKIPPING, Body, Github
from tests.simulation.ci.invariants import Broken, Invariant
from tests.simulation.ci.witness import Witness

STANDINGS: Final = {
    "created": "active",
    "unsuspend": "active",
    "suspend": "suspended",
    "deleted": "revoked",
}


def check_outcome(witness: Witness, github: Github) -> None:
    """Check each branch, each job that was superseded or turned away, and each account."""
    _check_tips(witness, github)
    _check_superseded(witness, github)
    _check_askers(witness, github)
    for customer_id, told in github.installed.items():
        stands = witness.of(customer_id).standing
        if stands != STANDINGS[told.action]:
            raise Broken(Invariant.STANDING, f"{customer_id} is {stands} after {told}")


def _check_tips(witness: Witness, github: Github) -> None:
    """GitHub sends in the order of the pushes, whatever arrives: the last one is the tip."""
    tips = {lane: body for body in github.bodies if (lane := _lane(body))}
    skipped = {body.commit for body in github.bodies if _skips(body)}
    for lane, tip in tips.items():
        jobs = [job for job in witness.jobs.values() if job.commit == tip.commit]
        is_answered = any(job.how != "JobSuperseded" for job in jobs)
        if tip.commit not in skipped and not is_answered:
            raise Broken(Invariant.TIP, f"{tip} was pushed last in {lane}, and there are {jobs}")


def _check_superseded(witness: Witness, github: Github) -> None:
    """Whoever made a job needless was pushed after it, and after it was pushed back to."""
    lanes = {body.sha256: _lane(body) for body in github.bodies}
    order = {body.sha256: number for number, body in enumerate(github.bodies)}

    def pushed(job: Known) -> int:
        own = [order[body] for body in (job.body, *job.twins) if lanes[body] == job.lane]
        return max(own, default=-1)

    for job in witness.jobs.values():
        if job.how != "JobSuperseded":
            continue
        if joined := {lanes[body] for body in job.twins if lanes[body]} - {job.lane}:
            raise Broken(Invariant.JOINED, f"{job} was superseded, and {joined} had joined it")
        newer = witness.jobs[job.why]
        if pushed(job) > pushed(newer):
            raise Broken(Invariant.TIP, f"{job} was superseded by {newer}, pushed before it")


def _check_askers(witness: Witness, github: Github) -> None:
    """Whoever may write and asks is not turned away, and has an answer."""
    pushed_s = {body.sha256: getattr(body.hook.told, "pushed_s", 0) for body in github.bodies}
    trusted = {body.sha256: body.hook.user for body in github.bodies if _is_trusted(body)}
    for job_id, job in witness.jobs.items():
        asking = {trusted[body] for body in job.twins if body in trusted}
        is_turned_away = job.why == "user_not_allowed"
        if is_turned_away and not asking <= witness.owners[job_id].blocked_ever:
            raise Broken(Invariant.ALLOWED, f"{job} was turned away although {asking} asked too")
        after = {
            body
            for body in trusted.keys() & (job.void_twins | job.late_twins)
            if not job.ends_with(pushed_s[body])
        }
        if job.has_no_answer and after:
            raise Broken(Invariant.ANSWER, f"{job} stays as it is, though it was asked for since")


def _lane(body: Body) -> str:
    """Return the lane that a body's build takes; empty where it asks for none by a branch."""
    match body.hook.told:
        case Push(ref=ref) as push if ref.startswith("refs/heads/") and not _skips(body):
            return f"{push.repository.repository_id}#{ref}"
        case PullRequest(is_fork=True, number=number) as pull:
            return f"{pull.repository.repository_id}#refs/pull/{number}/head"
        case PullRequest() as pull:
            return f"{pull.repository.repository_id}#refs/heads/{pull.ref}"
        case _:
            return ""


def _is_trusted(body: Body) -> bool:
    match body.hook.told:
        case PullRequest(is_fork=is_fork):
            return not is_fork
        case Push() | MergeGroup():
            return True
        case _:
            return False


def _skips(body: Body) -> bool:
    return isinstance(body.hook.told, Push) and body.hook.told.message == SKIPPING
