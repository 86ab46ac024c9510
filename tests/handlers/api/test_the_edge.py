"""What stands around every request: who asks, what is logged, and what becomes of trouble."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from adapters.dynamodb.errors import BrokenAnswerError, CommitTooLargeError
from domain.kernel.refused import KernelRefusal, Refused
from handlers.api.callers import caller_of, principal_of
from tests.support.apps import App, event, order


def test_a_request_that_nobody_signed_is_refused(app: App) -> None:
    answer = app.send(event("GET", "/orders/x", caller=None))
    assert (answer.status, answer.json["code"]) == (401, "caller_unknown")
    assert app.send(event("GET", "/health", caller=None)).json == {"status": "ok"}


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:iam::1:user/shop", "arn:aws:iam::1:user/shop"),
        ("arn:aws:sts::1:assumed-role/shop/i-0ab1", "arn:aws:sts::1:assumed-role/shop"),
        ("arn:aws:sts::1:assumed-role/shop/i-0ab2", "arn:aws:sts::1:assumed-role/shop"),
    ],
)
def test_a_role_is_one_caller_whatever_machine_it_runs_on(arn: str, principal: str) -> None:
    assert principal_of(arn) == principal


def test_a_token_names_its_issuer_and_subject() -> None:
    claims = {"iss": "https://id.example.com", "sub": "shop"}
    context = {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}
    assert caller_of({"requestContext": context}) == "https://id.example.com#shop"


def test_keys_belong_to_their_caller(app: App) -> None:
    sent = [
        event("POST", "/orders", json.dumps(order()), {"idempotency-key": "k"}, caller)
        for caller in ("shop", "shop", "other")
    ]
    ids = [app.send(one).json["order_id"] for one in sent]
    assert ids[0] == ids[1] != ids[2]


def test_an_unknown_path_and_a_method_it_does_not_have_are_told_apart(app: App) -> None:
    assert app.get("/nope").json["code"] == "route_not_found"
    assert app.get("/orders/").json["code"] == "route_not_found"
    wrong = app.send(event("DELETE", "/orders"))
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET, POST")
    assert app.send(event("PUT", "/orders/x/hold")).headers["Allow"] == "POST"


def test_the_callers_correlation_comes_back_and_stands_on_the_events(app: App) -> None:
    answer = app.post("/orders", order(), x_correlation_id="basket-7")
    assert answer.headers["X-Correlation-Id"] == "basket-7"
    (commit,) = app.world.commits()
    assert (commit.correlation_id, commit.causation_id) == ("basket-7", commit.command_id)


def test_without_one_the_correlation_is_the_commands_own_id(app: App) -> None:
    answer = app.post("/orders", order())
    (commit,) = app.world.commits()
    assert answer.headers["X-Correlation-Id"] == commit.correlation_id == commit.command_id


def test_no_answer_is_kept_by_anybody_on_the_way(app: App) -> None:
    assert app.get("/health").headers["Cache-Control"] == "no-store"
    assert app.get("/nope").headers["Cache-Control"] == "no-store"


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] == "request"]


def test_the_log_has_one_line_a_request_with_its_stream_and_version(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    placed = app.post("/orders", order())
    app.post(f"{placed.headers['Location']}/hold", if_match='"9"')
    first, second = logged(capsys)
    (commit,) = app.world.commits()
    assert (first["route"], first["status"], first["code"]) == ("/orders", 201, "")
    assert (first["stream"], first["version"]) == (commit.stream, 1)
    assert first["causation_id"] == commit.command_id
    assert (second["route"], second["code"]) == ("/orders/{order_id}/hold", "stale_version")


def test_nothing_personal_is_in_the_log(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    app.post("/orders", order(customer_id="ada.lovelace"), key="ada-key", cookie="ada-cookie")
    app.post("/orders", order(customer_id="ada lovelace"))
    app.get("/customers/ada.lovelace/orders")
    app.get("/customers/ada lovelace/orders")
    assert "ada" not in capsys.readouterr().out


TROUBLE: dict[str, tuple[Exception, int, str]] = {
    "timeout": (ReadTimeoutError(endpoint_url="x"), 503, "store_unavailable"),
    "throttling": (
        ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem"),
        503,
        "store_unavailable",
    ),
    "half an answer": (BrokenAnswerError("Query", "Items"), 503, "store_unavailable"),
    "too much": (CommitTooLargeError("order#1", "500 KB", "400 KB"), 413, "commit_too_large"),
    "contention": (Refused(KernelRefusal.BUSY), 503, "busy"),
    "defect": (ZeroDivisionError("secret of ours"), 500, "internal"),
}


@pytest.mark.parametrize(("error", "status", "code"), TROUBLE.values(), ids=TROUBLE)
def test_trouble_is_a_problem_that_says_whether_to_try_again(
    app: App, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def broken(*_: object) -> object:
        raise error

    monkeypatch.setattr(app.world.streams.orders, "append", broken)
    answer = app.post("/orders", order())
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["retryable"] == (status >= 500)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "secret" not in answer.text


def test_a_command_succeeds_although_what_follows_from_it_has_to_wait(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = app.placed(payment="manual")

    def broken(*_: object) -> object:
        raise ReadTimeoutError(endpoint_url="x")

    with monkeypatch.context() as patch:
        patch.setattr(app.world.streams.payments, "append", broken)
        created = app.post(f"/orders/{order_id}/payments")
    assert created.status == 201
    read = app.get(created.headers["Location"])
    assert (read.json["status"], read.json["version"]) == ("pending", 0)
    app.world.run(order_id)
    assert app.get(created.headers["Location"]).json["status"] == "authorised"


def test_head_is_answered_like_get_without_its_body(app: App) -> None:
    path = f"/orders/{app.placed()}"
    head, whole = app.send(event("HEAD", path)), app.get(path)
    assert (head.status, head.headers, head.text) == (whole.status, whole.headers, "")
    assert app.send(event("HEAD", "/orders/nope")).status == 404


def test_an_answer_of_ours_that_breaks_its_own_promise_is_our_defect(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.api.health.HealthAnswer", lambda: {"status": "secret"})
    answer = app.get("/health")
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert "secret" not in answer.text
