"""What no mailer takes: what could end a header and begin another, and what is no address."""

import re
from typing import Final

from domain.ci.ports import Mail, MailRefusedError

ADDRESS_LENGTH_MAX: Final = 254
"""Of RFC 5321's 256 for a path, two are its angle brackets."""
_KEY: Final = re.compile(r"[A-Za-z0-9-]{1,120}")
_LINE_ENDS: Final = re.compile(r"[\x00\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Whatever anybody takes for the end of a line (str.splitlines), and NUL."""
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
"""As HTML's own form fields take one: without a name, quotes, comments or a second address."""


def is_address(text: str) -> bool:
    """Whether this is one plain mail address."""
    return len(text) <= ADDRESS_LENGTH_MAX and _ADDRESS.fullmatch(text) is not None


def sendable(mail: Mail) -> Mail:
    """Return a mail that can be sent as it is.

    Raises MailRefusedError, which names no address: its text is logged.
    """
    if not _KEY.fullmatch(mail.key):
        raise MailRefusedError(
            f"the key {mail.key[:120]!r} is not 1 to 120 of A-Z, a-z, 0-9, hyphen"
        )
    if not is_address(mail.to):
        raise MailRefusedError(f"mail {mail.key}: its reader is not one plain mail address")
    if _LINE_ENDS.search(mail.subject):
        raise MailRefusedError(f"mail {mail.key}: its subject has more than one line")
    try:
        f"{mail.subject}{mail.text}{mail.html}".encode()
    except UnicodeEncodeError as error:
        raise MailRefusedError(f"mail {mail.key}: it is no Unicode text: {error}") from error
    return mail
