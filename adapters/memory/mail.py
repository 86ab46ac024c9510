"""Mail in memory."""

from domain.ci.ports import Mail, Mailer, MailRefusedError
from domain.ci.sendable import sendable


class MemoryMailer(Mailer):
    """Every mail that was sent, in order; who is in `blocked` gets none."""

    def __init__(self) -> None:
        """Start with none."""
        self.sent: list[Mail] = []
        self.blocked: set[str] = set()

    def send(self, mail: Mail) -> None:
        """Send, unless no mailer would take it."""
        if mail.to in self.blocked:
            raise MailRefusedError(f"mail {mail.key}: its reader gets no mail")
        self.sent.append(sendable(mail))
