"""Answers of CI's part of the API, small and whole."""

from typing import Any, Final

Json = dict[str, Any]

JOB_ID: Final = "4hzkq2lsd3vvxwjbo7hzu6mcwe"
OTHER: Final = "qaz2wsx3edc4rfv5tgb6yhn7uj"
SHA: Final = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
SETTINGS: Final[Json] = {
    "slots": 4,
    "aging_s": 600,
    "supersedes": False,
    "notify": "all",
    "allowed": ["grace"],
    "blocked": [],
}
ACCOUNT: Final[Json] = {
    "customer_id": "acme",
    "version": 3,
    "standing": "active",
    "settings": SETTINGS | {"mail_to": "builds@example.com"},
}
RUNNING: Final[Json] = {
    "job_id": JOB_ID,
    "attempt": 2,
    "repository": "acme/shop",
    "ref": "refs/heads/main",
    "began_at": "2026-01-01T12:00:00Z",
    "lease_until": "2026-01-01T12:01:30Z",
}
WAITING: Final[Json] = {
    "position": 1,
    "job_id": OTHER,
    "repository": "acme/shop",
    "ref": "refs/tags/v1",
    "user": "ada",
    "priority": 7,
    "queued_at": "2026-01-01T11:00:00Z",
    "blocked_by": "branch",
}
QUEUE: Final[Json] = {
    "customer_id": "acme",
    "standing": "active",
    "settings": SETTINGS,
    "slots": {"taken": 1, "total": 4},
    "running": [RUNNING],
    "waiting": [WAITING],
    "next_cursor": None,
}


def happened(version: int, kind: str, text: str, second: int = 0) -> Json:
    """Make an entry of a timeline."""
    at = f"2026-01-01T12:00:{second:02}Z"
    return {"at": at, "version": version, "type": kind, "text": text}


QUEUED: Final = happened(1, "JobQueued", "ada pushed 6113728f27 to main; queued.")
CLAIMED: Final = happened(2, "JobClaimed", "Attempt 1 began, in one of 4 slots.", 2)
PASSED: Final = happened(3, "JobFinished", "Attempt 1 passed.", 9)


def job(status: str = "pending", *timeline: Json, **changes: Any) -> Json:  # noqa: ANN401  # Any field.
    """Make a job; what is left out is a push that waits."""
    attempt = sum(one["type"] == "JobClaimed" for one in timeline)
    is_open = status in ("pending", "active")
    known: Json = {
        "job_id": JOB_ID,
        "version": len(timeline) or 1,
        "customer_id": "acme",
        "repository": "acme/shop",
        "ref": "refs/heads/main",
        "sha": SHA,
        "trigger": "push",
        "user": "ada",
        "title": "Add a lid",
        "number": 0,
        "status": status,
        "summary": {"pending": "Waiting in the queue.", "passed": "Passed."}.get(status, ""),
        "priority": 5,
        "attempt": attempt,
        "losses": 0,
        "round": 1,
        "position": 3 if status == "pending" else None,
        "queued_at": "2026-01-01T12:00:00Z",
        "claimed_at": "2026-01-01T12:00:02Z" if attempt else None,
        "ended_at": None if is_open else "2026-01-01T12:00:09Z",
        "exit_code": 0 if status == "passed" else None,
        "detail": "",
        "cancel_requested_by": None,
        "twins": 0,
        "timeline": list(timeline) or [QUEUED],
    }
    return known | changes
