"""What is due of a customer's jobs, as the rules say it and not as the scheduler finds it."""

from tests.simulation.ci.customer import Customer, Known


def startable(customer: Customer) -> list[Known]:
    """Return who may start now: the first of each free lane, the first first."""
    if customer.standing != "active" or len(customer.running) >= customer.slots:
        return []
    busy = {job.lane for job in customer.running.values()}
    found: list[Known] = []
    for job in sorted(customer.waiting.values(), key=lambda one: (one.key_us, one.job_id)):
        if job.lane not in busy and may_run(customer, job) and not is_needless(customer, job):
            busy.add(job.lane)
            found.append(job)
    return found


def needless(customer: Customer) -> list[Known]:
    """Return who waits and need not."""
    return [job for job in customer.waiting.values() if is_needless(customer, job)]


def is_needless(customer: Customer, job: Known) -> bool:
    """A push makes older pushes of its branch needless, unless another branch waits for them too.

    What was run again is neither.
    """
    can_be = is_pushed(job) and not job.is_joined and may_run(customer, job)
    return customer.supersedes and can_be and job.job_id != newest(customer, job.lane)


def is_pushed(job: Known) -> bool:
    """Whether a job waits because its branch was pushed."""
    return job.ends == 0 and job.pushed_us > 0


def may_run(customer: Customer, job: Known) -> bool:
    """Whether anybody who asks for a job may have it run."""
    asking = {*job.trusted, *{job.user}.intersection(customer.allowed)}
    return not asking.issubset(customer.blocked)


def newest(customer: Customer, lane: str) -> str:
    """Return the newest push that waits for a lane; empty for none."""
    of_lane = [one for one in customer.waiting.values() if one.lane == lane and is_pushed(one)]
    times = [
        (one.pushed_us, one.queued_us, one.job_id) for one in of_lane if may_run(customer, one)
    ]
    return max(times, default=(0, 0, ""))[2]
