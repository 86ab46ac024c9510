"""A customer's queue over HTTP: what runs, what waits, in which order and for what."""

from typing import Any

import pytest

from domain.ci.accounts import Settings
from domain.ci.hooks import Change, PullRequest
from domain.kernel.boards import Lines
from handlers.api.cursors import sealed
from tests.support.apps import App
from tests.support.ci_builders import REPOSITORY

QUEUE = "/ci/customers/acme/queue"


def pushed(app: App, *branches: str, message: str = "Mend it") -> list[str]:
    """Push to branches, a second apart; return the jobs."""
    jobs = []
    for name in branches:
        jobs.append(app.desk.push(name, message))
        app.desk.wait(seconds=1)
    return jobs


def reasons(app: App) -> dict[str, str | None]:
    """Return what each waiting job's branch waits for, in the queue's order."""
    waiting = app.get(QUEUE).json["waiting"]
    return {one["ref"].removeprefix("refs/heads/"): one["blocked_by"] for one in waiting}


def test_a_customer_that_nobody_has_mentioned_has_an_empty_queue(app: App) -> None:
    answer = app.get("/ci/customers/nobody-yet/queue")
    assert answer.status == 200
    assert answer.json == {
        "customer_id": "nobody-yet",
        "known": False,
        "standing": "active",
        "settings": {
            "slots": 4,
            "aging_s": 600,
            "supersedes": False,
            "notify": "all",
            "allowed": [],
            "blocked": [],
        },
        "slots": {"taken": 0, "total": 4},
        "running": [],
        "waiting": [],
        "next_cursor": None,
        "page": "/ci/customers/nobody-yet/page",
    }


def test_what_runs_and_what_waits_is_shown_with_positions(app: App) -> None:
    first, second = pushed(app, "main", "docs")
    app.desk.choose(Settings(slots=1))
    app.desk.schedule()
    queue = app.get(QUEUE).json
    assert queue["slots"] == {"taken": 1, "total": 1}
    assert queue["running"] == [
        {
            "job_id": first,
            "attempt": 1,
            "repository": "acme/shop",
            "ref": "refs/heads/main",
            "began_at": "2026-01-01T12:00:02Z",
            "lease_until": "2026-01-01T12:01:32Z",
        }
    ]
    assert queue["waiting"] == [
        {
            "position": 1,
            "job_id": second,
            "repository": "acme/shop",
            "ref": "refs/heads/docs",
            "user": "ann",
            "priority": 5,
            "queued_at": "2026-01-01T12:00:01Z",
            "blocked_by": "slots",
        }
    ]


def test_a_customer_is_found_in_any_capitals(app: App) -> None:
    pushed(app, "main")
    queue = app.get("/ci/customers/AcMe/queue").json
    assert (queue["customer_id"], len(queue["waiting"])) == ("acme", 1)


def test_each_job_says_what_it_waits_for(app: App) -> None:
    pushed(app, "main")
    app.desk.schedule()
    pushed(app, "docs")
    pushed(app, "docs", "main", message="Mend it again")
    pushed(app, "a", "b", "c")
    waiting = [(one["ref"], one["blocked_by"]) for one in app.get(QUEUE).json["waiting"]]
    assert [(ref.removeprefix("refs/heads/"), why) for ref, why in waiting] == [
        ("docs", None),
        ("docs", "branch"),
        ("main", "branch"),
        ("a", None),
        ("b", None),
        ("c", "slots"),
    ]


def test_the_jobs_that_say_their_turn_has_come_are_those_that_start(app: App) -> None:
    pushed(app, "main", "docs", "a", "b", "c", "d")
    wanted = {branch for branch, why in reasons(app).items() if why is None}
    app.desk.schedule()
    started = {one["ref"].removeprefix("refs/heads/") for one in app.get(QUEUE).json["running"]}
    assert started == wanted == {"main", "docs", "a", "b"}


def test_what_will_be_turned_away_waits_for_nothing(app: App) -> None:
    fork = PullRequest(REPOSITORY, "opened", 3, "theirs", "b" * 40, is_fork=True)
    app.desk.take_in(fork, user="eve", event="pull_request")
    pushed(app, "main")
    assert reasons(app) == {"refs/pull/3/head": None, "main": None}


@pytest.mark.parametrize(
    ("change", "standing", "why"),
    [(Change.SUSPENDED, "suspended", "suspended"), (Change.REVOKED, "revoked", None)],
)
def test_a_customer_whose_app_is_gone_is_shown_so(
    app: App, change: Change, standing: str, why: str | None
) -> None:
    pushed(app, "main")
    app.desk.change(change)
    assert app.get(QUEUE).json["standing"] == standing
    assert reasons(app) == {"main": why}


def all_pages(app: App, limit: int) -> list[dict[str, Any]]:
    page = app.get(f"{QUEUE}?limit={limit}").json
    waiting = list(page["waiting"])
    while cursor := page["next_cursor"]:
        page = app.get(f"{QUEUE}?limit={limit}&cursor={cursor}").json
        assert len(page["waiting"]) <= limit
        waiting += page["waiting"]
    return waiting


@pytest.mark.parametrize("limit", [1, 7, 30, 31, 100])
def test_pages_show_every_job_once_in_the_order_in_which_they_start(app: App, limit: int) -> None:
    jobs = pushed(app, *(f"b{number}" for number in range(30)))
    app.desk.prioritise(jobs[20], 9)
    waiting = all_pages(app, limit)
    assert [one["job_id"] for one in waiting] == list(app.desk.board.queue)
    assert waiting[0]["job_id"] == jobs[20]
    assert [one["position"] for one in waiting] == list(range(1, 31))


def test_positions_on_a_later_page_are_those_of_now(app: App) -> None:
    jobs = pushed(app, *(f"b{number}" for number in range(10)))
    cursor = app.get(f"{QUEUE}?limit=5").json["next_cursor"]
    app.desk.cancel(jobs[0])
    app.desk.cancel(jobs[4])  # The very job that the first page ended with.
    page = app.get(f"{QUEUE}?limit=5&cursor={cursor}").json
    assert [(one["position"], one["job_id"]) for one in page["waiting"]] == list(
        enumerate(jobs[5:], start=4)
    )


def test_reasons_on_a_later_page_know_what_stands_before_it(app: App) -> None:
    pushed(app, "a", "b", "c", "d", "main", "docs")
    pushed(app, "a", message="Mend it again")
    cursor = app.get(f"{QUEUE}?limit=4").json["next_cursor"]
    page = app.get(f"{QUEUE}?limit=4&cursor={cursor}").json
    assert [one["blocked_by"] for one in page["waiting"]] == ["slots", "slots", "branch"]


def test_a_page_is_one_read_however_much_stands_on_the_board(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(app, *(f"b{number}" for number in range(130)))
    app.desk.choose(Settings(slots=100))
    app.desk.schedule()
    boards, looks = app.desk.streams.boards, []
    look = boards.look

    def counted(board: str, most: int) -> Lines:
        looks.append(most)
        return look(board, most)

    monkeypatch.setattr(boards, "look", counted)
    monkeypatch.delattr(type(boards), "look_beyond")
    first = app.get(f"{QUEUE}?limit=10").json
    assert (len(first["running"]), len(first["waiting"])) == (100, 10)
    second = app.get(f"{QUEUE}?limit=10&cursor={first['next_cursor']}").json
    assert second["waiting"][0]["position"] == 11
    assert looks == [113, 123]


FORGED = {
    "nonsense": "nonsense",
    "of another customer": sealed("queue of other", "1@queue#1"),
    "of orders": sealed("acme", "1@queue#1"),
    "without a number": sealed("queue of acme", "@queue#1"),
    "with a number that is none": sealed("queue of acme", "²@queue#1"),
    "far beyond": sealed("queue of acme", f"{'9' * 8}@queue#1"),
    "of another part of the board": sealed("queue of acme", "1@lane#1"),
    "cut short": sealed("queue of acme", "1"),
}


@pytest.mark.parametrize("cursor", FORGED.values(), ids=FORGED)
def test_a_cursor_that_is_none_of_ours_is_refused(app: App, cursor: str) -> None:
    answer = app.get(f"{QUEUE}?cursor={cursor}")
    assert (answer.status, answer.json["code"]) == (400, "cursor_invalid")
    assert app.get(f"/ci/customers/acme/page?cursor={cursor}").status == 400


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many"])
def test_a_limit_out_of_bounds_is_refused(app: App, query: str) -> None:
    answer = app.get(f"{QUEUE}?{query}")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "limit")


def test_a_customer_that_cannot_be_is_named(app: App) -> None:
    answer = app.get("/ci/customers/a b/queue")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "customer_id")
