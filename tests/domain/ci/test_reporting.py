import pytest

from domain.ci.accounts import Settings
from domain.ci.debts import Debt
from domain.ci.jobs.events import Conclusion, JobEvent, Rejection
from domain.ci.jobs.state import Status
from domain.ci.ports import (
    Phase,
    Report,
    ReportDeniedError,
    ReportLaterError,
    ReportRefusedError,
    Verdict,
)
from domain.ci.reporting import LOOKS_MAX, UnmendedError, report_of, summary
from tests.support.builders import NOW
from tests.support.ci_builders import (
    ENDED,
    SHA,
    cancelled,
    claimed,
    failed,
    job_after,
    lost,
    passed,
    queued,
    rejected,
    retried,
    stopping,
)
from tests.support.ci_desk import Desk


def reported(*past: JobEvent | tuple[JobEvent, ...]) -> Report:
    return report_of(job_after(*past))


def test_a_report_says_which_commit_of_which_repository_and_when() -> None:
    assert reported(queued(), claimed(), passed()) == Report(
        job_id="j1",
        repository="acme/shop",
        sha=SHA,
        round=1,
        phase=Phase.ENDED,
        summary="Passed.",
        verdict=Verdict.SUCCESS,
        started_at=NOW,
        ended_at=NOW,
    )


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (Status.PASSED, Verdict.SUCCESS),
        (Status.FAILED, Verdict.FAILURE),
        (Status.LOST, Verdict.ERROR),
        (Status.REJECTED, Verdict.ERROR),
        (Status.CANCELLED, Verdict.CANCELLED),
        (Status.SUPERSEDED, Verdict.CANCELLED),
    ],
)
def test_each_end_has_a_verdict(status: Status, verdict: Verdict) -> None:
    ended = reported(ENDED[status])
    assert (ended.phase, ended.verdict) == (Phase.ENDED, verdict)


def test_what_goes_on_has_none() -> None:
    assert (reported(queued()).phase, reported(queued()).verdict) == (Phase.QUEUED, None)
    active = reported(queued(), claimed())
    assert (active.phase, active.verdict, active.ended_at) == (Phase.RUNNING, None, None)


def test_ranks_rise_through_a_round_and_from_round_to_round() -> None:
    life = (queued(), claimed(), passed(), retried(), claimed(2), failed(2), retried())
    ranks = [reported(*life[: length + 1]).rank for length in range(len(life))]
    assert ranks == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)]


@pytest.mark.parametrize(
    ("past", "said"),
    [
        ((queued(),), "Waiting in the queue."),
        ((queued(), claimed(), lost()), "Waiting in the queue again after 1 lost run."),
        ((queued(), claimed()), "Running, attempt 1."),
        ((queued(), claimed(), stopping()), "Being stopped."),
        ((queued(), claimed(), failed(exit_code=2)), "Failed with exit code 2."),
        (ENDED[Status.LOST], "Given up: 4 runs were lost."),
        ((queued(), cancelled("bob")), "Cancelled by bob."),
        (ENDED[Status.SUPERSEDED], "Superseded by a newer push of its branch."),
        (
            (queued(), rejected(Rejection.USER_NOT_ALLOWED)),
            "Not run: its user is not allowed here; change that in the settings, then retry.",
        ),
        (
            (queued(), rejected(Rejection.ACCOUNT_REVOKED)),
            "Not run: the app is no longer installed.",
        ),
    ],
)
def test_a_job_is_summed_up_in_a_sentence(past: tuple[JobEvent, ...], said: str) -> None:
    assert summary(job_after(past)) == said


# ---- showing ----------------------------------------------------------------------------------


@pytest.fixture
def desk() -> Desk:
    return Desk()


def phases(desk: Desk) -> list[Phase]:
    return [one.phase for one in desk.checks.shown]


def test_what_is_shown_is_how_the_job_stands_and_an_end_that_is_shown_is_owed_no_longer(
    desk: Desk,
) -> None:
    job_id = desk.push("main")
    assert desk.report(job_id)
    desk.schedule()
    assert desk.report(job_id)
    desk.finish(job_id)
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.STATUS, Debt.MAIL}}
    assert desk.report(job_id)
    assert phases(desk) == [Phase.QUEUED, Phase.RUNNING, Phase.ENDED]
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.MAIL}}


def test_whoever_finds_that_the_job_has_moved_on_sends_once_more(desk: Desk) -> None:
    job_id = desk.push("main")

    def go_on(shown: Report) -> None:
        if shown.phase is Phase.QUEUED:
            desk.schedule()
        elif shown.phase is Phase.RUNNING:
            desk.finish(job_id)

    desk.checks.after_show = go_on
    assert desk.report(job_id)
    assert phases(desk) == [Phase.QUEUED, Phase.RUNNING, Phase.ENDED]
    assert desk.owed(job_id) == {"1": {Debt.BUS, Debt.MAIL}}


def test_a_job_that_never_rests_is_left_to_its_next_notice(desk: Desk) -> None:
    desk.choose(Settings(slots=1))
    job_id = desk.push("main")

    def end_and_retry(_: Report) -> None:
        desk.cancel(job_id)
        desk.wait(seconds=1)
        desk.retry(job_id)

    desk.checks.after_show = end_and_retry
    assert not desk.report(job_id)
    assert len(desk.checks.shown) == LOOKS_MAX


def test_an_end_that_was_not_shown_is_owed_still(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    desk.checks.script = [ReportLaterError(60, "slow down"), ConnectionError("no route")]
    for error in (ReportLaterError, ConnectionError):
        with pytest.raises(error):
            desk.report(job_id)
    assert Debt.STATUS in desk.owed(job_id)["1"]
    assert desk.report(job_id)
    assert Debt.STATUS not in desk.owed(job_id)["1"]


def test_what_github_will_never_take_is_given_up(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    desk.checks.script = [ReportRefusedError("gone")]
    with pytest.raises(ReportRefusedError):
        desk.report(job_id)
    assert Debt.STATUS not in desk.owed(job_id)["1"]


def test_a_refused_report_of_what_goes_on_gives_up_no_end(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.checks.script = [ReportRefusedError("gone")]
    with pytest.raises(ReportRefusedError):
        desk.report(job_id)
    desk.schedule()
    desk.finish(job_id, Conclusion.PASSED)
    assert Debt.STATUS in desk.owed(job_id)["1"]


def test_an_end_that_is_denied_is_owed_until_it_is_allowed(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    desk.wait(days=3)
    desk.checks.script = [ReportDeniedError("no permission")]
    with pytest.raises(ReportDeniedError):
        desk.report(job_id)
    assert Debt.STATUS in desk.owed(job_id)["1"]
    assert desk.report(job_id)
    assert Debt.STATUS not in desk.owed(job_id)["1"]


def test_an_end_that_is_denied_for_more_than_three_days_is_given_up(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    desk.wait(days=3, seconds=1)
    desk.checks.script = [ReportDeniedError("no permission")]
    with pytest.raises(ReportRefusedError, match="no permission; it ended more than 3 days ago"):
        desk.report(job_id)
    assert Debt.STATUS not in desk.owed(job_id)["1"]


def test_an_end_that_older_news_has_covered_is_mended_although_it_is_owed_no_longer(
    desk: Desk,
) -> None:
    job_id = desk.push("main")
    desk.schedule()

    def others_show_the_end(shown: Report) -> None:
        if shown.phase is Phase.RUNNING:
            desk.finish(job_id)
            desk.report(job_id)
            desk.checks.script = [ReportDeniedError("suspended just now")]

    desk.checks.after_show = others_show_the_end
    with pytest.raises(UnmendedError, match="suspended just now"):
        desk.report(job_id)
    assert Debt.STATUS not in desk.owed(job_id)["1"]
    assert desk.report(job_id)
    assert phases(desk)[-1] is Phase.ENDED


def test_what_goes_on_is_denied_however_old_it_is_and_gives_up_no_end(desk: Desk) -> None:
    job_id = desk.push("main")
    desk.cancel(job_id)
    desk.retry(job_id)
    desk.wait(days=9)
    desk.checks.script = [ReportDeniedError("no permission")]
    with pytest.raises(ReportDeniedError):
        desk.report(job_id)
    assert Debt.STATUS in desk.owed(job_id)["1"]


def test_of_a_job_that_never_was_nothing_is_shown(desk: Desk) -> None:
    assert desk.report("never")
    assert desk.checks.shown == []
