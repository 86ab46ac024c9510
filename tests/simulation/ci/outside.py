"""The world outside: a runner, checks, bus, topic and mailer, as unreliable as they are."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.ci.jobs.events import Conclusion
from domain.ci.ports import (
    CannotStartError,
    Checks,
    Mail,
    Mailer,
    MailRefusedError,
    Report,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
    Run,
    RunLook,
    Runner,
    RunStatus,
)
from domain.published.ports import Bus, Notice, Notices, Outgoing
from tests.simulation.ci.invariants import Broken, Invariant
from tests.simulation.ci.trouble import READING, WRITING, Trouble
from tests.simulation.ci.witness import Witness


@dataclass(slots=True)
class Script:
    """A script that was started. Its runner may forget it while it goes on: a zombie."""

    run: Run
    is_over: bool = False
    is_silent: bool = False
    is_forgotten: bool = False
    is_asked_to_stop: bool = False
    conclusion: Conclusion | None = None
    exit_code: int = 0


class ScriptedRunner(Runner):
    """Starts a script once for each name, for good; what it knows of it may get lost."""

    def __init__(self, trouble: Trouble, witness: Witness) -> None:
        self._trouble = trouble
        self._witness = witness
        self.scripts: dict[str, Script] = {}
        self.unstartable: set[str] = set()

    def start(self, run: Run) -> bool:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        if run.sha in self.unstartable:
            message = f"{run.sha} has no script"
            raise CannotStartError(message)
        is_new = run.name not in self.scripts
        if is_new:
            self._check(run)
            self.scripts[run.name] = Script(run)
        self._trouble.after(fault)
        return is_new

    def look(self, name: str) -> RunLook:
        self._trouble.before(READING)
        script = self.scripts.get(name)
        look = RunLook(RunStatus.ABSENT)
        if script and not script.is_forgotten:
            status = RunStatus.ENDED if script.is_over else RunStatus.RUNNING
            look = RunLook(status, script.conclusion, script.exit_code)
        self._trouble.pause()
        return look

    def stop(self, name: str) -> None:
        fault = self._trouble.before(WRITING)
        if script := self.scripts.get(name):
            script.is_asked_to_stop = True
        self._trouble.after(fault)

    def _check(self, run: Run) -> None:
        """A start may be late: then its attempt was lost in between, and nothing it says counts."""
        job = self._witness.jobs[run.job_id]
        is_current = job.stands == "runs" and job.attempt == run.attempt
        if not is_current and run.attempt not in job.lost:
            raise Broken(Invariant.STARTED, f"{run.name} was started, and stands as {job}")


class UnconditionalChecks(Checks):
    """Shows what was written last: what is shown is looked up first, and others write meanwhile."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.shown: dict[str, Report] = {}
        self.highest: dict[str, tuple[int, int]] = {}
        self.refused: set[str] = set()
        self.given_up: set[str] = set()

    def show(self, report: Report) -> None:
        fault = self._trouble.before(WRITING)
        if report.sha in self.refused:
            self.given_up.add(report.job_id)
            message = f"{report.sha} shows 1000 reports"
            raise ReportRefusedError(message)
        if self._trouble.is_turned_away():
            raise ReportLaterError(60, "later")
        if self._trouble.chance(self._trouble.mood.denied):
            self._trouble.met["report denied"] += 1
            raise ReportDeniedError(report.repository)
        shown = self.shown.get(report.job_id)
        self._trouble.pause()
        if shown is None or shown.rank < report.rank:
            self.shown[report.job_id] = report
            highest = self.highest.get(report.job_id, (0, 0))
            self.highest[report.job_id] = max(highest, report.rank)
        self._trouble.after(fault)


class CountingMailer(Mailer):
    """Counts mails by their keys; to `nobody@x` none leaves."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.sent: Counter[str] = Counter()
        self.refused: set[str] = set()

    def send(self, mail: Mail) -> None:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        if mail.to == "nobody@x":
            self.refused.add(mail.key)
            raise MailRefusedError(mail.to)
        self.sent[mail.key] += 1
        self._trouble.after(fault)


class CountingBus(Bus):
    """Counts published events by their ids; some it does not take for now."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.sent: Counter[str] = Counter()

    def publish(self, outgoing: Sequence[Outgoing]) -> frozenset[int]:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        if self._trouble.is_turned_away():
            return frozenset({0})
        self.sent.update(one.event_id for one in outgoing)
        self._trouble.after(fault)
        return frozenset()


class Topic(Notices):
    """Hands notices on to whoever `tell` tells; some it does not take for now."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self.tell: Callable[[Notice], None] = lambda _: None

    def notify(self, notices: Sequence[Notice]) -> frozenset[int]:
        self._trouble.pause()
        fault = self._trouble.before(WRITING)
        if self._trouble.is_turned_away():
            return frozenset(range(len(notices)))
        for notice in notices:
            self.tell(notice)
        self._trouble.after(fault)
        return frozenset()
