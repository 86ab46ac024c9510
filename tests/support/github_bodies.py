"""Bodies of webhooks: GitHub's own examples beside the checkout, and small ones to vary."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final
from urllib.parse import quote_plus

from tests.support.shared import shared_data

Json = dict[str, Any]

SHA: Final = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
ZEROS: Final = "0" * 40
JOB: Final = "abcdefghijklmnopqrstuvwxyz"[:24] + "27"


def github_bodies() -> Iterator[tuple[str, str, bytes]]:
    """Yield the name, the event and the bytes of every example; skips where they are absent."""
    root = shared_data("github")
    for path in sorted(root.glob("payloads/**/*payload*.json")):
        event = path.parent.name
        yield f"{event}/{path.name}", event, path.read_bytes()
    for path in sorted(root.glob("derived/*.json")):
        yield f"derived/{path.name}", path.name.partition(".")[0], path.read_bytes()


# ---- small ones: what we look at, and nothing else ---------------------------------------------

REPOSITORY: Final[Json] = {
    "id": 186853002,
    "full_name": "Acme/widgets",
    "owner": {"login": "Acme"},
}
SENDER: Final[Json] = {"login": "ada"}
PUSHED_S: Final = 1_557_933_657
PUSH: Final[Json] = {
    "ref": "refs/heads/main",
    "after": SHA,
    "deleted": False,
    "head_commit": {"message": "Add a lid", "author": {"email": "author@example.com"}},
    "pusher": {"name": "ada", "email": "pusher@example.com"},
    "repository": REPOSITORY,
    "sender": SENDER,
}
PULL_REQUEST: Final[Json] = {
    "action": "opened",
    "pull_request": {
        "number": 7,
        "title": "Add a lid",
        "author_association": "NONE",
        "updated_at": "2019-05-15T15:20:57Z",
        "head": {"ref": "lid", "sha": SHA, "repo": {"id": 186853002}},
        "base": {"ref": "main", "repo": {"id": 186853002}},
    },
    "repository": REPOSITORY,
    "sender": SENDER,
}
MERGE_GROUP: Final[Json] = {
    "action": "checks_requested",
    "merge_group": {
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-7",
        "head_sha": SHA,
        "head_commit": {"message": "Merge pull request #7"},
    },
    "repository": REPOSITORY,
    "sender": SENDER,
}
CHECK_RUN: Final[Json] = {
    "action": "rerequested",
    "check_run": {
        "head_sha": SHA,
        "external_id": f"{JOB}/1",
        "check_suite": {"head_branch": "main"},
    },
    "repository": REPOSITORY,
    "sender": SENDER,
}
CHECK_SUITE: Final[Json] = {
    "action": "rerequested",
    "check_suite": {"head_sha": SHA, "head_branch": "main"},
    "repository": REPOSITORY,
    "sender": SENDER,
}
INSTALLATION: Final[Json] = {
    "action": "created",
    "installation": {
        "id": 957387,
        "account": {"login": "Acme"},
        "updated_at": "2019-05-15T15:20:57.000Z",
    },
    "sender": SENDER,
}
SMALL: Final[dict[str, Json]] = {
    "push": PUSH,
    "pull_request": PULL_REQUEST,
    "merge_group": MERGE_GROUP,
    "check_run": CHECK_RUN,
    "check_suite": CHECK_SUITE,
    "installation": INSTALLATION,
}


def changed(body: Json, path: str, value: object) -> Json:
    """Return a copy with another value at a path of keys, written `a.b.c`."""
    copy = deepcopy(body)
    parent, key = _parent(copy, path)
    parent[key] = value
    return copy


def without(body: Json, path: str) -> Json:
    """Return a copy that lacks what is at a path."""
    copy = deepcopy(body)
    parent, key = _parent(copy, path)
    del parent[key]
    return copy


def raw(body: object) -> bytes:
    """Write a body as GitHub does."""
    return json.dumps(body).encode()


def form(body: object) -> bytes:
    """Write a body as GitHub does for a webhook whose content type is a form."""
    return b"payload=" + quote_plus(json.dumps(body)).encode()


def _parent(body: Json, path: str) -> tuple[Json, str]:
    *parents, key = path.split(".")
    for name in parents:
        body = body[name]
    return body, key
