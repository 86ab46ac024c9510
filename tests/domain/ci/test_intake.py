from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from domain.ci.accounts import Account, Settings, Standing
from domain.ci.hooks import (
    NOBODY,
    Change,
    Installation,
    Other,
    PullRequest,
    Push,
    Reason,
    Repository,
    Rerequest,
)
from domain.ci.intake import Arrival, Became, Taken, take_in
from domain.ci.jobs.commands import LoseRun
from domain.ci.jobs.events import JobEvent
from domain.ci.jobs.state import JobState, Status
from domain.ci.records import Record
from domain.kernel.commits import Commit, Draft, Head, Past
from domain.kernel.decider import Fold
from domain.kernel.ids import derived_id
from domain.kernel.ports import ClaimHeld, Conflict, Contended, EventStore
from tests.support.ci_builders import REPOSITORY, SHA, branch, hook, push
from tests.support.ci_desk import Desk

OTHER_SHA = "b" * 40


@pytest.fixture
def desk() -> Desk:
    return Desk()


def pull(sha: str = SHA, ref: str = "topic", *, is_fork: bool = False) -> PullRequest:
    return PullRequest(REPOSITORY, "opened", 12, ref, sha, "Mend it", is_fork=is_fork)


def recorded(desk: Desk, body: str, where: str = "7", skipped: str = "") -> Record:
    record = desk.streams.records.load(derived_id("record", where, body, skipped)).state
    assert isinstance(record, Record)
    return record


def jobs(desk: Desk) -> int:
    return len(desk.board.queue)


# ---- builds -----------------------------------------------------------------------------------


def test_a_push_is_a_job_in_the_queue(desk: Desk) -> None:
    taken = desk.take_in(push())
    assert taken.became is Became.QUEUED
    assert desk.board.queue == (taken.job_id,)
    job = desk.job(taken.job_id)
    assert (job.customer_id, job.sha, job.user, job.title) == ("acme", SHA, "ann", "Mend it")


def test_the_same_body_is_the_same_job_however_often_and_late_it_comes(desk: Desk) -> None:
    first = desk.take_in(push(), "body")
    for _ in range(3):
        desk.wait(days=1)
        assert desk.take_in(push(), "body") == replace(first, became=Became.KNOWN)
    desk.cancel(first.job_id)
    assert desk.take_in(push(), "body").became is Became.KNOWN
    assert (jobs(desk), desk.events(first.job_id)) == (0, ["JobQueued", "JobCancelled"])


def test_the_same_body_under_another_events_name_makes_no_second_job(desk: Desk) -> None:
    first = desk.take_in(push(), "body")
    assert desk.take_in(pull(), "body", event="pull_request").job_id == first.job_id
    assert jobs(desk) == 1


def test_a_body_that_is_read_otherwise_by_a_newer_release_is_known_still(desk: Desk) -> None:
    first = desk.take_in(push(), "body")
    again = desk.take_in(push(message="The same, read better"), "body")
    assert again == replace(first, became=Became.KNOWN)


def test_another_hook_for_the_same_commit_joins_its_job(desk: Desk) -> None:
    first = desk.take_in(push(branch("topic")), "push")
    for _ in range(2):
        twin = desk.take_in(pull(), "pull", event="pull_request")
        assert (twin.became, twin.job_id) == (Became.TWIN, first.job_id)
    assert jobs(desk) == 1
    assert desk.job(first.job_id).twins == ("pull",)


def test_a_pushed_tag_is_released_although_its_commit_is_built(desk: Desk) -> None:
    desk.take_in(push(branch("main")), "branch")
    assert desk.take_in(push("refs/tags/v1"), "tag").became is Became.QUEUED
    assert jobs(desk) == 2


def test_the_same_body_and_commit_in_another_repository_is_a_job_of_its_own(desk: Desk) -> None:
    first = desk.take_in(push(), "body")
    other = replace(push(), repository=Repository("8", "acme/other"))
    second = desk.take_in(other, "body")
    assert second.became is Became.QUEUED
    assert first.job_id != second.job_id


def turned_away(desk: Desk) -> str:
    """Have a stranger's pull request rejected; return its job."""
    job_id = desk.take_in(pull(is_fork=True), "pull", "eve", event="pull_request").job_id
    assert desk.schedule().ended == (job_id,)
    return job_id


def test_a_commit_that_was_turned_away_is_built_when_somebody_trusted_pushes_it(
    desk: Desk,
) -> None:
    fork = turned_away(desk)
    pushed = desk.take_in(push(), "push")
    assert pushed.became is Became.QUEUED
    assert pushed.job_id != fork
    assert desk.board.queue == (pushed.job_id,)


def test_a_push_that_races_with_the_turning_away_builds_the_commit_anew(desk: Desk) -> None:
    """The commit was held when it was claimed, and its job turned away before it could join."""
    fork = desk.take_in(pull(is_fork=True), "pull", "eve", event="pull_request").job_id
    desk.streams = replace(desk.streams, jobs=Meanwhile(desk.streams.jobs, fork, desk.schedule))
    pushed = desk.take_in(push(), "push")
    assert pushed.became is Became.QUEUED
    assert desk.board.queue == (pushed.job_id,)
    assert desk.job(fork).status is Status.REJECTED


def test_a_stranger_that_somebody_trusted_vouches_for_is_built_as_theirs(desk: Desk) -> None:
    fork = desk.take_in(pull(is_fork=True), "pull", "eve", event="pull_request").job_id
    assert desk.take_in(push(), "push") == Taken(Became.TWIN, fork)
    assert desk.schedule().started == (fork,)
    assert (desk.job(fork).user, desk.job(fork).vouchers) == ("eve", ("ann",))


def test_another_branch_that_joined_has_its_commit_built_whatever_is_pushed_to_the_first(
    desk: Desk,
) -> None:
    desk.choose(Settings(slots=1, supersedes=True))
    busy = desk.push("busy")
    desk.schedule()
    first = desk.take_in(push(), "one").job_id
    assert desk.take_in(push(branch("dev")), "dev") == Taken(Became.TWIN, first)
    desk.wait(minutes=1)
    second = desk.take_in(push(sha=OTHER_SHA), "two").job_id
    desk.schedule()
    assert desk.board.queue == (first, second)
    assert desk.job(busy).status is Status.ACTIVE


def test_a_branch_that_was_pushed_back_to_a_waiting_commit_has_that_one_built(desk: Desk) -> None:
    desk.choose(Settings(slots=1, supersedes=True))
    desk.push("busy")
    desk.schedule()
    first = desk.take_in(replace(push(), pushed_s=100), "one").job_id
    second = desk.take_in(replace(push(sha=OTHER_SHA), pushed_s=200), "two").job_id
    assert desk.take_in(replace(push(), pushed_s=300), "back") == Taken(Became.TWIN, first)
    assert desk.schedule().ended == (second,)
    assert desk.board.queue == (first,)


@pytest.mark.parametrize("end", [Status.CANCELLED, Status.LOST])
def test_a_commit_whose_job_was_cancelled_or_lost_is_built_when_it_is_pushed_elsewhere(
    desk: Desk, end: Status
) -> None:
    job_id = desk.take_in(push(), "main").job_id
    if end is Status.CANCELLED:
        desk.cancel(job_id)
    for attempt in range(1, 5 if end is Status.LOST else 1):
        desk.schedule()
        desk.ask(job_id, LoseRun(attempt, desk.wait(minutes=2)))
    assert desk.job(job_id).status is end
    for _ in range(2):
        assert desk.take_in(push(branch("dev")), "dev") == Taken(Became.TWIN, job_id)
    assert desk.schedule().started == (job_id,)


# ---- runs again -------------------------------------------------------------------------------


def test_a_check_that_is_asked_for_again_runs_again_once_for_each_asking(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    again = Rerequest(REPOSITORY, branch("main"), SHA, job_id)
    assert desk.take_in(again, "again").became is Became.RETRIED
    assert desk.take_in(again, "again").became is Became.KNOWN
    assert desk.job(job_id).status is Status.PENDING
    desk.cancel(job_id)
    assert desk.take_in(again, "again").became is Became.KNOWN
    assert desk.take_in(again, "once more").became is Became.RETRIED


def test_what_has_not_ended_is_on_its_way_already(desk: Desk) -> None:
    job_id = desk.push("main")
    again = Rerequest(REPOSITORY, branch("main"), SHA, job_id)
    assert desk.take_in(again, "again").became is Became.KNOWN
    assert desk.events(job_id) == ["JobQueued"]


def test_a_suite_that_is_asked_for_again_finds_the_job_of_its_commit_or_makes_it(
    desk: Desk,
) -> None:
    suite = Rerequest(REPOSITORY, branch("main"), SHA)
    made = desk.take_in(suite, "one")
    assert made.became is Became.QUEUED
    desk.cancel(made.job_id)
    assert desk.take_in(suite, "two") == replace(made, became=Became.RETRIED)


def test_where_another_job_has_the_commit_that_one_runs_again(desk: Desk) -> None:
    fork = turned_away(desk)
    pushed = desk.take_in(push(), "push").job_id
    again = Rerequest(REPOSITORY, branch("topic"), SHA, fork)
    assert desk.take_in(again, "one") == Taken(Became.KNOWN, pushed)
    desk.cancel(pushed)
    assert desk.take_in(again, "two") == Taken(Became.RETRIED, pushed)
    assert desk.job(fork).status is Status.REJECTED


def test_what_was_turned_away_takes_its_commit_again_when_it_is_retried(desk: Desk) -> None:
    fork = turned_away(desk)
    again = Rerequest(REPOSITORY, branch("topic"), SHA, fork)
    assert desk.take_in(again, "again") == Taken(Became.RETRIED, fork)
    assert desk.take_in(push(), "push") == Taken(Became.TWIN, fork)


def test_a_job_that_nobody_knows_is_not_run_again(desk: Desk) -> None:
    taken = desk.take_in(Rerequest(REPOSITORY, branch("main"), SHA, "never"), "again")
    assert (taken.became, taken.reason) == (Became.RECORDED, Reason.UNKNOWN_JOB)


def test_a_repository_runs_no_job_of_another_one_again(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    other = Rerequest(Repository("8", "acme/other"), branch("main"), SHA, job_id)
    assert desk.take_in(other, "again").reason is Reason.UNKNOWN_JOB
    assert desk.job(job_id).status is Status.CANCELLED


# ---- what makes no job ------------------------------------------------------------------------


def test_what_makes_no_job_is_kept_with_its_reason_once(desk: Desk) -> None:
    for _ in range(2):
        taken = desk.take_in(Other(Reason.PING), "ping", event="ping")
        assert (taken.became, taken.reason) == (Became.RECORDED, Reason.PING)
    assert recorded(desk, "ping").recorded.reason is Reason.PING
    assert jobs(desk) == 0


def test_a_deleted_branch_builds_nothing(desk: Desk) -> None:
    gone = Push(REPOSITORY, branch("main"), "0" * 40, is_deleted=True)
    assert desk.take_in(gone).reason is Reason.DELETION


def test_a_commit_that_is_to_be_skipped_is_built_by_no_other_hook_either(desk: Desk) -> None:
    assert desk.take_in(push(message="Docs [skip ci]"), "push").reason is Reason.SKIP_CI
    for told, event in ((pull(), "pull_request"), (Rerequest(REPOSITORY, "", SHA), "check_suite")):
        taken = desk.take_in(told, event, event=event)
        assert (taken.became, taken.reason) == (Became.RECORDED, Reason.COMMIT_SKIPPED)
    assert jobs(desk) == 0


def test_a_commit_that_is_built_already_is_skipped_too_late(desk: Desk) -> None:
    job_id = desk.take_in(pull(), "pull", event="pull_request").job_id
    for _ in range(2):
        assert desk.take_in(push(message="[skip ci]"), "push").reason is Reason.SKIP_CI
    assert recorded(desk, "push").recorded.commit_key == ""
    assert desk.board.queue == (job_id,)
    assert desk.take_in(pull(), "another", event="pull_request").became is Became.TWIN


def test_a_record_that_a_newer_release_judges_otherwise_stands_as_it_was(desk: Desk) -> None:
    desk.take_in(Other(Reason.EVENT), "body", event="star")
    desk.take_in(Other(Reason.ACTION), "body", event="star")
    assert recorded(desk, "body").recorded.reason is Reason.EVENT


def test_a_body_makes_one_record_under_whatever_events_name_it_comes(desk: Desk) -> None:
    """The name is not signed: whoever has one body could make a record of each word."""
    for event in ("star", "fork", "gollum"):
        desk.take_in(Other(Reason.EVENT), "body", event=event)
    assert recorded(desk, "body").recorded.event == "star"


def test_another_reading_of_a_body_that_came_first_keeps_no_commit_from_being_skipped(
    desk: Desk,
) -> None:
    desk.take_in(Other(Reason.EVENT), "body", event="star")
    skipping = push(message="[skip ci]")
    assert desk.take_in(skipping, "body").reason is Reason.SKIP_CI
    assert desk.take_in(pull(), "pull", event="pull_request").reason is Reason.COMMIT_SKIPPED
    assert recorded(desk, "body", skipped=f"commit#7#{SHA}").recorded.reason is Reason.SKIP_CI


def test_a_hook_without_a_repository_is_kept_with_its_customer(desk: Desk) -> None:
    came = replace(hook(Other(Reason.EVENT), event="member"), repository=None)
    take_in(desk.streams, Arrival(came, "body", desk.now, "test"))
    assert recorded(desk, "body", where="acme").recorded.customer_id == "acme"


@dataclass
class Meanwhile:
    """The job store; `happens` once, right before a certain job is read for the first time."""

    store: EventStore[JobState, JobEvent]
    job_id: str
    happens: Callable[[], object] | None

    @property
    def fold(self) -> Fold[JobState, JobEvent]:
        return self.store.fold

    def load(self, entity_id: str) -> Head[JobState]:
        happens, is_it = self.happens, entity_id == self.job_id
        if happens and is_it:
            self.happens = None
            happens()
        return self.store.load(entity_id)

    def load_at(self, entity_id: str, version: int) -> Past[JobState, JobEvent]:
        return self.store.load_at(entity_id, version)

    def read(self, entity_id: str, after: int = 0) -> Iterator[Commit[JobEvent]]:
        return self.store.read(entity_id, after)

    def append(
        self, base: Head[JobState], draft: Draft[JobEvent]
    ) -> Head[JobState] | Conflict[JobEvent] | ClaimHeld | Contended:
        return self.store.append(base, draft)


# ---- accounts ---------------------------------------------------------------------------------


def test_an_installation_changes_the_account_once_for_each_body(desk: Desk) -> None:
    for action, body in (("deleted", "one"), ("created", "two"), ("deleted", "one")):
        taken = desk.take_in(Installation(action), body, event="installation")
        assert taken.became is Became.ACCOUNT
    assert desk.streams.accounts.load("acme").state == Account("acme", Standing.ACTIVE)


def test_an_installation_of_nobody_is_kept_as_incomplete(desk: Desk) -> None:
    desk.customer_id = NOBODY
    taken = desk.take_in(Installation("created"), "body", event="installation")
    assert taken.reason is Reason.INCOMPLETE


def test_a_customer_that_removed_the_app_has_its_pushes_queued_and_turned_away(desk: Desk) -> None:
    desk.change(Change.REVOKED)
    job_id = desk.push("main")
    assert desk.schedule().ended == (job_id,)
    assert desk.job(job_id).status is Status.REJECTED
