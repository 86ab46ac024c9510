import base64
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from domain.ci.jobs.state import Status
from handlers.webhooks.github import BODY_MAX_BYTES
from tests.support.ci_memory import CiInMemory
from tests.support.ci_tables import posted, push_body

SHA = "a" * 40
PUSH = push_body(7, "main", SHA)


@pytest.fixture
def ci() -> CiInMemory:
    return CiInMemory()


def test_a_signed_push_is_queued_and_its_body_is_kept_under_its_hash(ci: CiInMemory) -> None:
    answer = ci.post("push", PUSH)
    assert (answer["statusCode"], answer["body"]["outcome"]) == (202, "queued")
    job = ci.job(answer["body"]["job_id"])
    assert (job.status, job.repository, job.sha) == (Status.PENDING, "octo/r7", SHA)
    assert ci.bodies.read(hashlib.sha256(PUSH).hexdigest()) == PUSH
    assert job.body_sha256 == hashlib.sha256(PUSH).hexdigest()


def test_the_same_body_under_another_delivery_id_is_the_same_job(ci: CiInMemory) -> None:
    first = ci.post("push", PUSH, "d-1")["body"]["job_id"]
    again = ci.post("push", PUSH, "d-2")
    assert (again["statusCode"], again["body"]) == (200, {"outcome": "known", "job_id": first})
    assert len(ci.streams_of("job")) == 1


def test_the_same_body_under_another_event_makes_no_second_job(ci: CiInMemory) -> None:
    ci.post("push", PUSH)
    for event in ("pull_request", "ping", "no_such_event", ""):
        assert ci.post(event, PUSH)["statusCode"] == 200
    assert len(ci.streams_of("job")) == 1
    assert len(ci.streams_of("hook")) == 1


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=" + "0" * 64,
        "sha1=" + hashlib.sha1(PUSH, usedforsecurity=False).hexdigest(),
        "sha256=ü",
    ],
)
def test_what_is_not_signed_by_us_is_refused_and_nothing_is_kept(
    ci: CiInMemory, signature: str | None
) -> None:
    event = posted("push", PUSH, "d-1")
    del event["headers"]["X-Hub-Signature-256"]
    if signature is not None:
        event["headers"]["X-Hub-Signature-256"] = signature
    answer = ci.answered(event)
    assert (answer["statusCode"], answer["body"]["code"]) == (401, "signature_invalid")
    assert ci.shared.commits == {}
    assert ci.bodies.bodies == {}


def test_an_old_signature_header_alone_is_no_signature(ci: CiInMemory) -> None:
    event = posted("push", PUSH, "d-1")
    event["headers"]["X-Hub-Signature"] = event["headers"].pop("X-Hub-Signature-256")
    assert ci.answered(event)["statusCode"] == 401


def test_a_body_that_comes_in_base_64_is_checked_and_kept_as_it_was_on_the_wire(
    ci: CiInMemory,
) -> None:
    event = posted("push", PUSH, "d-1")
    event |= {"body": base64.b64encode(PUSH).decode(), "isBase64Encoded": True}
    assert ci.answered(event)["body"]["outcome"] == "queued"
    assert PUSH in ci.bodies.bodies.values()


def test_a_body_that_pretends_to_be_base_64_is_refused(ci: CiInMemory) -> None:
    event = posted("push", PUSH, "d-1") | {"isBase64Encoded": True}
    assert ci.answered(event)["statusCode"] == 400


def test_a_form_is_read_as_github_sends_it_to_webhooks_set_up_so(ci: CiInMemory) -> None:
    form = urlencode({"payload": PUSH.decode()}).encode()
    event = posted("push", form, "d-1")
    event["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
    assert ci.answered(event)["body"]["outcome"] == "queued"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "unreadable"),
        (b"not JSON", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"a":' * 5000, "unreadable"),
        (b"{}", "incomplete"),
        (b'{"repository": null, "ref": 7}', "incomplete"),
    ],
)
def test_a_signed_body_that_says_nothing_of_use_is_recorded_and_answered_yes(
    ci: CiInMemory, body: bytes, reason: str
) -> None:
    answer = ci.post("push", body)
    assert (answer["statusCode"], answer["body"]) == (
        200,
        {"outcome": "recorded", "reason": reason},
    )
    assert len(ci.streams_of("hook")) == 1
    assert body in ci.bodies.bodies.values()


def test_a_body_that_is_too_large_is_refused_in_words(ci: CiInMemory) -> None:
    answer = ci.post("push", b"x" * (BODY_MAX_BYTES + 1))
    assert (answer["statusCode"], answer["body"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("broken", ["shelf", "store"])
def test_what_could_not_be_written_is_not_confirmed_and_is_taken_when_it_comes_again(
    ci: CiInMemory, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def down(*_arguments: object, **_more: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patched:
        part: Any = ci.bodies if broken == "shelf" else ci.streams.jobs
        patched.setattr(part, "keep" if broken == "shelf" else "append", down)
        answer = ci.post("push", PUSH)
    assert (answer["statusCode"], answer["body"]["retryable"]) == (503, True)
    assert answer["headers"]["Retry-After"] == "1"
    assert ci.post("push", PUSH)["body"]["outcome"] == "queued"


def test_an_odd_delivery_id_is_no_reason_to_lose_a_build(ci: CiInMemory) -> None:
    for delivery in ("", "ü#\n", "x" * 500):
        assert ci.post("push", PUSH, delivery)["statusCode"] in (200, 202)
    assert len(ci.streams_of("job")) == 1


def test_an_answer_is_json_that_nobody_keeps(ci: CiInMemory) -> None:
    answer = ci.post("ping", json.dumps({"zen": "Keep it logically awesome."}).encode())
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert answer["body"] == {"outcome": "recorded", "reason": "ping"}
