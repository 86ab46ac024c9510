"""Mail into a folder, for local runs: a file a mail, which every mail program opens."""

import os
import tempfile
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Final

from domain.ci.ports import Mail, Mailer
from domain.ci.sendable import sendable

SENDER: Final = "Waybill CI <ci@waybill.invalid>"


class FolderMailer(Mailer):
    """Writes `<key>.eml`; the same key again is the same file."""

    def __init__(self, folder: Path, sender: str = SENDER) -> None:
        """Take the folder, which is made with the first mail, and who the mail is from."""
        self._folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Write the file, whole or not at all."""
        content = self._message(sendable(mail)).as_bytes()
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self._folder / f"{mail.key}.eml")

    def _message(self, mail: Mail) -> EmailMessage:
        """Compose RFC 5322's text. It has no date: the time is not ours to say."""
        # Headers in UTF-8 (RFC 6532): where the library folds encoded words it loses blanks.
        message = EmailMessage(policy=SMTPUTF8)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Message-ID"] = f"<{mail.key}@waybill.invalid>"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message
