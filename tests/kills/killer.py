"""The killer: a process of its own for each step, ended by SIGKILL at one of its requests."""

import os
import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Moment(StrEnum):
    """When a process is ended, seen from a request."""

    BEFORE = "before sending"
    AFTER = "after the answer"


_HOOKS: Final = {Moment.BEFORE: "before-send.dynamodb", Moment.AFTER: "response-received.dynamodb"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Ends a process at its so-manieth request, counted from 1."""

    request: int
    moment: Moment


@dataclass(slots=True)
class Ended:
    """How a process ended: killed at an operation, with an error, or with an answer."""

    killed_at: str = ""
    error: str = ""
    answer: Any = None
    operations: list[str] = field(default_factory=list)


def run(client: "DynamoDBClient", act: Callable[[], Any], plan: Plan | None) -> Ended:
    """Do something in a process of its own; `client` must never have been used in this one."""
    reading, writing = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        os.close(reading)
        _live(client, act, plan, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(process_id, 0)
    ended: Ended = pickle.loads(told) if told else Ended(error=f"it ended with {status}")  # noqa: S301  # Our own child's words.
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if was_killed != bool(ended.killed_at):
        return Ended(error=f"it ended with {status}, and said {ended}")
    return ended


def _live(client: "DynamoDBClient", act: Callable[[], Any], plan: Plan | None, pipe: int) -> None:
    """Live in the child, which never returns from here."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    ended = Ended()
    for moment, event in _HOOKS.items():
        client.meta.events.register_first(event, _Hook(ended, plan, moment, pipe))
    try:
        ended.answer = act()
    except BaseException as error:  # noqa: BLE001  # Whatever it is, the parent is told.
        ended.error = repr(error)
    os.write(pipe, pickle.dumps(ended))
    os._exit(0)


class _Hook:
    """Listens to requests or answers, and ends the process at one of them."""

    def __init__(self, ended: Ended, plan: Plan | None, moment: Moment, pipe: int) -> None:
        self._ended = ended
        self._plan = plan
        self._moment = moment
        self._pipe = pipe
        self._count = 0

    def __call__(self, event_name: str, **_: object) -> None:
        self._count += 1
        operation = event_name.rpartition(".")[2]
        if self._moment is Moment.BEFORE:
            self._ended.operations.append(operation)
        if self._plan == Plan(self._count, self._moment):
            os.write(self._pipe, pickle.dumps(Ended(killed_at=operation)))
            os.kill(os.getpid(), signal.SIGKILL)
