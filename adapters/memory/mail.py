"""Mail in memory."""

import re
from typing import Final

from domain.ci.ports import Mail, Mailer, MailRefusedError

_KEY: Final = re.compile(r"[A-Za-z0-9-]{1,120}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_ADDRESS_LENGTH_MAX: Final = 254
_LINE_ENDS: Final = re.compile(r"[\x00\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


class MemoryMailer(Mailer):
    """Every mail that was sent, in order; who is in `blocked` gets none."""

    def __init__(self) -> None:
        """Start with none."""
        self.sent: list[Mail] = []
        self.blocked: set[str] = set()

    def send(self, mail: Mail) -> None:
        """Send, unless no mailer would take it."""
        is_addressed = len(mail.to) <= _ADDRESS_LENGTH_MAX and _ADDRESS.fullmatch(mail.to)
        if mail.to in self.blocked or not is_addressed:
            raise MailRefusedError(f"mail {mail.key}: {mail.to!r} gets no mail")
        words = f"{mail.subject}{mail.text}{mail.html}"
        if _LINE_ENDS.search(mail.subject) or _SURROGATES.search(words):
            raise MailRefusedError(f"mail {mail.key}: its subject or its text cannot be sent")
        if not _KEY.fullmatch(mail.key):
            raise MailRefusedError(f"{mail.key!r} is no key of a mail")
        self.sent.append(mail)
