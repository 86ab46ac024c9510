"""What GitHub tells us, in our words, and what it asks for: a pure function between the two.

The text of a hook is read by an adapter, tolerantly: what is missing is empty here, never an error.
Ids of repositories are GitHub's numbers as text; logins are kept as they are written, and a
customer is the account that owns the repository, in lower case, because GitHub compares them so.
Times in `..._s` are GitHub's, in seconds since 1970, and 0 where it says none: a hook may come
late, and only its signed body tells which of two is the newer.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

NOBODY: Final = "nobody~"
"""The customer of a hook that names no account, a ping of an organisation for example; no login."""
_TRUSTED: Final = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_SKIP: Final = re.compile(
    r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks:\s*true\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_ZEROS: Final = re.compile(r"0*")


class Trigger(StrEnum):
    """What made a job."""

    PUSH = "push"
    TAG = "tag"
    PULL_REQUEST = "pull_request"
    MERGE_GROUP = "merge_group"
    RERUN = "rerun"


class Reason(StrEnum):
    """Why a hook makes no job; each value is a stable code that stands in its record."""

    DELETION = "deletion"
    SKIP_CI = "skip_ci"
    COMMIT_SKIPPED = "commit_skipped"  # A push of the same commit asked to skip it.
    ACTION = "action"  # The event can make a job, with another action.
    EVENT = "event"  # No event of this kind makes a job.
    PING = "ping"
    UNREADABLE = "unreadable"  # Signed, and no JSON object.
    INCOMPLETE = "incomplete"  # The body lacks what an event of this name must have.
    UNKNOWN_JOB = "unknown_job"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; `name` is `owner/name`."""

    repository_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Push:
    """`ref` moved to `sha`; `message` is the head commit's."""

    repository: Repository
    ref: str
    sha: str
    message: str = ""
    is_deleted: bool = False
    pushed_s: int = 0


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request's head is `sha`, on branch `ref` of this repository or of a fork.

    `association` is its author's; `sender` is whoever did what `action` says, at `pushed_s`.
    """

    repository: Repository
    action: str
    number: int
    ref: str
    sha: str
    title: str = ""
    is_fork: bool = False
    association: str = ""
    sender: str = ""
    pushed_s: int = 0


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """A merge queue wants `sha` checked before it moves its base."""

    repository: Repository
    action: str
    ref: str
    sha: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rerequest:
    """Somebody asks to check `sha` again; `job_id` where the check was one of ours."""

    repository: Repository
    ref: str
    sha: str
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """Our app was installed, removed, suspended or unsuspended, as `action` says.

    An account that installs it anew has another installation, of a higher number.
    """

    action: str
    installation_id: int = 0
    updated_s: int = 0


@dataclass(frozen=True, slots=True)
class Other:
    """Anything that asks for nothing."""

    reason: Reason


Told = Push | PullRequest | MergeGroup | Rerequest | Installation | Other


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. `event` is the unsigned header's word; `user` the login of whose work it is."""

    event: str
    customer_id: str
    told: Told
    action: str = ""
    user: str = ""
    repository: Repository | None = None


def key_of_commit(repository_id: str, sha: str, ref: str, trigger: Trigger) -> str:
    """Name what is built once, however many hooks speak of it; a tag is released on its own."""
    own = f"#{ref}" if trigger is Trigger.TAG else ""
    return f"commit#{repository_id}#{sha}{own}"


@dataclass(frozen=True, slots=True)
class Build:
    """A commit is to be built. `ref` is the branch that has one build at a time.

    `is_trusted` tells that whoever caused it may write to the repository.
    """

    customer_id: str
    repository: Repository
    ref: str
    sha: str
    trigger: Trigger
    user: str
    is_trusted: bool = True
    number: int = 0
    title: str = ""
    pushed_s: int = 0

    @property
    def commit_key(self) -> str:
        """Name what is built once."""
        return key_of_commit(self.repository.repository_id, self.sha, self.ref, self.trigger)


@dataclass(frozen=True, slots=True)
class Rerun:
    """What was built is to be built again; what was not is built now."""

    build: Build
    job_id: str = ""


class Change(StrEnum):
    """What happened to a customer's account with us."""

    GRANTED = "granted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Installed:
    """What a hook says of an account; which of two is the later word, its numbers tell."""

    change: Change
    installation_id: int = 0
    updated_s: int = 0


@dataclass(frozen=True, slots=True)
class Nothing:
    """No job follows; `skipped` names the commit that is not to be built by another hook either."""

    reason: Reason
    skipped: str = ""


Asked = Build | Rerun | Installed | Nothing

_BUILDS: Final = frozenset({"opened", "synchronize", "reopened"})
_CHANGES: Final = {
    "created": Change.GRANTED,
    "deleted": Change.REVOKED,
    "suspend": Change.SUSPENDED,
    "unsuspend": Change.RESUMED,
}
TITLE_LENGTH_MAX: Final = 72


def asked_of(hook: Hook) -> Asked:
    """Say what a hook asks for."""
    match hook.told:
        case Push() as push:
            return _push(hook, push)
        case PullRequest() as pull:
            return _pull_request(hook, pull)
        case MergeGroup(action="checks_requested") as group:
            trigger = Trigger.MERGE_GROUP
            return _build(hook, group.repository, group.ref, group.sha, trigger, group.title)
        case MergeGroup():
            return Nothing(Reason.ACTION)
        case Rerequest() as again:
            ref = again.ref or f"refs/commits/{again.sha}"
            build = _build(hook, again.repository, ref, again.sha, Trigger.RERUN)
            return Rerun(build, again.job_id)
        case Installation(action=action) as told if action in _CHANGES:
            return Installed(_CHANGES[action], told.installation_id, told.updated_s)
        case Installation():
            return Nothing(Reason.ACTION)
        case Other(reason=reason):
            return Nothing(reason)


def _push(hook: Hook, push: Push) -> Asked:
    if push.is_deleted or _ZEROS.fullmatch(push.sha):
        return Nothing(Reason.DELETION)
    is_tag = push.ref.startswith("refs/tags/")
    trigger = Trigger.TAG if is_tag else Trigger.PUSH
    build = _build(hook, push.repository, push.ref, push.sha, trigger, push.message)
    build = replace(build, pushed_s=push.pushed_s)
    if _SKIP.search(push.message):
        return Nothing(Reason.SKIP_CI, build.commit_key)
    return build


def _pull_request(hook: Hook, pull: PullRequest) -> Asked:
    if pull.action not in _BUILDS:
        return Nothing(Reason.ACTION)
    # A fork's branch may bear the name of one of ours, so it has a lane of its own.
    ref = f"refs/pull/{pull.number}/head" if pull.is_fork else f"refs/heads/{pull.ref}"
    build = _build(hook, pull.repository, ref, pull.sha, Trigger.PULL_REQUEST, pull.title)
    build = replace(build, number=pull.number, pushed_s=pull.pushed_s)
    if not pull.is_fork:
        return build
    # Others may push to a member's fork, and then it is not the member who is to be trusted.
    is_authors = pull.sender.lower() == hook.user.lower()
    is_trusted = is_authors and pull.association in _TRUSTED
    user = pull.sender if pull.action == "synchronize" else hook.user
    return replace(build, is_trusted=is_trusted, user=user)


def _build(
    hook: Hook, repository: Repository, ref: str, sha: str, trigger: Trigger, title: str = ""
) -> Build:
    # Messages come with line breaks of every kind, and none may reach the subject of a mail.
    headline = "".join(title.strip().splitlines()[:1])[:TITLE_LENGTH_MAX]
    return Build(hook.customer_id, repository, ref, sha, trigger, hook.user, title=headline)
