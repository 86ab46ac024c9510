"""What GitHub is answered must be true: from then on nobody sends that body again."""

from domain.ci.hooks import PullRequest, Push, Rerequest
from domain.ci.intake import Became, Taken
from tests.simulation.ci.customer import Known
from tests.simulation.ci.github import SKIPPING, Sending
from tests.simulation.ci.invariants import Broken, Invariant
from tests.simulation.ci.witness import Witness


def check_answer(witness: Witness, sending: Sending, taken: Taken) -> None:
    """Compare what a hook is said to have become with what became of it."""
    if not _is_true(witness, sending, taken):
        job = witness.jobs.get(taken.job_id)
        raise Broken(Invariant.BODY, f"{sending} became {taken}, and {job=}")


def _is_true(witness: Witness, sending: Sending, taken: Taken) -> bool:
    body = sending.body.sha256
    job = witness.jobs.get(taken.job_id)
    match taken.became:
        case Became.RECORDED:
            return body in witness.records and _is_just(witness, sending, taken)
        case Became.ACCOUNT:
            return witness.of(sending.hook.customer_id).has_account
        case Became.TWIN:
            return job is not None and (body in job.twins or _is_void(job, sending))
        case Became.RETRIED:
            name, of = witness.effects.get(body, ("", ""))
            return name in ("JobRetried", "RetryRequested") and of == taken.job_id
        case Became.QUEUED | Became.KNOWN:
            is_again = isinstance(sending.body.hook.told, Rerequest)
            return job is not None and (is_again or job.body == body)


def _is_void(job: Known, sending: Sending) -> bool:
    """Say whether a hook may be remembered of a job that has ended, and be no reason to run it."""
    told = sending.hook.told
    is_strangers = isinstance(told, PullRequest) and told.is_fork
    is_late = job.ends_with(getattr(told, "pushed_s", 0))
    return sending.body.sha256 in job.void_twins and (is_strangers or is_late)


def _is_just(witness: Witness, sending: Sending, taken: Taken) -> bool:
    """Say whether a push may be on record, without a job, for the reason that is given."""
    told, commit = sending.hook.told, sending.body.commit
    if not isinstance(told, Push):
        return True
    if told.message == SKIPPING:
        is_known = any(job.commit == commit for job in witness.jobs.values())
        return taken.reason == "skip_ci" and (is_known or commit in witness.holders)
    holder = witness.holders.get(commit, "")
    return taken.reason == "commit_skipped" and holder.startswith("hook#")
