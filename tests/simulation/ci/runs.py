"""What scripts do: go on, end, fall silent, are forgotten by their runner, or go on as zombies."""

from domain.ci.jobs.events import Conclusion
from tests.simulation.ci.outside import Script
from tests.simulation.ci.schedule import Schedule


def run(schedule: Schedule) -> bool:
    """Let a script do something; return whether there was one."""
    going_on = [one for one in schedule.actors.runner.scripts.values() if not one.is_over]
    if not going_on:
        return False
    script = schedule.rng.choice(going_on)
    ends = 0.2 if script.is_forgotten else 0.5
    if schedule.trouble.chance(schedule.trouble.mood.lapsing):
        _lapse(schedule, script)
    elif script.is_asked_to_stop or schedule.rng.random() < ends:
        end(schedule, script, is_heard=not script.is_silent)
    elif not script.is_silent:
        schedule.act("beat", script.run.name)
    return True


def _lapse(schedule: Schedule, script: Script) -> None:
    way = schedule.rng.choice(("silent", "forgotten", "zombie", "zombie"))
    schedule.trouble.met[f"run {way}"] += 1
    script.is_silent = way != "zombie"
    script.is_forgotten = way != "silent"


def end(schedule: Schedule, script: Script, *, is_heard: bool) -> None:
    """End a script and say so: never, once or more often, and sometimes with two results."""
    rng = schedule.rng
    script.is_over = True
    if not script.is_asked_to_stop:
        script.conclusion = rng.choice((Conclusion.PASSED, Conclusion.FAILED))
        script.exit_code = int(script.conclusion is Conclusion.FAILED)
    if not is_heard:
        return
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        schedule.put("result", script.run.name, script.conclusion, script.exit_code)
    if rng.random() < 0.1:
        schedule.trouble.met["results in conflict"] += 1
        schedule.put("result", script.run.name, Conclusion.FAILED, 99)
