"""CI's pages: whole without a script, with nothing from elsewhere, and nothing unescaped."""

import base64
import gzip
import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError

from adapters.runners.output import cut_in_the_middle
from domain.ci.accounts import Settings
from domain.ci.hooks import Change, Push, Repository
from domain.ci.jobs.events import Conclusion
from domain.ci.jobs.state import run_name
from handlers.api.ci.text import shown, tail
from handlers.durations import lasting
from tests.support.apps import Answered, App, event
from tests.support.repository import ROOT

EVIL = '<script>alert("1")</script>\'&\u202eevil\u2066\u0085\ufffe'
TAGS = """
html head meta title link style body header main footer section nav div p h1 h2 a span bdi strong
code pre time ol ul li dl dt dd table caption thead tbody tr th td
""".split()  # noqa: SIM905  # A list of forty short strings reads worse.
VOID = {"meta", "link"}
ATTRIBUTES = """
lang charset name content http-equiv rel href class id role tabindex datetime scope data-name
aria-label aria-labelledby aria-hidden
""".split()  # noqa: SIM905  # As above.


@dataclass
class Page(HTMLParser):
    """A page as a browser reads it: texts by their innermost tag, attributes, and what is wrong."""

    source: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    attributes: dict[str, set[str]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(self.source)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}> is none of ours")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f"{name}= is none of ours")
            self.attributes.setdefault(name, set()).add(value or "")
            if name == "href":
                self.hrefs.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}--> is none of ours")

    @property
    def text(self) -> str:
        """All that a reader sees."""
        return " ".join(text for tag, text in self.texts if tag != "style")

    @property
    def facts(self) -> dict[str, str]:
        """What stands in the list of facts, by name."""
        said = [(tag, text) for tag, text in self.texts if text.strip()]
        return {name: said[at + 1][1] for at, (tag, name) in enumerate(said) if tag == "dt"}

    def words(self, tag: str) -> list[str]:
        return [" ".join(text.split()) for at, text in self.texts if at == tag]


def page(app: App, path: str) -> Page:
    """Get a page, and check all that is true of every page."""
    answer = app.get(path)
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>\n")
    read = Page(answer.text)
    assert read.wrong == []
    assert len(set(read.ids)) == len(read.ids)
    assert all(href.startswith(("/ci/", "?")) or href == "data:," for href in read.hrefs)
    assert not re.search(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]", read.text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", read.text)
    return read


def started(app: App, name: str = "main", user: str = "ann") -> str:
    job_id = app.desk.push(name, "Mend it", user=user)
    app.desk.wait(seconds=5)
    app.desk.schedule()
    app.desk.wait(minutes=2, seconds=13)
    return job_id


def test_a_page_may_load_and_run_nothing_but_its_own_style(app: App) -> None:
    for path in ("/ci/customers/acme/page", f"/ci/jobs/{started(app)}/page"):
        answer = app.get(path)
        (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
        assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} <= set(policy)
        assert not any("script" in directive for directive in policy)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "url(" not in style
        assert "@import" not in style
        assert "http" not in answer.text.replace("http-equiv", "")


def test_a_page_is_made_for_phones_and_for_the_dark(app: App) -> None:
    answer = app.get("/ci/customers/acme/page")
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in answer.text
    assert "prefers-color-scheme: dark" in answer.text


def test_an_empty_queue_says_so(app: App) -> None:
    read = page(app, "/ci/customers/nobody-yet/page")
    assert read.words("h1") == []
    assert "nobody-yet" in read.words("bdi")
    assert {"Nothing runs.", "Nothing waits."} <= set(read.words("p"))
    assert "http-equiv" not in read.attributes


def test_a_customer_of_whom_nothing_is_known_is_said_to_be_unknown(app: App) -> None:
    path, said = "/ci/customers/acme/page", "Nothing is known of"
    assert said in page(app, path).text
    assert app.get("/ci/customers/acme/queue").json["known"] is False
    job_id = started(app)
    assert said not in page(app, path).text
    app.desk.finish(job_id)  # The board is empty again, but for the count of slots.
    assert said not in page(app, path).text
    assert app.get("/ci/customers/acme/queue").json["known"] is True


# ---- problems --------------------------------------------------------------------------------


def problem(app: App, path: str, **headers: str) -> tuple[Page, Answered]:
    answer = app.get(path, **headers)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert answer.headers["Cache-Control"] == "no-store"
    read = Page(answer.text)
    assert read.wrong == []
    return read, answer


def test_a_page_that_there_is_not_is_a_page_that_says_so(app: App) -> None:
    read, answer = problem(app, "/ci/jobs/nope/page")
    assert answer.status == 404
    assert "There is no such job" in read.words("bdi")
    assert {"job_not_found", "request-1"} <= set(read.words("code"))
    assert "http-equiv" not in read.attributes


def test_a_browser_gets_a_page_and_a_program_gets_json(app: App) -> None:
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    for path in ("/ci/jobs/nope/log", "/orders/nope", "/"):
        _, answer = problem(app, path, accept=browser)
        assert answer.status == 404
        for accept in ("*/*", "application/json", "text/html, application/json"):
            assert "title" in app.get(path, accept=accept).json
    assert app.post("/ci/jobs/nope/cancel", accept=browser).json["code"] == "job_not_found"


def test_a_problem_tells_nothing_that_a_stranger_wrote_into_the_path(app: App) -> None:
    path = "/ci/customers/%3Cscript%3E/page?limit=<script>alert(1)</script>"
    read, answer = problem(app, path)
    assert answer.status == 422
    assert "script" not in read.source


def test_a_page_that_nothing_can_be_read_for_tries_again_by_itself(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_arguments: object) -> None:
        raise EndpointConnectionError(endpoint_url="nowhere")

    monkeypatch.setattr(app.desk.streams.boards, "look", down)
    read, answer = problem(app, "/ci/customers/acme/page")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "5" in read.attributes["content"]


# ---- queues ----------------------------------------------------------------------------------


def test_a_queue_shows_slots_what_runs_and_for_what_the_rest_waits(app: App) -> None:
    app.desk.choose(Settings(slots=3, supersedes=True, aging_s=10_000_000))
    first = started(app)
    second = app.desk.push("main", "Mend it again", user="bob")
    app.desk.wait(seconds=61)
    read = page(app, "/ci/customers/acme/page")
    assert "1 of 3 slots taken" in re.sub(r"\s+", " ", read.text)
    assert len(re.findall('<span class="taken">', read.source)) == 1
    assert [href for href in read.hrefs if "/jobs/" in href] == [
        f"/ci/jobs/{first}/page",
        f"/ci/jobs/{second}/page",
    ]
    cells = [cell for cell in read.words("td") if cell]
    assert cells == ["3 min 14 s", "1", "1", "5", "its branch"]
    assert "bob" in read.words("bdi")
    assert "1 min 1 s" in read.words("time")
    assert "1 Jan 2026, 12:00:05 UTC" in read.words("time")
    assert read.attributes["scope"] == {"col", "row"}
    assert {"Running for", "Waiting for"} <= read.attributes["data-name"]
    assert "A higher priority always goes first." in read.words("li")
    assert "5" in read.attributes["content"]  # It reloads by itself.


def test_a_long_queue_is_turned_page_by_page(app: App) -> None:
    for number in range(7):
        app.desk.push(f"b{number}")
    first = page(app, "/ci/customers/acme/page?limit=5")
    further = first.hrefs[-1]
    assert further.startswith("?cursor=")
    second = page(app, f"/ci/customers/acme/page{further}")
    assert [cell for cell in second.words("td") if cell.isdigit()] == ["6", "5", "7", "5"]
    assert second.hrefs[-1] == "?"


@pytest.mark.parametrize(
    ("change", "words"),
    [(Change.SUSPENDED, "suspended at GitHub"), (Change.REVOKED, "no longer installed")],
)
def test_a_queue_says_what_became_of_the_app(app: App, change: Change, words: str) -> None:
    app.desk.change(change)
    assert words in page(app, "/ci/customers/acme/page").text


def test_a_running_job_shows_how_it_stands_and_the_end_of_its_log(app: App) -> None:
    job_id = started(app)
    app.logs.keep(run_name(job_id, 1), b"".join(b"line %d\n" % n for n in range(1, 251)))
    read = page(app, f"/ci/jobs/{job_id}/page")
    assert read.words("strong") == ["active"]
    assert "Running, attempt 1." in read.words("bdi")
    assert (read.facts["Cause"], read.facts["Running for"]) == ("Push by ann", "2 min 13 s")
    (log,) = (text for tag, text in read.texts if tag == "pre")
    assert log.split("\n")[1:-1] == [f"line {number}" for number in range(51, 251)]
    assert "Attempt 1, the last 200 of 250 lines." in read.words("p")
    assert f"/ci/jobs/{job_id}/log" in read.hrefs
    assert "/ci/customers/acme/page" in read.hrefs
    assert "5" in read.attributes["content"]


def test_a_log_that_lost_its_middle_says_so_and_the_link_leads_to_what_there_is(
    app: App, tmp_path: Path
) -> None:
    job_id = started(app)
    said = tmp_path / "log"
    said.write_bytes(b"".join(b"line %d\n" % n for n in range(10_000)))
    app.logs.keep(run_name(job_id, 1), cut_in_the_middle(said, 5_000))
    read = page(app, f"/ci/jobs/{job_id}/page")
    assert "All that is kept" in read.words("a")
    (left_out,) = re.findall(r"without ([\d,]+) bytes in the middle, so far", read.text)
    assert f"[... {left_out.replace(',', '')} bytes" in app.get(f"/ci/jobs/{job_id}/log").text
    app.desk.finish(job_id)
    assert "so far" not in page(app, f"/ci/jobs/{job_id}/page").text


def test_a_waiting_job_shows_its_place(app: App) -> None:
    app.desk.push("docs")
    app.desk.wait(seconds=1)
    read = page(app, f"/ci/jobs/{app.desk.push('main')}/page")
    assert read.words("strong") == ["pending"]
    assert read.facts["Place in the queue"] == "2"
    assert read.facts["Priority"] == "5 of 9"
    assert "There is none before the first attempt." in read.words("p")


def test_a_job_that_has_ended_reloads_no_more_and_shows_all_that_has_happened(app: App) -> None:
    job_id = started(app)
    app.desk.finish(job_id, Conclusion.FAILED, 3)
    app.desk.retry(job_id)
    app.desk.schedule()
    app.desk.finish(job_id)
    read = page(app, f"/ci/jobs/{job_id}/page")
    assert read.words("strong") == ["passed"]
    assert "http-equiv" not in read.attributes
    timeline = [entry["text"] for entry in app.get(f"/ci/jobs/{job_id}").json["timeline"]]
    assert set(timeline) <= set(read.words("bdi"))
    assert f"/ci/jobs/{job_id}/log?attempt=1" in read.hrefs
    assert "Attempt 2 has said nothing so far." in read.words("p")


# ---- what strangers write --------------------------------------------------------------------


def named_by_a_stranger(app: App) -> str:
    """Start a job of which a stranger chose all that can be chosen."""
    told = Push(Repository("7", f"acme/{EVIL}"), f"refs/heads/{EVIL}", "a" * 40, EVIL)
    return app.desk.take_in(told, user=EVIL).job_id


SAID: dict[str, bytes] = {
    "a script": f"{EVIL}\n</pre></div><script src='//evil.example/x.js'></script>\n".encode(),
    "an entity": b"&lt;script&gt; &amp;\n",
    "an endless line": b"A" * 100_000 + b"\nand one more\n",
    "an endless line of brackets": b"<" * 100_000,
    "no UTF-8": b"\xff\xfe\xc3\x28 \xed\xa0\x80 \xf8\x88\x80\x80\x80\n",
    "controls": bytes(range(32)) + b"\x7f\xc2\x85\xc2\x9b31m\n",
    "a terminal's colours and titles": b"\x1b[1;31mred\x1b[0m \x1b]0;evil\x07 \x1b]8;;x\x1b\\y\n",
    "turned around": "\u202e\u2067live\u2069\u200f\n".encode(),
    "nothing": b"",
    "line feeds": b"\n" * 1_000,
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_nothing_that_a_script_says_becomes_part_of_the_page(app: App, said: bytes) -> None:
    job_id = named_by_a_stranger(app)
    app.desk.schedule()
    app.logs.keep(run_name(job_id, 1), said)
    read = page(app, f"/ci/jobs/{job_id}/page")
    assert len(read.source) < 2_000_000
    if "script" in said.decode(errors="replace"):
        (log,) = (text for tag, text in read.texts if tag == "pre")
        assert "<script" in log or "&lt;script" in log


def test_nothing_that_a_stranger_names_becomes_part_of_a_page(app: App) -> None:
    waits = named_by_a_stranger(app)
    name = shown(EVIL)
    assert name == '<script>alert("1")</script>\'&[U+202E]evil[U+2066][U+0085][U+FFFE]'
    for path in (f"/ci/jobs/{waits}/page", "/ci/customers/acme/page"):
        read = page(app, path)
        assert {name, f"acme/{name}"} <= set(read.words("bdi"))
    read = page(app, f"/ci/jobs/{waits}/page")
    assert read.facts["Cause"] == f"Push by {name}"
    assert read.words("title") == [f"pending: acme/{name} {name}"]


# ---- text ------------------------------------------------------------------------------------


def test_a_log_is_shown_as_a_terminal_would_leave_it() -> None:
    said = b"\x1b[32mok\x1b[0m\r\n 10%\r 50%\r100%\n\ttabbed\n"
    assert list(tail(said).lines) == ["ok", "100%", "\ttabbed"]


def test_a_line_that_is_too_long_says_how_much_is_left_out() -> None:
    (line,) = tail(b"x" * 3_500).lines
    assert line == f"{'x' * 1_000} [... 2,500 more characters]"


def test_a_very_long_log_is_counted_without_being_read_whole() -> None:
    known = tail(b"short\n" * 400_000)
    assert (known.count, len(known.lines)) == (400_000, 200)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0.9, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_601, "1 h"),
        (93_784, "1 d 2 h"),
    ],
)
def test_durations_have_their_two_largest_units(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


# ---- on the way ------------------------------------------------------------------------------


def test_a_page_is_packed_for_whoever_can_unpack_it(app: App) -> None:
    path = "/ci/customers/acme/page"
    answer = app.application(event("GET", path, headers={"accept-encoding": "gzip, br"}), None)
    assert (answer["headers"]["Content-Encoding"], answer["isBase64Encoded"]) == ("gzip", True)
    assert gzip.decompress(base64.b64decode(answer["body"])).decode() == app.get(path).text


def test_a_page_that_nobody_signed_for_is_refused(app: App) -> None:
    assert app.send(event("GET", "/ci/customers/acme/page", caller=None)).status == 401


def test_who_asks_for_an_order_loads_nothing_of_ci_s_pages_and_ports() -> None:
    script = (
        "import sys, handlers.api.app\n"
        "late = {'jinja2', 'handlers.api.ci.parts', 'handlers.wiring.ci', 'domain.ci.running'}\n"
        "print(*late & set(sys.modules))"
    )
    loaded = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, text=True)
    assert loaded.split() == []
