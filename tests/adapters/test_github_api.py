import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
import requests
from github.GithubException import BadCredentialsException, GithubException, IncompletableObject

from adapters.github.check_runs import CheckRunChecks
from adapters.github.connection import Api, AppAccess, TokenAccess, app_client, token_client
from adapters.github.errors import BrokenAnswerError
from adapters.github.statuses import StatusChecks
from adapters.memory.checks import MemoryChecks
from domain.ci.pages import Keys, Pages
from domain.ci.ports import Phase, ReportDeniedError, ReportLaterError, ReportRefusedError, Verdict
from handlers.local.github_api import Fault
from tests.support.github_stand_in import (
    AT,
    NAME,
    PAGES,
    SHA,
    TOKEN,
    Shown,
    as_bare_statuses,
    as_check_runs,
    as_statuses,
    elliptic_key,
    in_memory,
    private_key,
    report,
    statuses,
)

WAYS = {
    "memory": in_memory,
    "statuses": as_statuses,
    "bare statuses": as_bare_statuses,
    "check_runs": as_check_runs,
}
QUEUED, RUNNING, ENDED = Phase.QUEUED, Phase.RUNNING, Phase.ENDED
BROKEN = (requests.RequestException, BrokenAnswerError, IncompletableObject)


@pytest.fixture(params=WAYS)
def shown(request: pytest.FixtureRequest) -> Iterator[Shown]:
    """Each way of showing a report in turn, and the reference."""
    with WAYS[request.param]() as way:
        yield way


@pytest.fixture(params=[as_statuses, as_check_runs], ids=["statuses", "check_runs"])
def remote(request: pytest.FixtureRequest) -> Iterator[Shown]:
    """Each way of showing a report to GitHub."""
    with request.param() as way:
        yield way


@pytest.fixture
def status() -> Iterator[Shown]:
    with as_statuses() as way:
        yield way


@pytest.fixture
def check_run() -> Iterator[Shown]:
    with as_check_runs() as way:
        yield way


# ---- what is shown, whoever shows it ---------------------------------------------------------


def test_a_report_is_shown_once_however_often_it_comes(shown: Shown) -> None:
    shown.show(report(QUEUED), report(QUEUED), report(QUEUED))
    assert (shown.rank("job-1"), shown.written()) == ((1, 1), 1)


def test_a_job_is_shown_waiting_then_running_then_ended(shown: Shown) -> None:
    for number, phase in enumerate(Phase, start=1):
        shown.show(report(phase), report(phase))
        assert (shown.rank("job-1"), shown.written()) == ((1, int(phase)), number)


def test_a_lower_rank_never_follows_a_higher_one(shown: Shown) -> None:
    shown.show(report(ENDED), report(RUNNING), report(QUEUED))
    assert (shown.rank("job-1"), shown.written()) == ((1, 3), 1)
    shown.show(report(QUEUED, round_=2), report(ENDED, round_=1))
    assert (shown.rank("job-1"), shown.written()) == ((2, 1), 2)


def test_a_new_round_is_shown_after_an_end(shown: Shown) -> None:
    shown.show(report(ENDED, verdict=Verdict.FAILURE), report(QUEUED, round_=2))
    assert shown.rank("job-1") == (2, 1)
    shown.show(report(ENDED, round_=2))
    assert (shown.rank("job-1"), shown.written()) == ((2, 3), 3)


def test_jobs_of_one_commit_neither_hide_nor_repeat_each_other(shown: Shown) -> None:
    shown.show(report(ENDED), report(QUEUED, job_id="job-2"), report(ENDED))
    assert (shown.rank("job-1"), shown.rank("job-2"), shown.written()) == ((1, 3), (1, 1), 2)


def test_a_tags_answer_stands_beside_its_commits_and_covers_it_not(remote: Shown) -> None:
    tagged = replace(report(ENDED, job_id="job-2", verdict=Verdict.FAILURE), tag="v1")
    remote.show(report(ENDED), tagged, tagged, report(ENDED))
    assert (remote.rank("job-1"), remote.rank("job-2"), remote.written()) == ((1, 3), (1, 3), 2)
    shown = remote.github.commits
    names = [one["name"] for one in shown.check_runs]
    assert sorted(names or [one["context"] for one in statuses(remote.github)]) == [
        "waybill",
        "waybill v1",
    ]


def test_a_status_takes_no_more_than_github_allows() -> None:
    with in_memory() as memory, as_statuses() as status:
        memory.checks = MemoryChecks(most=2)
        status.github.commits.statuses_max = 2
        for way in (memory, status):
            way.show(report(QUEUED), report(RUNNING))
            with pytest.raises(ReportRefusedError):
                way.show(report(ENDED))


# ---- answers that do not arrive --------------------------------------------------------------


@pytest.mark.parametrize("how", ["lost", "cut"])
def test_an_answer_that_did_not_arrive_is_no_second_check(remote: Shown, how: str) -> None:
    fault = Fault("POST", remote.writes, lost=how == "lost", cut=how == "cut")
    remote.github.faults.append(fault)
    with pytest.raises(requests.RequestException):
        remote.show(report(QUEUED))
    remote.show(report(QUEUED))
    assert (remote.rank("job-1"), remote.written()) == ((1, 1), 1)


def test_a_change_whose_answer_was_lost_is_not_made_again(check_run: Shown) -> None:
    check_run.show(report(QUEUED))
    check_run.github.faults.append(Fault("PATCH", lost=True))
    with pytest.raises(requests.RequestException):
        check_run.show(report(ENDED))
    check_run.show(report(ENDED))
    assert (check_run.rank("job-1"), check_run.written()) == ((1, 3), 2)


@pytest.mark.parametrize(
    "fault",
    [Fault(cut=True), Fault(lost=True), Fault(status=200, body=""), Fault(status=200, body="<p>")],
    ids=["cut", "lost", "empty", "a page"],
)
def test_a_list_that_did_not_arrive_whole_is_not_taken_for_nothing_shown(
    remote: Shown, fault: Fault
) -> None:
    remote.show(report(ENDED))
    remote.github.faults.append(replace(fault, method="GET", path=remote.writes))
    with pytest.raises(BROKEN):
        remote.show(report(RUNNING))
    assert (remote.rank("job-1"), remote.written()) == ((1, 3), 1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=307, body={"message": "Moved Permanently", "url": "http://127.0.0.1/1"}),
        Fault(status=200, body="<p>Please log in</p>"),
    ],
    ids=["redirected", "a page"],
)
def test_an_answer_that_does_not_say_what_was_done_is_no_success(
    remote: Shown, fault: Fault
) -> None:
    remote.github.faults.append(replace(fault, method="POST", path=remote.writes))
    with pytest.raises(BROKEN):
        remote.show(report(QUEUED))
    remote.show(report(QUEUED))
    assert remote.rank("job-1") == (1, 1)


@pytest.mark.parametrize("code", [500, 502, 503])
def test_trouble_of_githubs_rises_as_it_is_and_is_not_repeated_by_the_client(
    remote: Shown, code: int
) -> None:
    remote.github.faults.append(Fault("POST", remote.writes, status=code, body={}))
    with pytest.raises(GithubException) as raised:
        remote.show(report(QUEUED))
    assert (raised.value.status, remote.written()) == (code, 1)
    remote.show(report(QUEUED))
    assert remote.rank("job-1") == (1, 1)


def test_a_github_that_is_too_slow_is_not_waited_for() -> None:
    with as_statuses(timeout_s=1) as status:
        status.github.faults.append(Fault("POST", delay_s=1.5))
        with pytest.raises(requests.Timeout):
            status.show(report(QUEUED))


# ---- a no, and a not now ---------------------------------------------------------------------

SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait."}
SPENT = {"x-ratelimit-remaining": "0"}


@pytest.mark.parametrize("code", [403, 429])
@pytest.mark.parametrize(
    ("headers", "least_s", "most_s"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"Retry-After": "7", **SPENT, "x-ratelimit-reset": "1"}, 7, 7),
        ({"Retry-After": "0"}, 1, 1),
        ({"Retry-After": "86400"}, 3600, 3600),
        ({"Retry-After": "soon"}, 60, 60),
        ({**SPENT, "x-ratelimit-reset": "1"}, 1, 1),
        ({**SPENT, "x-ratelimit-reset": str(int(time.time()) + 1800)}, 1, 1801),
        (SPENT, 60, 60),
        ({}, 60, 60),
    ],
)
def test_github_is_left_alone_for_as_long_as_it_says(
    status: Shown, code: int, headers: dict[str, str], least_s: int, most_s: int
) -> None:
    status.github.faults.append(Fault("POST", "", 0, code, headers, SECONDARY))
    with pytest.raises(ReportLaterError) as raised:
        status.show(report(QUEUED))
    assert least_s <= raised.value.retry_after_s <= most_s
    status.show(report(QUEUED))
    assert status.rank("job-1") == (1, 1)


@pytest.mark.parametrize("path", ["/installation", "/access_tokens", "/repos/", "/check-runs"])
def test_a_limit_is_honoured_wherever_it_is_met(check_run: Shown, path: str) -> None:
    check_run.github.faults.append(Fault("", path, 0, 429, {"Retry-After": "9"}, SECONDARY))
    with pytest.raises(ReportLaterError) as raised:
        check_run.show(report(QUEUED))
    assert raised.value.retry_after_s == 9


@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        (403, ReportDeniedError, "give the token or the app the permission"),
        (404, ReportDeniedError, "the repository is gone, or hidden"),
        (410, ReportRefusedError, "this is switched off there"),
        (422, ReportDeniedError, "something of ours is not valid there"),
        (451, ReportRefusedError, "the repository is blocked"),
    ],
)
def test_a_no_says_what_github_said_and_what_to_do(
    remote: Shown, code: int, error: type[Exception], advice: str
) -> None:
    body = {"message": "Not this", "errors": [{"message": "because"}, "of that"]}
    remote.github.faults.append(Fault("POST", remote.writes, status=code, body=body))
    with pytest.raises(error, match=f"{code} Not this because of that; {advice}") as raised:
        remote.show(report(QUEUED))
    assert f"{NAME}@{SHA}" in str(raised.value)


LIMIT = "This SHA and context has reached the maximum number of statuses."


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"message": f"No commit found for SHA: {SHA}"}, ReportRefusedError),
        ({"message": "Validation Failed", "errors": [{"message": LIMIT}]}, ReportRefusedError),
        ({"message": "Validation Failed", "errors": LIMIT}, ReportRefusedError),
        (
            {"message": "Validation Failed", "errors": [{"message": "target_url must use http"}]},
            ReportDeniedError,
        ),
        (
            {"message": "description is too long (maximum is 140 characters)"},
            ReportDeniedError,
        ),
        ({}, ReportDeniedError),
        (None, ReportDeniedError),
    ],
    ids=str,
)
def test_of_what_github_cannot_process_only_what_says_so_is_never_taken(
    remote: Shown, body: object, error: type[Exception]
) -> None:
    remote.github.faults.append(Fault("POST", remote.writes, status=422, body=body))
    with pytest.raises(error):
        remote.show(report(QUEUED))


def test_a_commit_that_is_unknown_is_refused_and_a_repository_that_is_hidden_denied(
    remote: Shown,
) -> None:
    with pytest.raises(ReportRefusedError, match="No commit found"):
        remote.show(report(QUEUED, sha="0" * 40))
    remote.github.gone.add(NAME)
    with pytest.raises(ReportDeniedError, match="the repository is gone, or hidden"):
        remote.show(report(QUEUED))


def test_a_token_that_was_revoked_gives_nothing_up(status: Shown) -> None:
    status.github.revoked.add(TOKEN)
    with pytest.raises(BadCredentialsException):
        status.show(report(QUEUED))


def test_check_runs_are_refused_to_who_is_no_app(check_run: Shown) -> None:
    with token_client(TOKEN, Api(check_run.github.url)) as client:
        checks = CheckRunChecks(TokenAccess(client), PAGES)
        with pytest.raises(ReportDeniedError, match="You must authenticate via a GitHub App"):
            checks.show(report(QUEUED))


@pytest.mark.parametrize("name", ["", "octo", "octo/..", "../app", "octo/a/b", "octo/a?b", "o/é"])
def test_what_is_no_repository_is_refused_unasked(remote: Shown, name: str) -> None:
    with pytest.raises(ReportRefusedError, match="is no repository's name"):
        remote.show(report(QUEUED, repository=name))
    with pytest.raises(ReportRefusedError, match="is no commit"):
        remote.show(report(QUEUED, sha=f"main{name}"))
    assert remote.github.received == []


# ---- how it looks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "state", "conclusion"),
    [
        (Verdict.SUCCESS, "success", "success"),
        (Verdict.FAILURE, "failure", "failure"),
        (Verdict.ERROR, "error", "action_required"),
        (Verdict.CANCELLED, "error", "cancelled"),
    ],
)
def test_an_end_looks_like_what_it_was(
    status: Shown, check_run: Shown, verdict: Verdict, state: str, conclusion: str
) -> None:
    for way in (status, check_run):
        way.show(report(ENDED, verdict=verdict))
    assert statuses(status.github)[0]["state"] == state
    (run,) = check_run.github.commits.check_runs
    assert (run["status"], run["conclusion"]) == ("completed", conclusion)


def test_an_end_without_a_verdict_is_a_mistake_of_ours(remote: Shown) -> None:
    with pytest.raises(ValueError, match="ends without a verdict"):
        remote.show(replace(report(ENDED), verdict=None))


def test_a_status_says_whose_it_is_in_its_link(status: Shown) -> None:
    status.show(report(RUNNING, round_=2, summary="Running,\n attempt 3."))
    (one,) = statuses(status.github)
    assert one["target_url"] == "https://waybill.test/ci/jobs/job-1/page?round=2&phase=2"
    assert (one["state"], one["context"]) == ("pending", "waybill")
    assert one["description"] == "Running, attempt 3."


KEYED = Pages("https://waybill.test", Keys(("new", "old")))
KEY = KEYED.keys.of_job("job-1")


def test_a_link_has_the_key_of_its_job_and_a_status_is_still_known_by_it() -> None:
    with as_statuses(pages=KEYED) as status:
        status.show(report(RUNNING), report(RUNNING), report(QUEUED))
        (one,) = statuses(status.github)
    page = f"https://waybill.test/ci/jobs/job-1/page/{KEY}"
    assert one["target_url"] == f"{page}?round=1&phase=2"
    with as_check_runs(pages=KEYED) as check_run:
        check_run.show(report(RUNNING))
        (run,) = check_run.github.commits.check_runs
    assert run["details_url"] == page


@pytest.mark.parametrize("earlier", [PAGES, Pages(KEYED.url, Keys(("gone",)))])
def test_ranks_in_links_of_before_stay_readable(earlier: Pages) -> None:
    with as_statuses(pages=KEYED) as status:
        link = f"{earlier.of_job('job-1')}?round=1&phase=3"
        statuses(status.github).append({"id": 1, "context": "waybill", "target_url": link})
        status.show(report(RUNNING))
        assert status.written() == 0
        status.show(report(QUEUED, round_=2))
        assert status.written() == 1


def test_without_pages_a_status_has_no_link_and_says_whose_it_is_in_its_description() -> None:
    with as_bare_statuses() as bare:
        bare.show(report(RUNNING, round_=2, summary="Running,\n attempt 3."))
        bare.show(report(ENDED, round_=2, summary="Failed. " + "x" * 500))
        said = [one["description"] for one in statuses(bare.github)]
        assert all("target_url" not in one for one in statuses(bare.github))
    assert said[1] == "Running, attempt 3. (job job-1, 2.2)"
    assert (len(said[0]), said[0][-20:]) == (140, "xx… (job job-1, 2.3)")


@pytest.mark.parametrize("length", [139, 140, 141, 5000])
def test_a_description_is_cut_to_what_github_takes(status: Shown, length: int) -> None:
    status.show(report(QUEUED, summary="é" * length))
    said = statuses(status.github)[0]["description"]
    assert said == ("é" * length if length <= 140 else "é" * 139 + "…")


def test_links_that_are_not_ours_say_nothing(status: Shown) -> None:
    page = "https://waybill.test/ci/jobs/job-1/page"
    links = [
        None,
        "",
        "http://[",
        page,
        f"{page}?round=x&phase=3",
        f"{page}?round={'9' * 5000}&phase=3",
        f"{page}/x?round=1&phase=3",
        f"{page}/{KEY}x?round=1&phase=3",
        f"{page}/{KEY}/{KEY}?round=1&phase=3",
    ]
    for link in [*links, page.replace("job-1", "job-10") + "?round=1&phase=3"]:
        statuses(status.github).insert(0, {"id": 1, "context": "waybill", "target_url": link})
    other = {"id": 1, "context": "lint", "target_url": f"{page}?round=1&phase=3"}
    statuses(status.github).insert(0, other)
    status.show(report(QUEUED))
    assert status.written() == 1


def test_what_is_shown_is_found_behind_pages_of_other_statuses(status: Shown) -> None:
    status.show(report(ENDED))
    others = [{"id": 1, "context": f"other-{number}"} for number in range(250)]
    statuses(status.github)[:0] = others
    status.show(report(RUNNING))
    assert status.written() == 1


def test_of_two_senders_at_once_the_higher_rank_is_shown_in_the_end(status: Shown) -> None:
    status.show(report(QUEUED), report(RUNNING), report(ENDED))
    late = statuses(status.github).pop(1)
    statuses(status.github).insert(0, late)  # Looked before the end was shown, sent after it.
    status.show(report(ENDED))
    assert [one["state"] for one in statuses(status.github)][:2] == ["success", "pending"]


def test_a_check_run_tells_all_that_is_known(check_run: Shown) -> None:
    elsewhere = timezone(timedelta(hours=2))
    check_run.show(report(RUNNING))
    check_run.show(
        replace(
            report(ENDED, verdict=Verdict.FAILURE, summary="Failed.\n" + "x" * 70_000),
            started_at=AT.astimezone(elsewhere),
        )
    )
    (run,) = check_run.github.commits.check_runs
    assert (run["name"], run["head_sha"], run["external_id"]) == ("waybill", SHA, "job-1/1")
    assert run["details_url"] == "https://waybill.test/ci/jobs/job-1/page"
    assert run["started_at"] == "2026-05-04T12:00:00Z"
    assert run["completed_at"] == "2026-05-04T12:03:00Z"
    assert len(run["output"]["title"]) == 140
    assert len(run["output"]["summary"]) == 65_535


def test_without_pages_a_check_run_has_no_link(check_run: Shown) -> None:
    with app_client("7", private_key(), Api(check_run.github.url)) as app:
        CheckRunChecks(AppAccess(app), Pages("")).show(report(QUEUED))
    (run,) = check_run.github.commits.check_runs
    assert "details_url" not in run


def test_a_check_run_that_is_completed_stays_as_it_is(check_run: Shown) -> None:
    check_run.show(report(ENDED, verdict=Verdict.FAILURE), report(QUEUED, round_=2))
    first, second = check_run.github.commits.check_runs
    assert (first["status"], first["conclusion"]) == ("completed", "failure")
    assert (second["status"], second["external_id"]) == ("queued", "job-1/2")


def test_of_two_check_runs_made_at_once_the_newest_goes_on(check_run: Shown) -> None:
    check_run.show(report(QUEUED))
    (first,) = check_run.github.commits.check_runs
    second = first | {"id": 2, "url": first["url"].removesuffix("1") + "2"}
    check_run.github.commits.check_runs.append(second)
    check_run.show(report(ENDED))
    assert [one["status"] for one in check_run.github.commits.check_runs] == ["queued", "completed"]


# ---- who asks --------------------------------------------------------------------------------


def test_a_repository_that_was_renamed_is_found(remote: Shown) -> None:
    remote.github.moved[NAME] = "octo/renamed"
    remote.show(report(QUEUED), report(QUEUED))
    assert remote.written() == 1
    shown = [*remote.github.commits.statuses, *_repositories(remote)]
    assert {name for name, _ in shown} == {"octo/renamed"}


def test_an_app_asks_for_a_token_once_an_account(check_run: Shown) -> None:
    check_run.show(report(QUEUED), report(RUNNING), report(QUEUED, repository="Octo/other"))
    assert _tokens(check_run) == 1
    check_run.show(report(QUEUED, repository="else/where"))
    assert _tokens(check_run) == 2


def test_an_app_that_was_installed_anew_is_found_again(check_run: Shown) -> None:
    check_run.show(report(QUEUED))
    check_run.github.installation = 2
    check_run.show(report(ENDED))
    assert (check_run.rank("job-1"), _tokens(check_run)) == ((1, 3), 2)


def test_a_no_is_believed_when_a_new_token_hears_it_too(check_run: Shown) -> None:
    check_run.show(report(QUEUED))
    check_run.github.gone.add(NAME)
    with pytest.raises(ReportDeniedError, match="404"):
        check_run.show(report(ENDED))


def test_an_app_may_set_statuses_too() -> None:
    with as_statuses() as status, app_client("7", private_key(), Api(status.github.url)) as app:
        status.checks = StatusChecks(AppAccess(app), PAGES)
        status.show(report(QUEUED), report(QUEUED))
        assert (status.rank("job-1"), status.written()) == ((1, 1), 1)


@pytest.mark.parametrize(
    ("key", "why"), [("", "PEM"), (elliptic_key(), "the app's private key is")]
)
def test_a_key_that_is_none_is_refused_before_anything_is_asked(key: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        app_client("7", key, Api())


def _tokens(way: Shown) -> int:
    return sum(one.path.endswith("/access_tokens") for one in way.github.received)


def _repositories(way: Shown) -> list[tuple[str, str]]:
    return [(one["repository"], one["head_sha"]) for one in way.github.commits.check_runs]
