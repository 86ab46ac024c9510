from dataclasses import replace

import pytest

from domain.ci.hooks import Trigger
from domain.ci.jobs import commands as c
from domain.ci.jobs.decide import DECIDER
from domain.ci.jobs.events import JobEvent, Rejection, RetryRequested, TwinRecorded
from domain.ci.jobs.state import TWINS_MAX, Status
from domain.ci.places import microseconds, milliseconds
from domain.ci.refusals import JobRefusal
from domain.kernel.claims import Claim, ClaimAction
from domain.kernel.refused import KernelRefusal
from tests.support.builders import AT, NOW
from tests.support.ci_builders import (
    ENDED,
    SHA,
    branch,
    build,
    cancel,
    cancelled,
    claim,
    claimed,
    claims_of,
    job_after,
    later,
    lose,
    lost,
    passed,
    place,
    prioritise,
    queue,
    queued,
    result,
    retried,
    retry,
    stopping,
    supersede,
)
from tests.support.given import given

COMMIT = f"commit#7#{SHA}"


def twin(body: str) -> c.RecordTwin:
    return c.RecordTwin(build(trigger=Trigger.PULL_REQUEST), body, NOW)


def recorded(body: str) -> TwinRecorded:
    return TwinRecorded(Trigger.PULL_REQUEST, body, AT)


def test_a_build_becomes_a_job_that_waits_at_normal_priority() -> None:
    given().when(queue()).then(queued())
    job = job_after(queued())
    assert (job.status, job.priority, job.attempt, job.ends) == (Status.PENDING, 5, 0, 0)


def test_the_same_build_again_is_nothing_new_however_the_job_stands() -> None:
    given(queued()).when(queue()).then_nothing()
    for past in ENDED.values():
        given(past).when(queue()).then_nothing()


def test_a_waiting_job_holds_its_commit_and_a_place_in_the_queue() -> None:
    assert claims_of(queue()) == [Claim(COMMIT, "job#j1"), place(job_after(queued()))]


def test_a_tag_holds_the_commit_for_itself_so_that_its_branch_is_built_as_well() -> None:
    tag = build(ref="refs/tags/v1", trigger=Trigger.TAG)
    assert claims_of(queue(wanted=tag))[0].key == f"{COMMIT}#refs/tags/v1"


@pytest.mark.parametrize("field", ["customer_id", "repository_id"])
def test_what_cannot_stand_in_a_key_is_refused(field: str) -> None:
    odd = build()
    if field == "customer_id":
        odd = replace(odd, customer_id="acme#1")
    else:
        odd = replace(odd, repository=replace(odd.repository, repository_id="7#8"))
    given().when(queue(wanted=odd)).then_refused(KernelRefusal.INVALID_ID, field)


def test_another_hook_for_the_same_commit_is_remembered_once() -> None:
    given(queued()).when(twin("other")).then(recorded("other"))
    given(queued(), recorded("other")).when(twin("other")).then_nothing()
    given(queued()).when(twin("body-j1")).then_nothing()
    assert claims_of(twin("other"), queued()) == []


def test_a_job_remembers_so_many_twins_and_no_more() -> None:
    known = tuple(recorded(str(number)) for number in range(TWINS_MAX))
    given(queued(), known).when(twin("one more")).then_nothing()


def test_a_twin_is_remembered_when_the_job_has_ended_too() -> None:
    for status in (Status.PASSED, Status.FAILED, Status.REJECTED, Status.SUPERSEDED):
        given(ENDED[status]).when(twin("other")).then(recorded("other"))


@pytest.mark.parametrize(
    "command",
    [
        twin("other"),
        prioritise(9),
        claim(),
        cancel(),
        supersede(),
        c.RejectJob(Rejection.ACCOUNT_REVOKED, NOW),
        result(),
        lose(),
        retry(),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_can_be_asked_of_a_job_that_was_never_queued(command: c.JobCommand) -> None:
    given().when(command).then_refused(JobRefusal.JOB_NOT_FOUND, "job_id")


def test_a_stream_that_tells_nonsense_is_not_folded() -> None:
    with pytest.raises(TypeError, match="never queued"):
        DECIDER.fold.over([recorded("other")])
    with pytest.raises(TypeError, match="queued twice"):
        DECIDER.fold.over([queued(), queued()])
    with pytest.raises(TypeError, match="belongs to nobody"):
        DECIDER.fold.route(DECIDER.fold.initial)


def test_a_job_is_its_own_root_and_belongs_to_the_repositorys_owner() -> None:
    routing = DECIDER.fold.route(job_after(queued()))
    assert (routing.root_id, routing.customer_id) == ("j1", "acme")


def test_a_strangers_commit_that_somebody_trusted_pushes_is_vouched_for() -> None:
    stranger = replace(queued(), is_trusted=False, user="mallory")
    push = c.RecordTwin(build(trigger=Trigger.PUSH, user="ann"), "b2", NOW)
    vouched = TwinRecorded(Trigger.PUSH, "b2", AT, vouched_by="ann")
    given(stranger).when(push).then(vouched)
    job = job_after(stranger, vouched)
    assert (job.is_trusted, job.user, job.vouchers) == (False, "mallory", ("ann",))
    # Its line in the queue says so, in the same write: choosing reads that line and nothing else.
    (line,) = claims_of(push, stranger)
    assert line == place(job)


def test_whoever_else_may_write_vouches_once_and_the_newest_three_are_known() -> None:
    def asks(user: str, body: str) -> c.RecordTwin:
        return c.RecordTwin(build(user=user), body, NOW)

    def vouched(user: str, body: str = "b2") -> TwinRecorded:
        return TwinRecorded(Trigger.PUSH, body, AT, vouched_by=user)

    given(queued()).when(asks("ann", "b2")).then(vouched(""))  # Ann has asked already.
    given(queued()).when(asks("bob", "b2")).then(vouched("bob"))
    given(queued(), vouched("bob")).when(asks("bob", "b3")).then(vouched("", "b3"))
    all_of_them = [vouched(user, user) for user in ("bob", "cleo", "dan", "eli")]
    assert job_after(queued(), *all_of_them).vouchers == ("cleo", "dan", "eli")


def test_another_branch_that_joins_is_remembered_and_the_same_one_makes_it_newer() -> None:
    pushed_s = milliseconds(later(1)) // 1000
    elsewhere = replace(build(ref=branch("dev")), pushed_s=pushed_s)
    joined = TwinRecorded(Trigger.PUSH, "b2", AT, joined_from=branch("dev"))
    given(queued()).when(c.RecordTwin(elsewhere, "b2", NOW)).then(joined)
    back = TwinRecorded(Trigger.PUSH, "b2", AT, pushed_s=pushed_s)
    given(queued()).when(c.RecordTwin(replace(build(), pushed_s=pushed_s), "b2", NOW)).then(back)
    job = job_after(queued(), joined)
    assert (job.is_joined, job.pushed_us) == (True, microseconds(NOW))
    job = job_after(queued(), back)
    assert (job.is_joined, job.pushed_us) == (False, microseconds(later(1)))
    given(queued(), back).when(c.RecordTwin(replace(build(), pushed_s=1), "b3", NOW)).then(
        TwinRecorded(Trigger.PUSH, "b3", AT)
    )


def test_what_is_run_again_is_no_push_of_its_branch() -> None:
    assert job_after(queued(), cancelled(), retried()).pushed_us == 0
    assert job_after(replace(queued(), trigger=Trigger.RERUN)).pushed_us == 0


@pytest.mark.parametrize("status", [Status.REJECTED, Status.SUPERSEDED])
def test_a_commit_that_was_turned_away_is_free_for_another_hook_and_taken_again_by_a_retry(
    status: Status,
) -> None:
    commands: dict[Status, c.JobCommand] = {
        Status.REJECTED: c.RejectJob(Rejection.USER_NOT_ALLOWED, NOW),
        Status.SUPERSEDED: supersede(),
    }
    held = Claim(COMMIT, "job#j1")
    assert replace(held, action=ClaimAction.RELEASE) in claims_of(commands[status], queued())
    assert held in claims_of(retry(), ENDED[status])


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.LOST])
def test_a_job_without_an_answer_runs_again_for_whoever_asks_for_its_commit(
    status: Status,
) -> None:
    given(ENDED[status]).when(twin("other")).then(recorded("other"), retried())
    again = (*ENDED[status], recorded("other"), retried())
    given(again).when(twin("other")).then_nothing()
    given(again, cancelled()).when(twin("other")).then_nothing()
    known = tuple(recorded(str(number)) for number in range(TWINS_MAX))
    given(queued(), known, cancelled()).when(twin("one more")).then(recorded("one more"), retried())


# ---- asking for what somebody ends -----------------------------------------------------------

STOPPING = (queued(), claimed(), stopping())


def pushed(at_s: int = 0, user: str = "bob", is_trusted: bool = True) -> c.RecordTwin:
    """Return a push of the same commit to another branch, `at_s` after the job was ended."""
    moment_s = milliseconds(NOW) // 1000 + at_s
    elsewhere = build(ref=branch("dev"), user=user, is_trusted=is_trusted)
    return c.RecordTwin(replace(elsewhere, pushed_s=moment_s), "late", NOW)


def test_who_asks_while_a_job_is_being_stopped_has_it_run_again_when_it_has_stopped() -> None:
    twin_of_dev, wish = given(*STOPPING).when(pushed()).decided()
    assert wish == RetryRequested("bob", AT, unless_answered=True)
    past = (*STOPPING, twin_of_dev, wish)
    given(*past).when(result(conclusion=None)).then(cancelled(), retried("bob"))
    given(*past).when(lose()).then(lost(), cancelled(), retried("bob"))
    given(*past).when(result()).then(passed())
    assert place(job_after(*past, cancelled(), retried("bob"))) in claims_of(
        result(conclusion=None), *past
    )


def test_a_wish_for_another_run_waits_for_the_end_of_the_one_that_is_being_stopped() -> None:
    given(*STOPPING).when(retry("bob")).then(RetryRequested("bob", AT))
    asked = (*STOPPING, RetryRequested("bob", AT))
    given(*asked).when(retry("ann")).then_nothing()
    given(*asked).when(result()).then(passed(), retried("bob"))
    joined = (*STOPPING, RetryRequested("bob", AT, unless_answered=True))
    given(*joined).when(retry("ann")).then(RetryRequested("ann", AT))


def test_a_second_cancellation_takes_the_wish_for_another_run_back() -> None:
    asked = (*STOPPING, RetryRequested("bob", AT))
    given(*asked).when(cancel()).then(stopping())
    given(*asked, stopping()).when(result(conclusion=None)).then(cancelled())


def test_what_was_stopped_and_runs_again_starts_afresh() -> None:
    again = job_after(*STOPPING, RetryRequested("bob", AT), cancelled(), retried("bob"))
    assert (again.status, again.again_for, again.is_stopping) == (Status.PENDING, "", False)


@pytest.mark.parametrize("past", [STOPPING, (queued(), cancelled())], ids=["stopping", "over"])
def test_a_hook_that_was_sent_before_the_end_and_comes_late_has_nothing_run_again(
    past: tuple[JobEvent, ...],
) -> None:
    assert len(given(*past).when(pushed(at_s=-1)).decided()) == 1
    assert len(given(*past).when(pushed(at_s=0)).decided()) == 2


@pytest.mark.parametrize("past", [STOPPING, (queued(), cancelled())], ids=["stopping", "over"])
def test_no_stranger_has_run_again_what_somebody_ended(past: tuple[JobEvent, ...]) -> None:
    assert len(given(*past).when(pushed(user="eve", is_trusted=False)).decided()) == 1
    assert len(given(*past).when(pushed(user="ann", is_trusted=False)).decided()) == 2


def test_twins_are_remembered_no_further_once_they_matter_no_more() -> None:
    known = tuple(recorded(str(number)) for number in range(TWINS_MAX))
    newer = c.RecordTwin(replace(build(), pushed_s=milliseconds(later(5)) // 1000), "more", NOW)
    assert given(queued(), *known).when(newer).decided()
    given(queued(), *known, claimed(), passed()).when(newer).then_nothing()
