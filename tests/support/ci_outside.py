"""The world outside CI, by script: each does what it is told to, and remembers what it was asked.

A script holds errors that are raised in turn; when it is empty everything goes well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from domain.ci.ports import Delivery, Mail, Report, Run, RunLook, RunStatus

Script = list[Exception | None]


def _next(script: Script) -> None:
    if script and (error := script.pop(0)):
        raise error


@dataclass
class Runner:
    """Knows of runs what `looks` says by their names; all others are absent."""

    script: Script = field(default_factory=list)
    looks: dict[str, RunLook] = field(default_factory=dict)
    before_look: Callable[[], object] = lambda: None
    started: list[Run] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)

    def start(self, run: Run) -> bool:
        _next(self.script)
        is_new = run not in self.started
        self.started.append(run)
        return is_new

    def look(self, name: str) -> RunLook:
        self.before_look()
        return self.looks.get(name, RunLook(RunStatus.ABSENT))

    def stop(self, name: str) -> None:
        self.stopped.append(name)


@dataclass
class Checks:
    """Shows everything; `after_show` is what happens elsewhere while an answer is on its way."""

    script: Script = field(default_factory=list)
    after_show: Callable[[Report], object] = lambda _: None
    shown: list[Report] = field(default_factory=list)

    def show(self, report: Report) -> None:
        _next(self.script)
        self.shown.append(report)
        self.after_show(report)


@dataclass
class Mailer:
    script: Script = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        _next(self.script)
        self.sent.append(mail)


@dataclass
class Deliveries:
    """GitHub's list; `earliest` is how far back it was last asked."""

    known: list[Delivery] = field(default_factory=list)
    script: Script = field(default_factory=list)
    earliest: list[datetime] = field(default_factory=list)
    redelivered: list[int] = field(default_factory=list)

    def since(self, earliest: datetime) -> Iterator[Delivery]:
        self.earliest.append(earliest)
        newest_first = sorted(self.known, key=lambda one: one.delivered_at, reverse=True)
        yield from (one for one in newest_first if one.delivered_at >= earliest)

    def redeliver(self, delivery_id: int) -> None:
        _next(self.script)
        self.redelivered.append(delivery_id)
