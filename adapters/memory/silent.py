"""Nobody to tell: where a service is run without GitHub's API or without mail."""

from domain.ci.ports import Checks, Mail, Mailer, Report


class SilentChecks(Checks):
    """Shows nothing to anybody."""

    def show(self, report: Report) -> None:
        """Do nothing."""


class SilentMailer(Mailer):
    """Sends nothing to anybody."""

    def send(self, mail: Mail) -> None:
        """Do nothing."""
