"""CI as people run it: a webhook in, one real run, and everybody told."""

import hashlib
import hmac
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from handlers.local.ci import prepared
from handlers.local.environment import LOCAL_HTTP
from handlers.local.folder import opened
from handlers.local.running import Running
from tests.stack.serving import soon, up, wait_until_all_has_arrived
from tests.support.shared import shared_data

pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.xdist_group("stack")]

# Says which commit it ran for, and goes on for as long as there is a file of the commit's name.
SCRIPT = """\
#!/bin/sh
echo "$CI_SHA" >>'{folder}/begun'
echo "building $CI_REPOSITORY"
while [ -e '{folder}/hold-'"$CI_SHA" ]; do sleep 0.1; done
[ "$CI_REF" != refs/heads/broken ]
"""


@dataclass(frozen=True, slots=True)
class Push:
    """A push as GitHub sends it."""

    sha: str
    body: bytes

    def sent_to(self, service: Running, secret: str | None = None) -> tuple[int, dict[str, Any]]:
        """Send it, signed; return status and answer."""
        key = secret or Path(service.secret_file).read_text().split()[0]
        signature = hmac.new(key.encode(), self.body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": str(uuid4()),
            "X-GitHub-Event": "push",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        url = f"{service.url}/webhooks/github"
        try:
            with LOCAL_HTTP.open(urllib.request.Request(url, self.body, headers)) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)


def a_push(branch: str = "main") -> Push:
    """Return GitHub's own example with a commit of its own; an address that mail can reach."""
    example = shared_data(
        "github", "payloads", "api.github.com", "push", "with-new-branch.payload.json"
    )
    body = json.loads(example.read_bytes())
    sha = hashlib.sha1(uuid4().bytes, usedforsecurity=False).hexdigest()
    body |= {"after": sha, "ref": f"refs/heads/{branch}"}
    body["head_commit"] |= {"id": sha, "message": "Grüße"}
    body["pusher"]["email"] = "ada@example.com"
    # Not as Python would write it: what is signed are these bytes.
    return Push(sha, json.dumps(body, indent=1, ensure_ascii=False).encode())


def made(state: Path) -> Path:
    """Make a state folder with a script, and a second secret, of somebody's own."""
    with opened(state) as folder:
        ci = prepared(folder.path)
    assert "Put your own here" in ci.script.read_text()
    ci.script.write_text(SCRIPT.format(folder=state.parent))
    ci.secret_file.write_text(f"newer\n{ci.secret_file.read_text()}")
    return state


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("ci-up") / "state")


@pytest.fixture(scope="module")
def service(state: Path) -> Iterator[Running]:
    with up(state) as service:
        yield service


def begun(state: Path, push: Push) -> int:
    """Count how often the script was begun for a commit."""
    lines = (
        (state.parent / "begun").read_text().split() if (state.parent / "begun").exists() else ()
    )
    return sum(line == push.sha for line in lines)


def job(service: Running, job_id: str) -> dict[str, Any]:
    with LOCAL_HTTP.open(f"{service.url}/ci/jobs/{job_id}") as answer:
        known: dict[str, Any] = json.load(answer)
        return known


def ended(service: Running, job_id: str) -> str:
    """Wait for a job's end; return how it stands."""

    def end() -> str:
        status: str = job(service, job_id)["status"]
        return "" if status in ("pending", "active") else status

    return soon(end, f"the end of job {job_id}")


def statuses(service: Running, push: Push) -> list[dict[str, Any]]:
    """Return what GitHub was sent about a commit, in order."""
    with LOCAL_HTTP.open(f"{service.github_url}/-/received") as answer:
        received = json.load(answer)
    return [
        one["body"]
        for one in received
        if one["method"] == "POST" and one["path"].endswith(f"/statuses/{push.sha}")
    ]


def shown(service: Running, push: Push) -> list[str]:
    """Return what GitHub was told of a commit, in order."""
    return [one["state"] for one in statuses(service, push)]


def targets(service: Running, push: Push) -> list[str]:
    """Return where what GitHub was told links to."""
    return [one["target_url"] for one in statuses(service, push)]


def mails(state: Path, job_id: str) -> list[Path]:
    return list((state / "ci/mail").glob(f"{job_id}-*.eml"))


def test_a_push_sent_three_times_at_once_is_run_once_shown_kept_and_mailed(
    state: Path, service: Running
) -> None:
    push = a_push()
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: push.sent_to(service), range(3)))
    assert {status // 100 for status, _ in answers} == {2}
    assert sorted(said["outcome"] for _, said in answers) == ["known", "known", "queued"]
    (job_id,) = {said["job_id"] for _, said in answers}
    assert ended(service, job_id) == "passed"
    assert soon(lambda: "success" in shown(service, push), "success at GitHub")
    assert soon(lambda: mails(state, job_id), "a mail")
    wait_until_all_has_arrived(service)
    assert begun(state, push) == 1
    assert [*dict.fromkeys(shown(service, push))] == ["pending", "success"]
    (mail,) = mails(state, job_id)
    assert "To: ada@example.com" in mail.read_text()
    with LOCAL_HTTP.open(f"{service.url}/ci/jobs/{job_id}/log") as log:
        assert log.read() == b"building Codertocat/Hello-World\n"


def follow(link: str) -> tuple[int, str]:
    """Follow a link as a browser does; return status and page."""
    try:
        with LOCAL_HTTP.open(link) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_link_in_a_mail_opens_the_page_and_from_there_the_log(
    state: Path, service: Running
) -> None:
    push = a_push()
    _, said = push.sent_to(service)
    (mail,) = soon(lambda: mails(state, said["job_id"]), "a mail")
    parsed = message_from_bytes(mail.read_bytes(), policy=default)
    text = parsed.get_body(("plain",))
    assert text is not None
    (link,) = re.findall(r"https?://\S+", text.get_content())
    status, page = follow(link)
    assert (status, "Grüße" in page) == (200, True)
    (log,) = re.findall(r'href="(/[^"]*)"', page)
    assert follow(service.url + log) == (200, "building Codertocat/Hello-World\n")
    path, _, key = link.rpartition("/")
    assert log == f"/ci/jobs/{said['job_id']}/log/{key}"
    assert follow(f"{path}/{key[::-1]}")[0] == 401
    assert soon(lambda: f"{link}?round=1&phase=3" in targets(service, push), "a status' link")
    assert "secret" not in json.dumps(service.parameters).lower()
    for log_file in (state / "logs").iterdir():
        assert key not in log_file.read_text(errors="replace")


def test_a_script_that_fails_is_a_failure_at_github(service: Running) -> None:
    push = a_push("broken")
    _, said = push.sent_to(service)
    assert ended(service, said["job_id"]) == "failed"
    assert soon(lambda: "failure" in shown(service, push), "failure at GitHub")


def test_a_body_that_nobody_has_signed_makes_nothing(state: Path, service: Running) -> None:
    push = a_push()
    status, said = push.sent_to(service, "guessed")
    assert (status, said["code"]) == (401, "signature_invalid")
    wait_until_all_has_arrived(service)
    assert begun(state, push) == 0


def test_each_line_of_the_secrets_file_is_a_live_secret(service: Running) -> None:
    secrets = Path(service.secret_file)
    assert secrets.stat().st_mode & 0o077 == 0
    newer, older = secrets.read_text().split()
    assert newer == "newer"
    assert [a_push().sent_to(service, one)[0] // 100 for one in (newer, older)] == [2, 2]


def test_bytes_that_are_no_text_arrive_as_they_were_signed(service: Running) -> None:
    status, said = Push("", b'{"ref": "\xff\x00"}').sent_to(service)
    assert (status // 100, said["outcome"]) == (2, "recorded")


def test_a_run_in_progress_goes_on_over_a_restart(tmp_path: Path) -> None:
    state, push = made(tmp_path / "state"), a_push("long")
    hold = state.parent / f"hold-{push.sha}"
    hold.touch()
    try:
        with up(state, said=tmp_path / "said") as service:
            _, said = push.sent_to(service)
            assert soon(lambda: begun(state, push), "the script")
        assert "Stopped.\n1 build goes on by itself;" in (tmp_path / "said").read_text()
        (state / "ci/script.sh").write_text("#!/bin/sh\nexit 9\n")  # It runs a copy of its own.
        with up(state) as service:
            assert job(service, said["job_id"])["status"] == "active"
            hold.unlink()
            assert ended(service, said["job_id"]) == "passed"
            assert soon(lambda: "success" in shown(service, push), "success at GitHub")
            assert begun(state, push) == 1
    finally:
        hold.unlink(missing_ok=True)  # The script shall not go on for ever.
