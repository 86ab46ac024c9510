"""Links: whoever has one sees what it leads to, in any browser, and nothing else."""

import re
from collections.abc import Callable

import pytest

from domain.ci.jobs.state import run_name
from domain.ci.pages import Keys, log_path, page_path, queue_page_path
from tests.support.apps import Answered, App, event

KEYS = Keys(("newest", "older"))


@pytest.fixture
def app() -> App:
    return App(links=KEYS)


def follow(app: App, path: str, method: str = "GET", **headers: str) -> Answered:
    """Ask as a browser does: nobody has signed for it."""
    return app.send(event(method, path, headers=headers, caller=None))


def ran(app: App, branch: str = "main") -> str:
    """Have a job run once, and say something."""
    job_id = app.desk.push(branch)
    app.desk.schedule()
    app.logs.keep(run_name(job_id, 1), b"said\n")
    return job_id


def hrefs(answer: Answered) -> list[str]:
    assert answer.status == 200, answer.text
    return re.findall(r'href="(/[^"]*)"', answer.text)


def refused(answer: Answered) -> bool:
    """Whether it is refused as it would be had nobody a key: as a page, and telling nothing."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status == 401 and "caller_unknown" in answer.text


def test_a_good_key_opens_the_job_and_its_log_and_its_page_leads_nowhere_else(app: App) -> None:
    job_id = ran(app)
    key = KEYS.of_job(job_id)
    answer = follow(app, page_path(job_id, key))
    assert hrefs(answer) == [log_path(job_id, key)]
    log = follow(app, log_path(job_id, key))
    assert (log.status, log.text) == (200, "said\n")
    assert follow(app, f"{log_path(job_id, key)}?attempt=1").text == "said\n"


def test_what_a_key_opens_is_kept_by_nobody_and_told_to_no_other_site(app: App) -> None:
    job_id = ran(app)
    key = KEYS.of_job(job_id)
    for path in (page_path(job_id, key), log_path(job_id, key)):
        headers = follow(app, path).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert follow(app, log_path(job_id, key)).headers["X-Robots-Tag"] == "noindex"


def test_an_older_secret_is_good_until_it_is_gone(app: App) -> None:
    job_id = ran(app)
    older = page_path(job_id, Keys(("older",)).of_job(job_id))
    assert follow(app, older).status == 200
    app.links = Keys(("newest",))
    assert refused(follow(app, older))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda key: key[:-1],
        lambda key: key[::-1],
        lambda key: f"{key}=",
        lambda _: "x",
        lambda _: "x" * 500,
        lambda _: "ä",
        lambda _: "\ud800",
        lambda _: KEYS.of_job("another"),
        lambda _: Keys(("gone",)).of_job("another"),
    ],
)
def test_any_other_key_opens_nothing(app: App, wrong: Callable[[str], str]) -> None:
    job_id = ran(app)
    key = wrong(KEYS.of_job(job_id))
    assert refused(follow(app, page_path(job_id, key)))
    assert refused(follow(app, log_path(job_id, key), accept="text/html"))
    assert refused(follow(app, queue_page_path("acme", key)))


def test_whether_there_is_such_a_job_and_what_a_request_may_be_is_told_to_nobody_without_a_key(
    app: App,
) -> None:
    for path in ("/ci/jobs/nope/page/x", "/ci/jobs/-/page/x", "/ci/customers/acme/page/x?limit=x"):
        assert refused(follow(app, path))
    assert follow(app, page_path("nope", KEYS.of_job("nope"))).status == 404


def test_a_job_s_key_opens_no_queue_and_a_queue_s_no_job(app: App) -> None:
    job_id = ran(app)
    assert refused(follow(app, queue_page_path("acme", KEYS.of_job(job_id))))
    assert refused(follow(app, page_path(job_id, KEYS.of_customer("acme"))))
    app.desk.push("acme")
    assert refused(follow(app, queue_page_path("acme", KEYS.of_job("acme"))))


def test_without_a_key_a_browser_is_refused_as_ever(app: App) -> None:
    job_id = ran(app)
    for path in (page_path(job_id), queue_page_path("acme"), f"{page_path(job_id)}/"):
        assert refused(follow(app, path, accept="text/html"))
    assert follow(app, log_path(job_id)).json["code"] == "caller_unknown"


def test_without_secrets_nothing_opens(app: App) -> None:
    job_id = ran(app)
    app.links = Keys()
    assert refused(follow(app, page_path(job_id, KEYS.of_job(job_id))))
    assert follow(app, f"{page_path(job_id)}/").status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_key_changes_nothing(app: App, method: str) -> None:
    job_id = ran(app)
    key = KEYS.of_job(job_id)
    for path in (page_path(job_id, key), f"/ci/jobs/{job_id}/cancel/{key}"):
        assert follow(app, path, method).status == 401
    for path in (f"/ci/jobs/{job_id}/cancel", f"/ci/jobs/{job_id}/retry"):
        assert follow(app, f"{path}?key={key}", method).status == 401
    assert app.get(f"/ci/jobs/{job_id}").json["status"] == "active"


def test_a_key_opens_no_more_of_a_job_than_its_page_and_its_log(app: App) -> None:
    job_id = ran(app)
    key = KEYS.of_job(job_id)
    for path in (f"/ci/jobs/{job_id}", f"/ci/jobs/{job_id}/{key}", f"/ci/jobs/{job_id}/runs/{key}"):
        assert follow(app, path).status == 401


def test_a_caller_reads_as_ever_and_its_pages_lead_to_what_it_may_read(app: App) -> None:
    job_id = ran(app)
    assert hrefs(app.get(page_path(job_id))) == [queue_page_path("acme"), log_path(job_id)]
    assert hrefs(app.get(queue_page_path("acme"))) == [page_path(job_id)]
    assert app.get(log_path(job_id)).text == "said\n"


def test_a_queue_says_where_people_see_it_and_from_there_each_job_opens(app: App) -> None:
    runs = ran(app)
    waits = app.desk.push("main", "Mend it again")
    path = app.get("/ci/customers/AcMe/queue").json["page"]
    assert path == queue_page_path("acme", KEYS.of_customer("acme"))
    jobs = hrefs(follow(app, path))
    assert jobs == [page_path(job_id, KEYS.of_job(job_id)) for job_id in (runs, waits)]
    assert [follow(app, one).status for one in jobs] == [200, 200]
    assert hrefs(follow(app, path.replace("acme", "ACME"))) == jobs


def test_a_long_queue_is_turned_page_by_page_under_its_key(app: App) -> None:
    for number in range(3):
        app.desk.push(f"b{number}")
    path = queue_page_path("acme", KEYS.of_customer("acme"))
    (further,) = re.findall(r'href="(\?cursor=[^"]*)"', follow(app, f"{path}?limit=2").text)
    assert len(hrefs(follow(app, path + further))) == 1


def test_the_links_of_a_job_s_answer_are_a_caller_s_and_the_same_under_every_secret(
    app: App,
) -> None:
    job_id = ran(app)
    first = app.post(f"/ci/jobs/{job_id}/cancel", key="k")
    app.links = Keys(("another",))
    assert app.post(f"/ci/jobs/{job_id}/cancel", key="k").text == first.text
    assert first.json["links"]["page"] == page_path(job_id)


def test_no_key_is_in_the_log(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    job_id = ran(app)
    key = KEYS.of_job(job_id)
    follow(app, page_path(job_id, key))
    follow(app, log_path(job_id, key))
    follow(app, page_path("another", key))
    follow(app, page_path(job_id, key), "POST")
    follow(app, f"{page_path(job_id, key)}/more")
    said = capsys.readouterr().out
    assert '"route": "/ci/jobs/{job_id}/page/{key}"' in said
    assert key[:20] not in said
