"""A customer's settings over HTTP."""

from typing import Any

import pytest

from domain.ci.hooks import Change
from tests.support.apps import App

PATH = "/ci/customers/acme/settings"


def whole(**changes: object) -> dict[str, Any]:
    """Return all settings, the defaults but for what changes; `...` leaves one out."""
    body = {
        "slots": 4,
        "aging_s": 600,
        "supersedes": False,
        "notify": "all",
        "allowed": [],
        "blocked": [],
        "mail_to": "",
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def test_without_a_choice_the_settings_are_the_defaults(app: App) -> None:
    answer = app.get(PATH)
    assert (answer.status, answer.headers["ETag"]) == (200, '"0"')
    assert answer.json == {
        "customer_id": "acme",
        "version": 0,
        "standing": "active",
        "settings": whole(),
    }


def test_what_was_chosen_can_be_read_and_stands_on_the_board(app: App) -> None:
    chosen = whole(
        slots=7,
        aging_s=0,
        supersedes=True,
        notify="failures",
        allowed=["ann", "dependabot[bot]"],
        blocked=["eve_corp"],
        mail_to="team@example.com",
    )
    answer = app.post(PATH, chosen)
    assert (answer.status, answer.headers["ETag"]) == (200, '"1"')
    assert answer.json["settings"] == chosen
    assert app.get(PATH).json == answer.json
    queue = app.get("/ci/customers/acme/queue").json
    assert queue["settings"] == {name: chosen[name] for name in chosen if name != "mail_to"}
    assert queue["slots"] == {"taken": 0, "total": 7}


def test_the_same_key_chooses_once_and_is_answered_with_the_same_bytes(app: App) -> None:
    first = app.post(PATH, whole(slots=2), key="once")
    app.post(PATH, whole(slots=3))
    again = app.post(PATH, whole(slots=2), key="once")
    assert (again.status, again.text) == (200, first.text)
    assert app.get(PATH).json["settings"]["slots"] == 3
    assert app.post(PATH, whole(slots=9), key="once").json["code"] == "command_id_reused"


def test_two_who_choose_at_once_are_told_apart_by_the_version(app: App) -> None:
    etag = app.get(PATH).headers["ETag"]
    assert app.post(PATH, whole(slots=2), if_match=etag).status == 200
    refused = app.post(PATH, whole(slots=3), if_match=etag)
    assert (refused.status, refused.json["code"]) == (412, "stale_version")


def test_settings_outlast_what_github_says_of_the_app(app: App) -> None:
    app.post(PATH, whole(slots=2))
    app.desk.change(Change.SUSPENDED)
    answer = app.get("/ci/customers/ACME/settings").json
    assert (answer["standing"], answer["settings"]["slots"]) == ("suspended", 2)


def test_a_version_that_the_caller_has_is_not_sent_again(app: App) -> None:
    assert app.get(PATH, if_none_match=app.get(PATH).headers["ETag"]).status == 304


WRONG = {
    **{f"no {name}": (whole(**{name: ...}), name) for name in whole()},
    "no slots at all": (whole(slots=0), "slots"),
    "too many slots": (whole(slots=101), "slots"),
    "slots as text": (whole(slots="4"), "slots"),
    "slots as truth": (whole(slots=True), "slots"),
    "endless slots": (whole(slots=10**3000), "slots"),
    "negative aging": (whole(aging_s=-1), "aging_s"),
    "endless aging": (whole(aging_s=10_000_001), "aging_s"),
    "supersedes as number": (whole(supersedes=1), "supersedes"),
    "unknown notify": (whole(notify="some"), "notify"),
    "one user for a list": (whole(allowed="ann"), "allowed"),
    "a login with a blank": (whole(allowed=["ann bob"]), "allowed[0]"),
    "an empty login": (whole(blocked=[""]), "blocked[0]"),
    "a long login": (whole(blocked=["ann", "x" * 65]), "blocked[1]"),
    "too many logins": (whole(allowed=["ann"] * 201), "allowed"),
    "too many logins together": (whole(allowed=["a"] * 101, blocked=["b"] * 100), "allowed"),
    "no address": (whole(mail_to="team"), "mail_to"),
    "two addresses": (whole(mail_to="a@example.com,b@example.com"), "mail_to"),
    "an address and a header": (whole(mail_to="a@example.com\r\nBcc: b@example.com"), "mail_to"),
    "unknown field": (whole(slot=1), "slot"),
}


@pytest.mark.parametrize(("body", "field"), WRONG.values(), ids=WRONG)
def test_settings_that_cannot_be_name_their_field(app: App, body: object, field: str) -> None:
    answer = app.post(PATH, body)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field), answer.text
    assert app.get(PATH).json["version"] == 0


def test_every_field_that_is_wrong_is_named_at_once(app: App) -> None:
    errors = app.post(PATH, {"slots": 0, "aging_s": -1}).json["errors"]
    assert {one["field"] for one in errors} == set(whole())
