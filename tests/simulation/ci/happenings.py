"""What happens in a schedule, step by step, also while somebody's request is on its way."""

from collections.abc import Callable, Sequence
from typing import Final

from domain.ci.accounts import Settings
from domain.ci.jobs import commands as c
from tests.simulation.ci.github import CUSTOMERS
from tests.simulation.ci.runs import run
from tests.simulation.ci.schedule import Schedule
from tests.simulation.ci.trouble import Mood

STEPS: Final = 34
DEPTH_MAX: Final = 3
LAPSE_S: Final = 95
"""More than a lease."""
SHAS: Final = range(1, 9)


def live(schedule: Schedule, steps: int = STEPS) -> None:
    """Let customers choose how they want to be served, without trouble; then let things happen."""
    mood = schedule.trouble.mood
    schedule.trouble.set(Mood())
    for customer_id in CUSTOMERS:
        if schedule.rng.random() < 0.8:
            schedule.act("choose", customer_id, _settings(schedule), f"first {customer_id}")
    for number in SHAS:
        if schedule.rng.random() < 0.04:
            schedule.actors.runner.unstartable.add(f"{number:040x}")
        if schedule.rng.random() < 0.04:
            schedule.actors.checks.refused.add(f"{number:040x}")
    schedule.trouble.set(mood)
    schedule.trouble.others_act = lambda: _meanwhile(schedule)
    for _ in range(schedule.rng.randint(2, 5)):
        _hook(schedule)
    for _ in range(steps):
        _step(schedule, WEIGHTS)


def _step(schedule: Schedule, weights: Sequence[int]) -> None:
    schedule.steps += 1
    schedule.wait(schedule.rng.choice((0.001, 0.05, 2)))
    (happening,) = schedule.rng.choices(HAPPENINGS, weights)
    if not happening(schedule) and not schedule.take_one():
        _time(schedule)


def _meanwhile(schedule: Schedule) -> None:
    """Let others act while somebody's request is on its way."""
    if schedule.depth == DEPTH_MAX:
        return
    schedule.trouble.met["others acted during a request"] += 1
    weights = MEANWHILE.get(schedule.actors.acts[-1].what[0], MEANWHILE_ELSE)
    schedule.depth += 1
    for _ in range(schedule.rng.choice((1, 1, 1, 2, 3))):
        _step(schedule, weights)
    schedule.depth -= 1


def _settings(schedule: Schedule) -> Settings:
    rng = schedule.rng
    return Settings(
        slots=rng.choice((1, 1, 2, 3)),
        aging_s=rng.choice((0, 60, 600)),
        supersedes=rng.random() < 0.25,
        allowed=rng.choice(((), (), ("mal", "bob"))),
        blocked=rng.choice(((), (), ("mal",))),
    )


# ---- each returns whether it happened ------------------------------------------------------------


def _message(schedule: Schedule) -> bool:
    return schedule.take_one()


def _hook(schedule: Schedule) -> bool:
    if not schedule.hooks_left:
        return False
    schedule.hooks_left -= 1
    schedule.deliver(schedule.github.build())
    return True


def _again(schedule: Schedule) -> bool:
    if not schedule.github.bodies:
        return False
    schedule.trouble.met["body redelivered or replayed"] += 1
    schedule.deliver(schedule.github.again())
    return True


def _ask(schedule: Schedule) -> bool:
    jobs = [*schedule.actors.witness.jobs.values()]
    if not jobs:
        return False
    job, chance = schedule.rng.choice(jobs), schedule.rng.random()
    command: c.JobCommand = c.SetPriority(schedule.rng.randint(1, 9), "ann", schedule.now)
    if chance < 0.2:
        command = c.CancelJob("ann", schedule.now)
    elif job.stands == "ended" or chance < 0.25:
        command = c.RetryJob("ann", schedule.now)
    schedule.put("ask", job.job_id, command, f"asked {schedule.steps}")
    return True


def _change(schedule: Schedule) -> bool:
    if not schedule.trouble.mood.changing:
        return False
    customer_id = schedule.rng.choice([*CUSTOMERS])
    if schedule.rng.random() < 0.5:
        schedule.deliver(schedule.github.change(customer_id))
    else:
        schedule.put("choose", customer_id, _settings(schedule), f"chosen {schedule.steps}")
    return True


def _time(schedule: Schedule) -> bool:
    schedule.wait(schedule.rng.choice((1, 31, 31, LAPSE_S)))
    return True


def _sweep(schedule: Schedule) -> bool:
    if schedule.depth and schedule.rng.random() < 0.5:
        schedule.wait(LAPSE_S)  # Whoever waits for an answer waits that long.
    schedule.act("sweep")
    return True


def _pass(schedule: Schedule) -> bool:
    schedule.act("schedule", schedule.rng.choice([*CUSTOMERS]))
    return True


def _overtake(schedule: Schedule) -> bool:
    """Move a waiting job to the front, and work through its board at once."""
    witness = schedule.actors.witness
    waiting = [job.job_id for job in witness.jobs.values() if job.stands == "waits"]
    if not waiting:
        return False
    job_id = schedule.rng.choice(waiting)
    command = c.SetPriority(9, "ann", schedule.now)
    schedule.act("ask", job_id, command, f"asked {schedule.steps}")
    schedule.act("schedule", witness.owners[job_id].customer_id)
    return True


Happening = Callable[[Schedule], bool]

HAPPENINGS: Final[tuple[Happening, ...]] = (
    *(_message, run, _hook, _again, _ask, _change, _time, _sweep, _pass, _overtake),
)
WEIGHTS: Final = (44, 23, 11, 3, 7, 3, 4, 3, 1, 1)
"""Of these, in this order, out of a hundred."""
MEANWHILE: Final = {
    "beat": (20, 10, 0, 0, 5, 0, 0, 60, 5, 0),
    "hook": (30, 5, 15, 10, 5, 5, 0, 5, 25, 0),
    "result": (20, 10, 0, 0, 10, 0, 0, 40, 20, 0),
    "schedule": (25, 10, 10, 0, 8, 5, 0, 5, 15, 22),
    "start": (20, 20, 0, 0, 20, 0, 0, 30, 10, 0),
    "sweep": (30, 40, 5, 0, 5, 0, 0, 5, 5, 10),
}
"""And while such a request is on its way: mostly what makes its decision grow old."""
MEANWHILE_ELSE: Final = (45, 22, 5, 0, 15, 0, 0, 8, 5, 0)
