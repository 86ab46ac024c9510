"""Who acts: each handler of the service, as one call of the real use case over troubled ports."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from domain.ci import accounts, intake
from domain.ci.accounts import Account, Settings
from domain.ci.intake import Arrival
from domain.ci.jobs import commands as c
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import Conclusion
from domain.ci.mailing import mail_end
from domain.ci.ports import (
    MailRefusedError,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
)
from domain.ci.reporting import UnmendedError, report
from domain.ci.running import beat, record, start
from domain.ci.scheduling import FIRST_LOOK, schedule
from domain.kernel.transition import Request, transition
from handlers.streams.batch import Arrived
from tests.simulation.ci.answers import check_answer
from tests.simulation.ci.due import startable
from tests.simulation.ci.invariants import Broken, Invariant
from tests.simulation.ci.service import Service, address_of, write
from tests.simulation.ci.trouble import Killed

TROUBLE_MADE: Final = ("Throttled", "AnswerLost", "NotTakenError")
"""What a sweep may meet: trouble that was made."""


class Actors(Service):
    """Each method is a handler: it may be stopped at any port call, and begin anew.

    Returns whether it is done; otherwise the same message comes again.
    """

    # ---- what comes in ----------------------------------------------------------------------

    def hook(self, guid: str) -> bool:
        """Take a delivery in; GitHub hears whether that went well, and does not repeat it."""
        sending = self.github.sendings[guid]
        self.acts[-1].body = sending.body.sha256
        is_taken = False
        try:
            arrival = Arrival(sending.hook, sending.body.sha256, self.clock(), guid)
            taken = intake.take_in(self.streams, arrival)
            check_answer(self.witness, sending, taken)
            is_taken = True
        finally:
            self.github.went(guid, well=is_taken)
        self.github.built(sending.body, taken.job_id)
        return True

    def beat(self, name: str) -> bool:
        """Hear that a script goes on."""
        script = self.runner.scripts[name]
        self.acts[-1].attempt = script.run.attempt
        answer = beat(self.streams, script.run.job_id, script.run.attempt, self.clock())
        script.is_asked_to_stop |= answer.is_to_stop
        return True

    def result(self, name: str, conclusion: Conclusion | None, exit_code: int) -> bool:
        """Hear how a script ended."""
        run = self.runner.scripts[name].run
        self.acts[-1].attempt = run.attempt
        said = c.RecordResult(run.attempt, conclusion, exit_code, self.clock())
        record(self.streams, run.job_id, said, f"run-{name}")
        return True

    def ask(self, job_id: str, command: c.JobCommand, command_id: str) -> bool:
        """Somebody asks something of a job."""
        command = replace(command, now=self.clock())
        if isinstance(command, c.SetPriority):
            state = self.accounts.load(self.witness.owners[job_id].customer_id).state
            settings = state.settings if isinstance(state, Account) else Settings()
            command = replace(command, aging_s=settings.aging_s)
        transition(self.jobs, DECIDER, Request(job_id, command, command_id, "ask", command_id))
        return True

    def choose(self, customer_id: str, settings: Settings, command_id: str) -> bool:
        """Somebody chooses other settings."""
        command = accounts.ChangeSettings(customer_id, settings, "ann", self.clock())
        request = Request(customer_id, command, command_id, "ask", command_id)
        transition(self.accounts, accounts.DECIDER, request)
        return True

    # ---- what follows -----------------------------------------------------------------------

    def schedule(self, customer_id: str) -> bool:
        """Work through a board; who knew how things stand, and still does, has left nothing."""
        done = schedule(self.streams, customer_id, self.clock, "woken")
        customer, act = self.witness.of(customer_id), self.acts[-1]
        if act.knows != customer.commits or not (left := startable(customer)):
            return True
        if self.trouble.mood.lines < FIRST_LOOK and act.has_written:
            return True  # What a first look does not show is for the next pass, which is woken.
        runs = list(customer.running)
        raise Broken(Invariant.IDLE, f"{done} leaves {left}; in {customer.slots} slots are {runs}")

    def start(self, job_id: str) -> bool:
        """Start what was claimed."""
        start(self.streams, self.runner, job_id, self.clock, "woken")
        return True

    def report(self, job_id: str) -> bool:
        """Show GitHub how a job stands."""
        try:
            return report(self.streams, self.checks, job_id, self.clock)
        except (ReportRefusedError, ReportDeniedError):
            return True
        except (ReportLaterError, UnmendedError):
            return False

    def mail(self, job_id: str) -> bool:
        """Tell a job's user of its end."""
        with suppress(MailRefusedError):
            mail_end(self.streams, self.mailer, address_of, write, job_id, self.clock)
        return True

    def broadcast(self, stream: str, first: int) -> bool:
        """Tell other teams of a commit."""
        commit = next(one for one in self.shared.commits[stream] if one.first == first)
        return not self.broadcaster.handle([Arrived("", commit, None)])

    def sweep(self) -> bool:
        """Sweep; what goes wrong in it was made to, and keeps nothing else from being seen to."""
        try:
            swept = self.sweeper.sweep()
        except Killed:
            self.sweeper = self.new_sweeper()  # What it remembered was in that process only.
            raise
        except Exception as error:
            raise Broken(Invariant.EXPECTED, f"a sweep was ended by {error!r}") from error
        for text in swept.trouble:
            if not any(made in text for made in TROUBLE_MADE):
                raise Broken(Invariant.EXPECTED, text)
        return True
