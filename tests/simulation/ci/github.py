"""GitHub: what it sends of a few small repositories, and what it remembers of having sent it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Final

from domain.ci.hooks import (
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
from domain.ci.ports import Deliveries, Delivery

CUSTOMERS: Final = {
    "acme": (Repository("1", "acme/shop"), Repository("2", "acme/till")),
    "bolt": (Repository("3", "bolt/nut"),),
}
SKIPPING: Final = "[skip ci]"
EVENTS: Final = {
    Push: "push",
    PullRequest: "pull_request",
    MergeGroup: "merge_group",
    Rerequest: "check_suite",
    Installation: "installation",
    Other: "star",
}


@dataclass(frozen=True, slots=True)
class Body:
    """A signed body: what it says when it is read as what it is, and the commit it speaks of."""

    sha256: str
    hook: Hook
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """A body on its way under a delivery id and an event, neither of which is signed."""

    guid: str
    body: Body
    hook: Hook
    is_forged: bool = False


@dataclass(slots=True)
class Pushed:
    """A commit that was pushed to a branch: the next hook may speak of it too."""

    customer_id: str
    repository: Repository
    ref: str
    sha: str


@dataclass
class Github(Deliveries):
    """Makes hooks up, and lists how their deliveries went."""

    rng: Random
    clock: Callable[[], datetime]
    send: Callable[[str], None]
    jobs: dict[str, str] = field(default_factory=dict)
    pushed: list[Pushed] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    sendings: dict[str, Sending] = field(default_factory=dict)
    tried: list[Delivery] = field(default_factory=list)
    installed: dict[str, Installation] = field(default_factory=dict)
    second: int = 0

    def __post_init__(self) -> None:
        """Be small: the fewer customers and branches, the more they stand in each other's way."""
        self.customers = self.rng.choice((("acme",), ("bolt",), ("acme", "acme", "bolt")))
        self.refs = self.rng.choice((("main",), ("main", "main", "dev")))

    # ---- what it sends ----------------------------------------------------------------------

    def build(self) -> str:
        """Send that something is to be built, or is not: of a new commit or one that is known."""
        pushed = self._pushed()
        user = self.rng.choice(("ann", "ann", "bob", "mal"))
        return self._sent(self._told(pushed, user), user, pushed)

    def change(self, customer_id: str, action: str = "") -> str:
        """Send that the app was installed, removed, suspended or unsuspended.

        What was removed comes back as another installation, and nothing more is said of the first.
        """
        was = self.installed.get(customer_id, Installation("deleted"))
        if was.action == "deleted":
            told = Installation("created", was.installation_id + 1, self._second())
        else:
            action = action or self.rng.choice(("suspend", "unsuspend", "unsuspend", "deleted"))
            told = replace(was, action=action, updated_s=self._second())
        self.installed[customer_id] = told
        return self._new(Hook(EVENTS[Installation], customer_id, told, told.action, "ann"))

    def _second(self) -> int:
        """Return the time in seconds since 1970, and no second twice: so one word is the newer."""
        self.second = max(self.second + 1, int(self.clock().timestamp()))
        return self.second

    def again(self) -> str:
        """Send a body again: redelivered, or replayed by somebody under ids of their own."""
        if self.rng.random() < 0.4:
            return self.rng.choice([*self.sendings])
        reruns = [one for one in self.bodies if isinstance(one.hook.told, Rerequest)]
        body = self.rng.choice(reruns if reruns and self.rng.random() < 0.3 else self.bodies)
        return self._send(*self._forged(body), is_forged=True)

    def replay(self, body: Body) -> str:
        """Send a body again under another delivery id: whoever captured it can do so."""
        return self._send(body, body.hook, is_forged=True)

    def _forged(self, body: Body) -> tuple[Body, Hook]:
        """Put a body under another id, or another event, or have an older release read it."""
        way = self.rng.random()
        if way < 0.2:
            event = self.rng.choice(("star", "fork"))
            return body, replace(body.hook, event=event, told=Other(Reason.EVENT))
        if way < 0.3 and isinstance(body.hook.told, PullRequest):
            return body, replace(body.hook, event="pull_request_target")
        if way < 0.4 and isinstance(body.hook.told, PullRequest):
            return body, replace(body.hook, told=replace(body.hook.told, title="Read otherwise"))
        return body, body.hook

    def _pushed(self) -> Pushed:
        if self.pushed and self.rng.random() < 0.3:
            known = self.rng.choice(self.pushed)
            return replace(known, ref=self.rng.choice((known.ref, "main", "dev")))
        customer_id = self.rng.choice(self.customers)
        repository = self.rng.choice(CUSTOMERS[customer_id])
        sha = f"{len(self.pushed) + 1:040x}"
        self.pushed.append(Pushed(customer_id, repository, self.rng.choice(self.refs), sha))
        return self.pushed[-1]

    def _told(self, of: Pushed, user: str) -> Told:
        kind = self.rng.random()
        branch = f"refs/heads/{of.ref}"
        if kind < 0.45:
            message = self.rng.choice(("Fix", "Fix", SKIPPING))
            return Push(of.repository, branch, of.sha, message, pushed_s=self._second())
        if kind < 0.65:
            return self._pull(of, user, is_fork=self.rng.random() < 0.3)
        if kind < 0.7:
            return Push(of.repository, "refs/tags/v1", of.sha, pushed_s=self._second())
        if kind < 0.75:
            ref = f"refs/heads/gh-readonly-queue/{of.ref}/pr-8"
            return MergeGroup(of.repository, "checks_requested", ref, of.sha)
        if kind < 0.95:
            named = self.jobs.get(f"commit#{of.repository.repository_id}#{of.sha}", "")
            other = self.rng.choice(["", *self.jobs.values()])
            job_id = self.rng.choice(("", "", named, named, other))
            return Rerequest(of.repository, branch, of.sha, job_id)
        return Other(Reason.EVENT)

    def _pull(self, of: Pushed, user: str, *, is_fork: bool) -> PullRequest:
        return PullRequest(
            of.repository,
            self.rng.choice(("opened", "synchronize")),
            number=7 if is_fork else 8,
            ref=of.ref,
            sha=of.sha,
            title="Fix",
            is_fork=is_fork,
            association=self.rng.choice(("NONE", "NONE", "MEMBER")),
            sender=self.rng.choice((user, user, "mal")),
            pushed_s=self._second(),
        )

    def _sent(self, told: Told, user: str, of: Pushed) -> str:
        is_tag = isinstance(told, Push) and told.ref.startswith("refs/tags/")
        own = "#refs/tags/v1" if is_tag else ""
        commit = f"commit#{of.repository.repository_id}#{of.sha}{own}"
        action = getattr(told, "action", "")
        event = EVENTS[type(told)]
        hook = Hook(event, of.customer_id, told, action, user, of.repository)
        return self._new(hook, commit)

    def _new(self, hook: Hook, commit: str = "") -> str:
        body = Body(f"{len(self.bodies) + 1:064x}", hook, commit)
        self.bodies.append(body)
        return self._send(body, hook)

    def _send(self, body: Body, hook: Hook, *, is_forged: bool = False) -> str:
        guid = f"guid-{len(self.sendings) + 1}"
        self.sendings[guid] = Sending(guid, body, hook, is_forged)
        return guid

    def built(self, body: Body, job_id: str) -> None:
        """Remember which job was made of a commit: its check bears the id."""
        if job_id:
            self.jobs[body.commit] = job_id

    # ---- what it remembers ------------------------------------------------------------------

    def went(self, guid: str, *, well: bool) -> None:
        """Remember how a delivery went."""
        if not self.sendings[guid].is_forged:
            self.tried.append(Delivery(len(self.tried) + 1, guid, self.clock(), well))

    def since(self, earliest: datetime) -> Iterator[Delivery]:
        yield from [one for one in reversed(self.tried) if one.delivered_at >= earliest]

    def redeliver(self, delivery_id: int) -> None:
        self.send(self.tried[delivery_id - 1].guid)

    def missing(self) -> list[str]:
        """Return what never arrived."""
        tries: dict[str, list[bool]] = {}
        for one in self.tried:
            tries.setdefault(one.guid, []).append(one.succeeded)
        return [guid for guid, ways in tries.items() if not any(ways)]
