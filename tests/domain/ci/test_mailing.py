import pytest

from domain.ci.accounts import Notify, Settings
from domain.ci.hooks import Change
from domain.ci.jobs.claiming import BUS, STATUS
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.mailing import recipient
from domain.ci.ports import MailRefusedError
from tests.support.ci_builders import ENDED, job_after
from tests.support.ci_desk import Desk

ANN = "ann@acme.example"
OPS = "ops@acme.example"


def told(status: Status, notify: Notify = Notify.ALL, address: str = ANN, mail_to: str = "") -> str:
    """Return who hears of an end; the address stands in the body of the job's hook."""
    addresses = {"body-j1": address}
    settings = Settings(notify=notify, mail_to=mail_to)
    return recipient(job_after(ENDED[status]), settings, lambda body: addresses.get(body, ""))


@pytest.mark.parametrize("status", [one for one in ENDED if one is not Status.SUPERSEDED])
def test_a_user_hears_of_every_end(status: Status) -> None:
    assert told(status) == ANN


def test_nobody_hears_of_what_they_have_superseded_themselves() -> None:
    assert told(Status.SUPERSEDED) == ""


def test_whoever_wants_failures_only_hears_of_everything_that_did_not_pass() -> None:
    heard = {status for status in ENDED if told(status, Notify.FAILURES)}
    assert heard == set(ENDED) - {Status.PASSED, Status.SUPERSEDED}


def test_whoever_wants_no_mail_gets_none() -> None:
    assert {told(status, Notify.NONE, mail_to=OPS) for status in ENDED} == {""}


def test_where_a_hook_names_no_address_the_customers_own_is_taken_if_there_is_one() -> None:
    assert told(Status.FAILED, address="", mail_to=OPS) == OPS
    assert told(Status.FAILED, address=ANN, mail_to=OPS) == ANN
    assert told(Status.FAILED, address="") == ""


# ---- sending ----------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Desk:
    return Desk(addresses={"body": ANN})


def ended(desk: Desk) -> str:
    job_id = desk.push("main", body="body")
    desk.schedule()
    desk.finish(job_id, Conclusion.FAILED, 1)
    return job_id


def test_the_mail_of_an_end_leaves_once_under_a_key_of_job_and_end(desk: Desk) -> None:
    job_id = ended(desk)
    assert desk.mail(job_id)
    assert not desk.mail(job_id)
    assert [(mail.key, mail.to) for mail in desk.mailer.sent] == [(f"{job_id}-1", ANN)]
    assert desk.owed(job_id) == {"1": {BUS, STATUS}}


def test_the_end_of_another_round_is_another_mail(desk: Desk) -> None:
    job_id = ended(desk)
    desk.mail(job_id)
    desk.retry(job_id)
    assert not desk.mail(job_id)
    desk.cancel(job_id)
    assert desk.mail(job_id)
    assert [mail.key for mail in desk.mailer.sent] == [f"{job_id}-1", f"{job_id}-2"]


def test_a_mail_that_was_not_sent_is_owed_still_and_has_the_same_key_next_time(desk: Desk) -> None:
    job_id = ended(desk)
    desk.mailer.script = [ConnectionError("no route"), None]
    with pytest.raises(ConnectionError):
        desk.mail(job_id)
    assert desk.mail(job_id)
    assert [mail.key for mail in desk.mailer.sent] == [f"{job_id}-1"]


def test_a_mail_that_nobody_will_take_is_owed_no_longer(desk: Desk) -> None:
    job_id = ended(desk)
    desk.mailer.script = [MailRefusedError("blocked")]
    with pytest.raises(MailRefusedError):
        desk.mail(job_id)
    assert not desk.mail(job_id)
    assert desk.owed(job_id) == {"1": {BUS, STATUS}}


def test_what_is_worth_no_mail_is_owed_none_after_a_look(desk: Desk) -> None:
    desk.choose(Settings(notify=Notify.NONE))
    job_id = ended(desk)
    assert desk.mail(job_id)
    assert (desk.mailer.sent, desk.owed(job_id)) == ([], {"1": {BUS, STATUS}})


def test_the_customers_own_address_is_found_in_its_account(desk: Desk) -> None:
    desk.addresses.clear()
    desk.change(Change.GRANTED)
    desk.choose(Settings(mail_to=OPS))
    job_id = ended(desk)
    assert desk.mail(job_id)
    assert desk.mailer.sent[0].to == OPS


def test_nothing_is_mailed_of_a_job_that_goes_on_or_never_was(desk: Desk) -> None:
    assert not desk.mail(desk.push("main"))
    assert not desk.mail("never")
    assert desk.mailer.sent == []
