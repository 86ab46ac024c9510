import pytest

from domain.ci.accounts import Notify, Settings
from domain.ci.debts import Debt
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import Status
from domain.ci.mailing import Mailed, mail_end, wants_mail
from domain.ci.ports import MailRefusedError
from tests.support.ci_builders import ENDED, job_after, push
from tests.support.ci_desk import Desk, write

ANN = "ann@acme.example"
OPS = "ops@acme.example"


def heard_of(notify: Notify) -> set[Status]:
    """Return the ends that are worth a mail to whoever has chosen so."""
    settings = Settings(notify=notify)
    return {status for status, past in ENDED.items() if wants_mail(job_after(past), settings)}


UNTOLD = {Status.SUPERSEDED, Status.REJECTED}


def test_a_user_hears_of_every_end_but_what_they_superseded_and_of_no_strangers() -> None:
    assert heard_of(Notify.ALL) == set(ENDED) - UNTOLD


def test_whoever_wants_failures_only_hears_of_everything_that_did_not_pass() -> None:
    assert heard_of(Notify.FAILURES) == set(ENDED) - UNTOLD - {Status.PASSED}


def test_whoever_wants_no_mail_gets_none() -> None:
    assert heard_of(Notify.NONE) == set()


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
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS}}


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
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS}}


def test_where_the_first_hook_names_no_address_that_of_the_next_is_taken(desk: Desk) -> None:
    """A pull request names none, and GitHub sends it at the same moment as the push."""
    job_id = desk.take_in(push(), "pull").job_id
    desk.take_in(push(), "body")
    desk.schedule()
    desk.finish(job_id)
    assert desk.mail(job_id)
    assert [mail.to for mail in desk.mailer.sent] == [ANN]


def test_a_mail_that_could_not_leave_for_three_days_is_given_up_by_name(desk: Desk) -> None:
    job_id = ended(desk)
    desk.mailer.script = [ConnectionError("no route"), ConnectionError("no route"), None]
    desk.wait(days=3)
    with pytest.raises(ConnectionError):
        desk.mail(job_id)
    desk.wait(seconds=1)
    with pytest.raises(MailRefusedError, match="3 days"):
        desk.mail(job_id)
    assert not desk.mail(job_id)
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS}}


def test_what_is_worth_no_mail_is_owed_none_after_a_look(desk: Desk) -> None:
    desk.choose(Settings(notify=Notify.NONE))
    job_id = ended(desk)
    assert desk.mail(job_id)
    assert (desk.mailer.sent, desk.owed(job_id)) == ([], {"1": {Debt.BUS, Debt.STATUS}})


@pytest.mark.parametrize(("address", "reader"), [("", OPS), (ANN, ANN)])
def test_where_a_hook_names_no_address_the_customers_own_is_taken(
    desk: Desk, address: str, reader: str
) -> None:
    desk.addresses["body"] = address
    desk.choose(Settings(mail_to=OPS))
    job_id = ended(desk)
    assert desk.mail(job_id)
    assert [mail.to for mail in desk.mailer.sent] == [reader]


@pytest.mark.parametrize(
    ("address", "notify", "became"),
    [
        (ANN, Notify.ALL, Mailed.SENT),
        ("", Notify.ALL, Mailed.NOBODY),
        ("", Notify.NONE, Mailed.UNWANTED),
        (ANN, Notify.NONE, Mailed.UNWANTED),
    ],
)
def test_a_mail_that_is_wanted_and_has_no_reader_is_told_from_one_that_nobody_wants(
    desk: Desk, address: str, notify: Notify, became: Mailed
) -> None:
    desk.choose(Settings(notify=notify))
    job_id = ended(desk)
    found = [
        mail_end(desk.streams, desk.mailer, lambda _: address, write, job_id, desk.clock)
        for _ in range(2)
    ]
    assert found == [became, Mailed.NOT_OWED]
    assert len(desk.mailer.sent) == (became is Mailed.SENT)
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS}}


def test_the_mail_of_an_end_among_many_that_nobody_was_told_of_is_found(desk: Desk) -> None:
    job_id = ended(desk)
    for _ in range(11):
        desk.retry(job_id)
        desk.cancel(job_id)
    assert desk.mail(job_id)
    assert all(Debt.MAIL not in debts for debts in desk.owed(job_id).values())
    assert [mail.key for mail in desk.mailer.sent] == [f"{job_id}-12"]


def test_nothing_is_mailed_of_a_job_that_goes_on_or_never_was(desk: Desk) -> None:
    assert not desk.mail(desk.push("main"))
    assert not desk.mail("never")
    assert desk.mailer.sent == []
