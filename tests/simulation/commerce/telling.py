"""Telling a schedule: who did what, call by call, and what went wrong at which."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from typing import Final

from tests.simulation.commerce.schedule import Schedule
from tests.simulation.commerce.trouble import Fault, mood_of

Entry = tuple[int, str, str, int]

ID_LENGTH: Final = 26


def story_of(schedule: Schedule) -> str:
    """Tell all of a schedule, a line for each stretch in which one and the same acted."""
    lines = "\n".join(f"  {line}" for line in lines_of(schedule.engine.trace))
    again = f"python -m tests.simulation.commerce {schedule.seed}"
    likely = ", ".join(f"{name} {rate}" for name, rate in _rates(schedule) if rate)
    return f"seed {schedule.seed}: {likely}\n{lines}\nTo shrink it: {again} --shrink"


def _rates(schedule: Schedule) -> Iterator[tuple[str, float]]:
    mood = mood_of(schedule.seed)
    return ((one.name, getattr(mood, one.name)) for one in fields(mood))


FOLLOWING: Final = frozenset(
    {
        "commit parked",
        "dead letter",
        "message too old",
        "record given up",
        "time leapt",
        "time went back",
        "told again much later",
    }
)
"""What is counted, and is no trouble that was made."""


def faults_in(schedule: Schedule) -> int:
    """Count what was made to go wrong."""
    return sum(n for what, n in schedule.engine.faults().items() if what not in FOLLOWING)


def lines_of(trace: Iterable[Entry], whole: Iterable[Entry] = ()) -> Iterator[str]:
    """Yield a line for each stretch of one task; `whole` tells how those began that go on."""
    names: dict[str, str] = {}
    whats: dict[int, str] = {}
    for number, call, what, is_old in whole:
        if call == "begins":
            whats[number] = _begun(what, is_old, names)
    for number, entries in groupby(trace, key=lambda entry: entry[0]):
        told = []
        for _, call, key, fault in entries:
            if call == "begins":
                whats[number] = _begun(key, fault, names)
            elif call in ("ends", "is killed"):
                told.append(f"{call} {key}".strip())
            else:
                told.append(f"{call} {_named(key, names)}".strip() + _fault(fault))
        yield f"{number:>3} {whats[number]}: {', '.join(told)}"


def _begun(what: str, is_old: int, names: dict[str, str]) -> str:
    return _named(what, names) + (" (the release before)" if is_old else "")


def _fault(fault: int) -> str:
    if not fault:
        return ""
    name = "nobody there" if fault < 0 else Fault(fault).name.lower().replace("_", " ")
    return f" [{name.upper()}]"


def _named(key: str, names: dict[str, str]) -> str:
    """Give long ids short names, in the order in which they come."""
    category, mark, entity = key.partition("#")
    if not mark:
        category, entity = "", key
    if len(entity) != ID_LENGTH:
        return key
    category = category or "id"
    kinds = sum(name.startswith(category) for name in names.values())
    return names.setdefault(key, f"{category} {kinds + 1}")
