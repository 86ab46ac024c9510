"""What a customer's board must say, line by line, given what has happened."""

from collections.abc import Iterable

from domain.kernel.boards import Line
from tests.simulation.ci.customer import Customer
from tests.simulation.ci.invariants import Broken, Invariant


def check_board(customer: Customer, lines: Iterable[Line]) -> None:
    """Compare all lines of a board with its customer."""
    lanes = entries = taken = accounts = 0
    for line in lines:
        if line.place.startswith("queue#"):
            _check_entry(customer, line)
            entries += 1
        elif line.place.startswith("lane#"):
            _check_lane(customer, line)
            lanes += 1
        elif line.place == "count":
            taken = line.count
        else:
            _check_account(customer, line)
            accounts += 1
    if taken != len(customer.running):
        raise Broken(Invariant.COUNTER, f"it says {taken} of {list(customer.running)}")
    if lanes != len(customer.running):
        raise Broken(Invariant.LANES, f"there are {lanes} for {list(customer.running)}")
    if entries != len(customer.waiting):
        raise Broken(Invariant.QUEUE, f"there are {entries} for {list(customer.waiting)}")
    if accounts != customer.has_account:
        raise Broken(Invariant.ACCOUNT, f"there are {accounts} lines")


def _check_entry(customer: Customer, line: Line) -> None:
    job = customer.waiting.get(line.owner)
    if job is None or line.place != job.place:
        raise Broken(Invariant.QUEUE, f"{line} is for {job}")
    said = (line.text("lane"), line.text("user"), bool(line.number("trusted")))
    counted = (line.number("attempt"), line.number("round"), line.number("queued_us"))
    is_so = said == (job.lane, job.user, job.is_trusted)
    asked = (line.text("vouchers"), line.number("pushed_us"), bool(line.number("joined")))
    is_so &= asked == ("\n".join(job.vouchers), 0 if job.ends else job.pushed_us, job.is_joined)
    if not is_so or counted != (job.attempt, job.ends + 1, job.queued_us):
        raise Broken(Invariant.QUEUE, f"{line} says something else than {job}")


def _check_lane(customer: Customer, line: Line) -> None:
    job = customer.running.get(line.text("job"))
    if job is None or line.place != f"lane#{job.lane}" or line.owner != job.run:
        raise Broken(Invariant.LANES, f"{line} is for {job}")
    if (line.number("until_ms"), line.number("attempt")) != (job.until_ms, job.attempt):
        raise Broken(Invariant.LANES, f"{line} says something else than {job}")


def _check_account(customer: Customer, line: Line) -> None:
    said = (line.place, line.text("standing"), line.number("slots"), line.number("supersedes"))
    known = ("account", customer.standing, customer.slots, customer.supersedes)
    if said != known:
        raise Broken(Invariant.ACCOUNT, f"{line} says something else than {known}")
