"""Mail by Amazon SES, version 2 of its API."""

import re
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.ci.ports import Mail, Mailer, MailRefusedError
from domain.ci.sendable import sendable

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, SendEmailRequestTypeDef

_REFUSED: Final = frozenset({"BadRequestException", "MessageRejected"})
"""What is wrong with this mail. All else that `SendEmail` may say is of us, and may come right: a
suspended account, paused sending, a domain that is not verified, an identity not found, a limit."""
_ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
"""What looks like one in SES' own words, which are logged."""
_UNVERIFIED: Final = "not verified"
"""Rejected so, it is no fault of the mail: whoever may send has not been confirmed to SES yet."""


class SesError(Exception):
    """SES did not take a mail for now, and said why."""


class SesMailer(Mailer):
    """Sends as one sender, whose address or domain is verified with SES."""

    def __init__(self, client: "SESV2Client", sender: str) -> None:
        """Take the client, and who the mail is from."""
        self._client = client
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Send; the tag `key` tells in SES' own events which mail it was."""
        request = self._request(sendable(mail))
        try:
            self._client.send_email(**request)
        except ClientError as error:
            # Its text names the reader, and what rises is logged.
            why = f"SES does not take mail {mail.key}: {_ADDRESS.sub('(an address)', str(error))}"
            if _is_refused(error):
                raise MailRefusedError(why) from None
            raise SesError(why) from None

    def _request(self, mail: Mail) -> "SendEmailRequestTypeDef":
        return {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {
                "Simple": {
                    "Subject": _content(mail.subject),
                    "Body": {"Text": _content(mail.text), "Html": _content(mail.html)},
                }
            },
            "EmailTags": [{"Name": "key", "Value": mail.key}],
        }


def _is_refused(error: ClientError) -> bool:
    said = error.response["Error"]
    return said["Code"] in _REFUSED and _UNVERIFIED not in said.get("Message", "").lower()


def _content(text: str) -> "ContentTypeDef":
    return {"Data": text, "Charset": "UTF-8"}
