"""Mail by Amazon SES, version 2 of its API."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from adapters.mail.checking import checked
from domain.ci.ports import Mail, Mailer, MailRefusedError

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, SendEmailRequestTypeDef

_REFUSED: Final = frozenset({"BadRequestException", "MessageRejected"})
"""What is wrong with this mail; a suspended account or an unverified domain may come right."""


class SesMailer(Mailer):
    """Sends as one sender, whose address or domain is verified with SES."""

    def __init__(self, client: "SESV2Client", sender: str, configuration_set: str = "") -> None:
        """Take the client, who the mail is from, and how SES is to report on it."""
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail: Mail) -> None:
        """Send; the tag `key` tells in SES' own events which mail it was."""
        request = self._request(checked(mail))
        try:
            self._client.send_email(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSED:
                raise MailRefusedError(f"SES does not take mail {mail.key}: {error}") from error
            raise

    def _request(self, mail: Mail) -> "SendEmailRequestTypeDef":
        request: SendEmailRequestTypeDef = {
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
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        return request


def _content(text: str) -> "ContentTypeDef":
    return {"Data": text, "Charset": "UTF-8"}
