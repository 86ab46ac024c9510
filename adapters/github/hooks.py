"""Hooks: what GitHub sends us, read tolerantly into our words; no bytes make it raise.

Only the body is signed. The event's name and the content type are headers, which anybody may have
changed on a body that GitHub did sign, so a body must have the shape of the event that it claims to
be. Real bodies break GitHub's own schemas, so nothing is looked at that is not needed.
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs

from domain.ci.hooks import (
    NOBODY,
    Hook,
    Installation,
    MergeGroup,
    Other,
    PullRequest,
    Push,
    Reason,
    Repository,
    Rerequest,
    Told,
)
from domain.ci.sendable import is_address
from domain.kernel.ids import checked_id
from domain.kernel.refused import Refused

WORD_LENGTH_MAX: Final = 64
REF_BYTES_MAX: Final = 255
"""GitHub's limit, which counts bytes; a place on a board has to hold a whole ref."""
_NO_REPLY: Final = "noreply.github.com"

_NUMBER_MAX: Final = 2**63 - 1
_SECONDS_MAX: Final = 253_402_300_799
"""The end of the year 9999, where times end."""
_FORM: Final = "application/x-www-form-urlencoded"
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_COMMIT: Final = re.compile(rf"(?!0+$)(?:{_SHA.pattern})")
_REF: Final = re.compile(r"[^\x00-\x20\x7f]+")  # The others never pass git-check-ref-format.
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_OUR_CHECK: Final = re.compile(r"([a-z2-7]{26})(?:/[0-9]{1,9})?")


class _IncompleteError(Exception):
    """The body lacks what an event of its name must have."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a body, whatever stands there. What is missing is an empty field."""

    value: object = None

    def __getitem__(self, name: str) -> "Field":
        return Field(self.value.get(name) if isinstance(self.value, dict) else None)

    @property
    def text(self) -> str:
        """Return the text; empty for anything else, and for what no UTF-8 can hold."""
        if not isinstance(self.value, str):
            return ""
        try:
            self.value.encode()
        except UnicodeEncodeError:  # JSON may spell half a surrogate pair.
            return ""
        return self.value

    @property
    def line(self) -> str:
        """Return the text in one line: names stand beside others, a line each."""
        return " ".join(self.text.split())

    @property
    def digits(self) -> str:
        """Return a positive whole number as text; empty for anything else, `true` included."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            return ""
        return str(self.value) if 0 < self.value <= _NUMBER_MAX else ""

    def fitting(self, pattern: re.Pattern[str]) -> str:
        """Return the text if all of it fits; empty otherwise."""
        return self.text if pattern.fullmatch(self.text) else ""


def read(event: str, body: bytes, content_type: str = "") -> Hook:
    """Read a webhook: the header's event, the raw body, and its content type.

    What is no JSON object is `Other(UNREADABLE)`, what does not fit its event `Other(INCOMPLETE)`.
    """
    event = Field(event).text[:WORD_LENGTH_MAX]
    sent = _parsed(body, content_type)
    if sent is None:
        return Hook(event, NOBODY, Other(Reason.UNREADABLE))
    customer_id = _customer(event, sent)
    repository = _repository(sent["repository"])
    try:
        told = _told(event, sent, customer_id, repository)
    except _IncompleteError:
        told = Other(Reason.INCOMPLETE)
    action = sent["action"].text[:WORD_LENGTH_MAX]
    return Hook(event, customer_id or NOBODY, told, action, _user(sent), repository)


def address(body: bytes, content_type: str = "") -> str:
    """Return the mail address of whoever pushed; empty where there is none that mail can reach.

    Not of the commit's author, which whoever commits writes as they like: the mail's link opens the
    log. It is read from the kept body when a mail is to leave, so that no address ever stands in
    the event store, where nothing is forgotten.
    """
    sent = _parsed(body, content_type) or Field()
    pusher = sent["pusher"]["email"].text
    return pusher if is_address(pusher) and not pusher.lower().endswith(_NO_REPLY) else ""


# ---- a body ----------------------------------------------------------------------------------


def _parsed(body: bytes, content_type: str) -> Field | None:
    try:
        value = json.loads(_json(body, content_type))
    except (ValueError, RecursionError):  # No JSON, no text, a number or a depth beyond reason.
        return None
    return Field(value) if isinstance(value, dict) else None


def _json(body: bytes, content_type: str) -> bytes | str:
    """Return the JSON, which GitHub sends in a form's field where a webhook was set up so.

    A JSON object is never taken for a form, whatever the header says: somebody's title in it could
    hold `&payload=`.
    """
    is_form = body.startswith(b"payload=") or content_type.lower().startswith(_FORM)
    if not is_form or body.lstrip().startswith(b"{"):
        return body
    return parse_qs(body.decode()).get("payload", [""])[0]


def _customer(event: str, sent: Field) -> str:
    """Return whose hook this is; empty where the body names no account that can be an id."""
    login = sent["installation"]["account"]["login"].text
    if event != "installation":
        owner = sent["repository"]["owner"]
        login = owner["login"].text or owner["name"].text or login
        login = login or sent["organization"]["login"].text
    try:
        # Checked as it came: other alphabets have letters whose lower case is one of ours.
        return checked_id(login, "customer_id").lower()
    except Refused:
        return ""


def _repository(found: Field) -> Repository | None:
    repository_id, name = found["id"].digits, found["full_name"].fitting(_NAME)
    return Repository(repository_id, name) if repository_id and name else None


def _user(sent: Field) -> str:
    """Return the login of whose work it is: a push has a pusher, a pull request an author.

    Neither need be the sender: who reopens a stranger's pull request did not write it.
    """
    known = (sent["pusher"]["name"], sent["pull_request"]["user"]["login"], sent["sender"]["login"])
    return next((one.line for one in known if one.line), "")[:WORD_LENGTH_MAX]


# ---- its event: each raises _IncompleteError ---------------------------------------------------


def _told(event: str, sent: Field, customer_id: str, repository: Repository | None) -> Told:
    match event:
        case "ping":
            return Other(Reason.PING)
        case "installation":
            _needed(customer_id)
            return _installation(sent)
        case _ if event not in _READERS:
            return Other(Reason.EVENT)
        case _ if repository is None or not customer_id:
            raise _IncompleteError
        case _:
            return _READERS[event](sent, repository)


def _push(sent: Field, repository: Repository) -> Push:
    return Push(
        repository,
        ref=_needed(_ref(sent["ref"].text)),
        sha=_needed(_pushed(sent)),
        message=sent["head_commit"]["message"].text,
        is_deleted=sent["deleted"].value is True,
        pushed_s=_seconds(sent["repository"]["pushed_at"]),
    )


def _pushed(sent: Field) -> str:
    """Return the commit that a ref points to; all zeros where it was deleted.

    An annotated tag points to an object of its own, and only a commit can be built.
    """
    after = sent["after"].fitting(_SHA)
    is_tag = sent["ref"].text.startswith("refs/tags/")
    return (is_tag and sent["head_commit"]["id"].fitting(_COMMIT)) or after


def _installation(sent: Field) -> Installation:
    installation = sent["installation"]
    return Installation(
        action=_needed(sent["action"].text),
        installation_id=int(installation["id"].digits or 0),
        updated_s=_seconds(installation["updated_at"]),
    )


def _pull_request(sent: Field, repository: Repository) -> PullRequest:
    pull = sent["pull_request"]
    head = pull["head"]
    return PullRequest(
        repository,
        action=_needed(sent["action"].text),
        number=int(_needed(pull["number"].digits)),
        ref=_needed(_ref(head["ref"].text)),
        sha=_needed(head["sha"].fitting(_COMMIT)),
        title=pull["title"].text,
        # A fork that was deleted is null here, and a fork still.
        is_fork=head["repo"]["id"].digits != repository.repository_id,
        association=pull["author_association"].text,
        sender=sent["sender"]["login"].line[:WORD_LENGTH_MAX],
        pushed_s=_seconds(pull["updated_at"]),
    )


def _merge_group(sent: Field, repository: Repository) -> MergeGroup:
    group = sent["merge_group"]
    return MergeGroup(
        repository,
        action=_needed(sent["action"].text),
        ref=_needed(_ref(group["head_ref"].text)),
        sha=_needed(group["head_sha"].fitting(_COMMIT)),
        title=group["head_commit"]["message"].text,
    )


def _check_run(sent: Field, repository: Repository) -> Told:
    run = sent["check_run"]
    return _rerequest(sent, repository, run, run["check_suite"])


def _check_suite(sent: Field, repository: Repository) -> Told:
    suite = sent["check_suite"]
    return _rerequest(sent, repository, suite, suite)


def _rerequest(sent: Field, repository: Repository, check: Field, suite: Field) -> Told:
    if _needed(sent["action"].text) != "rerequested":
        return Other(Reason.ACTION)
    sha = _needed(check["head_sha"].fitting(_COMMIT))
    branch = suite["head_branch"].text  # Null where the commit is a fork's.
    ref = _ref(f"refs/heads/{branch}") if branch else ""
    ours = _OUR_CHECK.fullmatch(check["external_id"].text)
    return Rerequest(repository, ref, sha, ours[1] if ours else "")


_READERS: Final[Mapping[str, Callable[[Field, Repository], Told]]] = {
    "push": _push,
    "pull_request": _pull_request,
    "merge_group": _merge_group,
    "check_run": _check_run,
    "check_suite": _check_suite,
}


def _seconds(field: Field) -> int:
    """Return a time in seconds since 1970, as a number or a text here; 0 for anything else."""
    if digits := field.digits:
        return min(int(digits), _SECONDS_MAX)
    try:
        at = datetime.fromisoformat(field.text)
        return max(0, int(at.timestamp())) if at.tzinfo else 0
    except (ValueError, OverflowError):
        return 0


def _needed(text: str) -> str:
    if not text:
        raise _IncompleteError
    return text


def _ref(text: str) -> str:
    """Return the ref if it can be one; empty otherwise."""
    return text if len(text.encode()) <= REF_BYTES_MAX and _REF.fullmatch(text) else ""
