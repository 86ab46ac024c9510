"""Mailers: in memory, in a folder, and by SES."""

import email.policy
import json
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from adapters.aws import CONFIG
from adapters.mail.folder import FolderMailer
from adapters.mail.ses import SesError, SesMailer
from adapters.memory.mail import MemoryMailer
from domain.ci.ports import Mail, Mailer, MailRefusedError
from tests.support.engines import Dynamo

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

SENDER = "ci@example.com"
MAIL = Mail("job-1", "dev@example.com", "Grün: octo/repo", "It passed.\n", "<p>It passed.</p>\n")


def ses(url: str | None = None) -> "SESV2Client":
    return boto3.client("sesv2", endpoint_url=url, config=CONFIG)


Made = tuple[Mailer, Callable[[], int]]


@pytest.fixture(params=["memory", "folder", "ses"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    """Return a mailer, and what counts the mails that have left it."""
    if request.param == "memory":
        memory = MemoryMailer()
        return memory, lambda: len(memory.sent)
    if request.param == "folder":
        return FolderMailer(tmp_path), lambda: len(list(tmp_path.iterdir()))
    client, requests = ses(), list[object]()
    client.meta.events.register(
        "before-parameter-build.sesv2.SendEmail", lambda **_: requests.append(1)
    )
    stub = Stubber(client)
    stub.add_response("send_email", {"MessageId": "m1"})
    stub.activate()
    return SesMailer(client, SENDER), lambda: len(requests)


def test_a_mail_leaves(made: Made) -> None:
    mailer, sent = made
    mailer.send(MAIL)
    assert sent() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Passed\r\nBcc: all@example.com"},
        {"subject": "Passed\nBcc: all@example.com"},
        {"subject": "Passed\rBcc: all@example.com"},
        {"subject": "Passed\u2028Bcc: all@example.com"},
        {"subject": "Passed\0"},
        {"to": "dev@example.com\r\nBcc: all@example.com"},
        {"to": "dev@example.com\n"},
        {"to": "dev@example.com, all@example.com"},
        {"to": "Dev <dev@example.com>"},
        {"to": "dev@example@com"},
        {"to": "dev example.com"},
        {"to": "grün@example.com"},
        {"to": "dev@"},
        {"to": "dev"},
        {"to": ""},
        {"to": f"{'d' * 250}@example.com"},
        {"text": "\ud800"},
        {"key": "../job-1"},
        {"key": "job-1\n"},
        {"key": "a" * 121},
        {"key": ""},
    ],
    ids=str,
)
def test_what_could_become_another_mail_or_goes_nowhere_is_refused_unsent(
    made: Made, changes: dict[str, str]
) -> None:
    mailer, sent = made
    with pytest.raises(MailRefusedError):
        mailer.send(replace(MAIL, **changes))
    assert sent() == 0


def read(path: Path) -> EmailMessage:
    found = message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_in_a_folder_is_one_that_any_mail_program_reads(tmp_path: Path) -> None:
    for _ in range(2):
        FolderMailer(tmp_path / "mail", SENDER).send(MAIL)
    (path,) = (tmp_path / "mail").iterdir()
    found = read(path)
    assert path.name == "job-1.eml"
    assert (found["From"], found["To"], found["Subject"]) == (SENDER, MAIL.to, MAIL.subject)
    assert found["Message-ID"] == "<job-1@waybill.invalid>"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    for kind, expected in (("plain", MAIL.text), ("html", MAIL.html)):
        part = found.get_body((kind,))
        assert part is not None
        assert part.get_content().splitlines() == expected.splitlines()


def test_a_long_subject_is_folded_and_stays_one(tmp_path: Path) -> None:
    subject = "Grün und 👩‍💻 " * 20 + "gut"
    FolderMailer(tmp_path).send(replace(MAIL, subject=subject))
    found = read(tmp_path / "job-1.eml")
    assert found["Subject"] == subject
    assert set(found) == {"From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"}


@pytest.mark.engine("ministack")
def test_ses_gets_both_texts_for_its_one_reader(dynamo: Dynamo) -> None:
    client = ses(dynamo.endpoint_url)
    client.create_email_identity(EmailIdentity=SENDER)
    SesMailer(client, SENDER).send(MAIL)
    with urllib.request.urlopen(f"{dynamo.endpoint_url}/_ministack/ses/messages") as answer:
        accounts: dict[str, list[dict[str, Any]]] = json.load(answer)["messages"]
    (found,) = (one for sent in accounts.values() for one in sent if one["Source"] == SENDER)
    assert (found["To"], found["Subject"]) == ([MAIL.to], MAIL.subject)
    assert (found["BodyText"], found["BodyHtml"]) == (MAIL.text, MAIL.html)


@pytest.mark.engine("moto", "ministack")
def test_a_mail_from_nobody_that_ses_knows_may_be_sent_once_it_knows_them(dynamo: Dynamo) -> None:
    with pytest.raises(SesError, match="not verified"):
        SesMailer(ses(dynamo.endpoint_url), "nobody@unknown.example").send(MAIL)


def test_ses_is_told_the_key() -> None:
    client = ses()
    with Stubber(client) as stub:
        text = {
            name: {"Data": said, "Charset": "UTF-8"}
            for name, said in (("Text", MAIL.text), ("Html", MAIL.html))
        }
        subject = {"Data": MAIL.subject, "Charset": "UTF-8"}
        expected = {
            "FromEmailAddress": SENDER,
            "Destination": {"ToAddresses": [MAIL.to]},
            "Content": {"Simple": {"Subject": subject, "Body": text}},
            "EmailTags": [{"Name": "key", "Value": "job-1"}],
        }
        stub.add_response("send_email", {"MessageId": "m1"}, expected)
        SesMailer(client, SENDER).send(MAIL)
        stub.assert_no_pending_responses()


ERRORS = {
    "AccountSuspendedException": SesError,
    "BadRequestException": MailRefusedError,
    "LimitExceededException": SesError,
    "MailFromDomainNotVerifiedException": SesError,
    "MessageRejected": MailRefusedError,
    "NotFoundException": SesError,
    "SendingPausedException": SesError,
    "TooManyRequestsException": SesError,
}
"""What becomes of each error that `SendEmail` may answer: never, or perhaps another time."""


def test_every_error_that_ses_has_a_name_for_is_decided_upon() -> None:
    modelled = ses().meta.service_model.operation_model("SendEmail").error_shapes
    assert {one.name for one in modelled} == set(ERRORS)


@pytest.mark.parametrize(("code", "error"), [*ERRORS.items(), ("InternalFailure", SesError)])
def test_what_ses_will_never_take_is_told_from_what_may_be_sent_again(
    code: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=code):
        send_meeting(code)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Email address is not verified. The following identities failed the check", SesError),
        ("Email Address Not Verified", SesError),
        ("Address blacklisted.", MailRefusedError),
        ("", MailRefusedError),
    ],
)
def test_who_is_not_verified_yet_may_be_soon(said: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        send_meeting("MessageRejected", said)


def test_a_refusal_names_no_address() -> None:
    with pytest.raises(MailRefusedError) as raised:
        send_meeting("BadRequestException", f"Domain of <{MAIL.to}> starts with dot")
    assert MAIL.to not in str(raised.value)


def send_meeting(code: str, said: str = "") -> None:
    client = ses()
    with Stubber(client) as stub:
        stub.add_client_error("send_email", code, said)
        SesMailer(client, SENDER).send(MAIL)
