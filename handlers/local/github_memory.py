"""What the local GitHub knows of commits: their statuses and check runs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

DESCRIPTION_LENGTH_MAX = 140


@dataclass(frozen=True, slots=True)
class Received:
    """A request; `body` is its JSON, None without one."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; `body` becomes JSON, a text is sent as it is."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def refused(status: int, message: str, errors: object = None) -> Answer:
    """Answer no, as GitHub puts it."""
    return Answer(status, {"message": message} | ({"errors": errors} if errors else {}))


def page(url: str, asked: Received, items: Iterable[Any], key: str = "") -> Answer:
    """Answer with one page, and where the next one is; with `key` as a part of an object."""
    every = list(items)
    size, number = int(asked.query.get("per_page", 30)), int(asked.query.get("page", 1))
    found, headers = every[(number - 1) * size : number * size], {}
    if number * size < len(every):
        query = urlencode({**asked.query, "page": number + 1})
        headers["Link"] = f'<{url}{asked.path}?{query}>; rel="next"'
    return Answer(200, {"total_count": len(every), key: found} if key else found, headers)


def now() -> str:
    """Return the time as GitHub writes it: whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(slots=True)
class Commits:
    """Statuses, newest first, by repository and commit; check runs, oldest first.

    A commit is known unless its name is all zeros. `url` is where the API is.
    """

    url: str
    statuses_max: int = 1_000
    statuses: defaultdict[tuple[str, str], list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    check_runs: list[dict[str, Any]] = field(default_factory=list)

    def repository(self, _asked: Received, name: str) -> Answer:
        """Say that a repository is there."""
        return Answer(200, {"id": 1, "full_name": name, "url": f"{self.url}/repos/{name}"})

    def commit(self, asked: Received, name: str, sha: str) -> Answer:
        """Say that a commit is there."""
        known = {"sha": sha, "url": self.url + asked.path, "repository": name}
        return Answer(200, known) if sha.strip("0") else _unknown(sha)

    def list_statuses(self, asked: Received, name: str, sha: str) -> Answer:
        """List a commit's statuses."""
        return page(self.url, asked, self.statuses[name, sha])

    def add_status(self, asked: Received, name: str, sha: str) -> Answer:
        """Add a status, within GitHub's limits."""
        known, context = self.statuses[name, sha], asked.body.get("context", "default")
        if not sha.strip("0"):
            return _unknown(sha)
        if sum(one["context"] == context for one in known) >= self.statuses_max:
            limit = "This SHA and context has reached the maximum number of statuses."
            return refused(422, "Validation Failed", f"Validation failed: {limit}")
        if len(asked.body.get("description") or "") > DESCRIPTION_LENGTH_MAX:
            limit = f"description is too long (maximum is {DESCRIPTION_LENGTH_MAX} characters)"
            return refused(422, "Validation Failed", [{"message": limit}])
        status = {"id": len(known) + 1, "created_at": now(), **asked.body, "context": context}
        known.insert(0, status)
        return Answer(201, status)

    def list_check_runs(self, asked: Received, name: str, sha: str) -> Answer:
        """List a commit's check runs, newest first; by default only the newest of a name."""
        wanted, of = asked.query.get("check_name"), (name, sha)
        runs = [one for one in self.check_runs if (one["repository"], one["head_sha"]) == of]
        runs = [one for one in reversed(runs) if wanted in (None, one["name"])]
        if asked.query.get("filter") != "all":
            runs = list({one["name"]: one for one in reversed(runs)}.values())
        return page(self.url, asked, runs, "check_runs")

    def add_check_run(self, asked: Received, name: str) -> Answer:
        """Make a check run."""
        if not asked.body["head_sha"].strip("0"):
            return _unknown(asked.body["head_sha"])
        number = len(self.check_runs) + 1
        url = f"{self.url}/repos/{name}/check-runs/{number}"
        run = {"id": number, "url": url, "repository": name, "status": "queued", **asked.body}
        self.check_runs.append(run)
        return Answer(201, run)

    def change_check_run(self, asked: Received, name: str, number: str) -> Answer:
        """Change a check run; what is completed stays so."""
        run = next((one for one in self.check_runs if one["id"] == int(number)), None)
        if run is None or run["repository"] != name:
            return refused(404, "Not Found")
        if run["status"] == "completed" and asked.body.get("status", "completed") != "completed":
            return refused(422, "Validation Failed", "A completed check run cannot be reopened.")
        run.update(asked.body)
        return Answer(200, run)


def _unknown(sha: str) -> Answer:
    return refused(422, f"No commit found for SHA: {sha}")
