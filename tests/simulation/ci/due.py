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
    """A push makes older pushes of its branch needless; what was run again is neither."""
    is_pushed = job.ends == 0 and may_run(customer, job)
    return customer.supersedes and is_pushed and job.job_id != newest(customer, job.lane)


def may_run(customer: Customer, job: Known) -> bool:
    """Whether a job's user may have it run."""
    if job.user in customer.blocked:
        return False
    return job.is_trusted or job.user in customer.allowed


def newest(customer: Customer, lane: str) -> str:
    """Return the newest push that waits for a lane; empty for none."""
    of_lane = [one for one in customer.waiting.values() if one.lane == lane and one.ends == 0]
    times = [(one.queued_us, one.job_id) for one in of_lane if may_run(customer, one)]
    return max(times, default=(0, ""))[1]
