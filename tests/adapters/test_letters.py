"""Letters: what stands in the mail about a job's end."""

from dataclasses import replace

import pytest

from adapters.mail.letters import letter
from domain.ci.jobs.state import Status
from domain.ci.pages import Keys, Pages
from domain.ci.sendable import sendable
from tests.support.ci_builders import ENDED, job_after

TO = "ann@acme.example"
PAGES = Pages("https://ci.example")


@pytest.mark.parametrize("status", ENDED)
def test_the_mail_about_every_end_can_be_sent_and_says_how_it_ended(status: Status) -> None:
    mail = sendable(letter(job_after(ENDED[status]), "j1-1", TO, PAGES))
    assert (mail.key, mail.to) == ("j1-1", TO)
    assert mail.subject == f"acme/shop main: {status.value} (aaaaaaaaaa)"
    for text in (mail.text, mail.html):
        assert "https://ci.example/ci/jobs/j1/page" in text
        assert "j1, attempt" in text


def test_where_nobody_has_said_how_people_reach_us_a_mail_links_nowhere() -> None:
    mail = letter(job_after(ENDED[Status.PASSED]), "j1-1", TO, Pages(""))
    for text in (mail.text, mail.html):
        assert "/ci/jobs/" not in text
        assert "Timeline" not in text


def test_what_a_stranger_named_is_escaped_and_breaks_no_subject() -> None:
    job = replace(job_after(ENDED[Status.FAILED]), ref="refs/heads/a\n<b>", title="<script>")
    mail = sendable(letter(job, "j1-1", TO, PAGES))
    assert mail.subject.startswith("acme/shop a <b>: failed")
    assert "<b>" not in mail.html
    assert "&lt;script&gt;" in mail.html


@pytest.mark.parametrize("page_url", ["https://ci.example/waybill", "https://ci.example/waybill/"])
def test_a_page_lies_behind_our_address_however_that_ends(page_url: str) -> None:
    assert Pages(page_url).of_job("j1") == "https://ci.example/waybill/ci/jobs/j1/page"
    assert Pages("", Keys(("secret",))).of_job("j1") == ""


def test_a_mail_s_link_opens_the_job_that_it_is_about_to_whoever_reads_it() -> None:
    pages = Pages("https://ci.example", Keys(("secret",)))
    mail = letter(job_after(ENDED[Status.PASSED]), "j1-1", TO, pages)
    for text in (mail.text, mail.html):
        assert f"https://ci.example/ci/jobs/j1/page/{pages.keys.of_job('j1')}" in text
