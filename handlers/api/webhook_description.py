"""What the API says of the webhook: what a hook can become, why it makes no job, and each no."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from domain.ci.hooks import Reason
from domain.ci.intake import Became
from handlers.api.edge import EdgeRefusal
from handlers.api.problems import PROBLEMS

OUTCOMES: Final[Mapping[Became, str]] = {
    Became.QUEUED: "A new job waits in its customer's queue.",
    Became.KNOWN: "The same body came before: its job is on its way, or done.",
    Became.TWIN: "Another hook for the same commit has made the job, which answers both.",
    Became.RETRIED: "A job that had ended waits again.",
    Became.ACCOUNT: "It told of the app's installation, and the customer's account is up to date.",
    Became.RECORDED: "It makes no job; the reason stands beside it.",
}
REASONS: Final[Mapping[Reason, str]] = {
    Reason.DELETION: "A branch or a tag was deleted.",
    Reason.SKIP_CI: "The commit's message asks for no build, with [skip ci] for example.",
    Reason.COMMIT_SKIPPED: "A push of the same commit asked for no build.",
    Reason.ACTION: "Hooks of this event can make a job, but not with this action.",
    Reason.EVENT: "No event of this kind makes a job.",
    Reason.PING: "GitHub only asks whether the webhook is there.",
    Reason.UNREADABLE: "It is signed, and no JSON object.",
    Reason.INCOMPLETE: "The body lacks what an event of this name must have.",
    Reason.UNKNOWN_JOB: "The check that is asked for again is of no job of this repository.",
}
_WORDS: Final = """`X-Hub-Signature-256` signs the body with a live secret; `X-GitHub-Event` names
the event. The signed body is what counts: sent again, under whatever delivery id, it is the same
job. A yes is said once it is written down; after a no GitHub knows that it failed, and can send it
again."""
_NOS: Final = (
    EdgeRefusal.BODY_NOT_JSON,
    EdgeRefusal.SIGNATURE_INVALID,
    EdgeRefusal.BODY_TOO_LARGE,
    EdgeRefusal.NOT_TAKEN_IN,
)


def webhook() -> dict[str, Any]:
    """Return the operation as OpenAPI 3.1 has it."""
    words = " ".join(_WORDS.split())
    outcomes, reasons = "\n".join(_listed(OUTCOMES)), "\n".join(_listed(REASONS))
    return {
        "tags": ["CI"],
        "summary": "Take a webhook of GitHub in",
        "description": f"{words}\n\nOutcomes:\n{outcomes}\n\nReasons:\n{reasons}",
        "operationId": "post_webhooks_github",
        "parameters": [
            _header("X-Hub-Signature-256", is_required=True),
            _header("X-GitHub-Event", is_required=True),
            _header("X-GitHub-Delivery", is_required=False),
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "responses": {
            "200": _answer("It is taken in, and there is nothing new to do."),
            "202": _answer("It is taken in, and a job waits for it."),
            **{str(PROBLEMS[reason].status): _no(reason) for reason in _NOS},
        },
    }


def _listed(words: Mapping[Any, str]) -> Iterator[str]:
    return (f"- `{code.value}`: {text}" for code, text in words.items())


def _header(name: str, *, is_required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": is_required, "schema": {"type": "string"}}


def _answer(description: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["outcome"],
        "properties": {
            "outcome": _enumerated(Became),
            "job_id": {"type": "string", "description": "The job that it made or joined."},
            "reason": _enumerated(Reason),
        },
    }
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _enumerated(kind: type[StrEnum]) -> dict[str, Any]:
    return {"type": "string", "enum": [one.value for one in kind]}


def _no(reason: EdgeRefusal) -> dict[str, Any]:
    row = PROBLEMS[reason]
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    content = {"application/problem+json": {"schema": schema}}
    return {"description": f"{reason.value}: {row.title}. {row.advice}", "content": content}
