"""Keys of links: each opens one thing, for as long as its secret lives."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ci.pages import Keys, Pages, leads_to_job, page_path

KEYS = Keys(("newest", "older"))
KEY = KEYS.of_job("job-1")


def test_a_key_is_the_hmac_that_anybody_can_work_out_who_has_the_secret() -> None:
    # printf job#job-1 | openssl dgst -sha256 -hmac newest -binary | basenc --base64url
    assert KEY == "pQHQw3yoNxqw8AVSJjnXQchnN1dkWrUesj0NydDGQVA"
    assert KEYS.open_job("job-1", KEY)


@given(st.text(min_size=1).map(lambda secret: secret.encode(errors="replace").decode()))
def test_a_key_is_256_bits_that_a_path_takes_as_they_are(secret: str) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{43}", Keys((secret,)).of_job("job-1"))


def test_a_key_opens_one_job_and_no_other() -> None:
    assert not KEYS.open_job("job-2", KEY)
    assert not KEYS.open_job("job-1", KEYS.of_job("job-2"))


def test_a_job_s_key_opens_no_queue_and_a_queue_s_no_job_whatever_they_are_called() -> None:
    assert not KEYS.open_customer("job-1", KEY)
    assert not KEYS.open_job("acme", KEYS.of_customer("acme"))
    assert KEYS.open_customer("acme", KEYS.of_customer("acme"))


def test_every_live_secret_is_good_and_the_newest_makes_the_links() -> None:
    older = Keys(("older",)).of_job("job-1")
    assert KEYS.open_job("job-1", older)
    assert KEY == Keys(("newest",)).of_job("job-1") != older


def test_a_secret_that_lives_no_more_opens_nothing() -> None:
    assert not Keys(("newest",)).open_job("job-1", Keys(("older",)).of_job("job-1"))


def test_without_secrets_there_are_no_keys_and_nothing_opens() -> None:
    none = Keys()
    assert none.of_job("job-1") == none.of_customer("acme") == ""
    assert not none.open_job("job-1", "")
    assert not none.open_job("job-1", KEY)


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY[1:], f"{KEY}=", f"{KEY} ", KEY.swapcase()])
def test_a_key_that_is_not_whole_opens_nothing(key: str) -> None:
    assert not KEYS.open_job("job-1", key)


@given(st.text(), st.text(st.characters(exclude_categories=[])))
def test_whatever_is_sent_as_a_key_is_good_or_not_and_no_more(job_id: str, key: str) -> None:
    assert not KEYS.open_job(job_id, key)
    assert not KEYS.open_customer(key, job_id)


def test_a_link_leads_to_its_job_behind_any_address_and_with_any_key() -> None:
    for keys in (KEYS, Keys(("older",)), Keys()):
        link = Pages("https://ci.example/waybill/", keys).of_job("job-1")
        assert leads_to_job(link.removeprefix("https://ci.example"), "job-1")
        assert not leads_to_job(link, "job-2")
        assert not leads_to_job(link, "ob-1")
    for path in (f"{page_path('job-1')}/", page_path("job-1", KEY[:-1]), f"/log/{KEY}"):
        assert not leads_to_job(path, "job-1")
