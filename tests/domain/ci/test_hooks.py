from dataclasses import replace

import pytest

from domain.ci.hooks import (
    TITLE_LENGTH_MAX,
    Asked,
    Build,
    Change,
    Hook,
    Installation,
    Installed,
    MergeGroup,
    Nothing,
    Other,
    PullRequest,
    Push,
    Reason,
    Repository,
    Rerequest,
    Rerun,
    Told,
    Trigger,
    asked_of,
)

WIDGETS = Repository("186853002", "acme/widgets")
SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
PUSH = Push(WIDGETS, "refs/heads/main", SHA, "Add a lid")
PULL = PullRequest(WIDGETS, "opened", 7, "lid", SHA, "Add a lid")
FORK = replace(PULL, is_fork=True, association="CONTRIBUTOR", sender="ada")
GROUP = MergeGroup(WIDGETS, "checks_requested", "refs/heads/gh-readonly-queue/main/pr-7", SHA)
AGAIN = Rerequest(WIDGETS, "refs/heads/main", SHA)
SKIPS = ["skip ci", "ci skip", "no ci", "skip actions", "actions skip"]


def asked(told: Told) -> Asked:
    return asked_of(Hook("", "acme", told, user="ada", repository=WIDGETS))


def build(told: Told) -> Build:
    found = asked(told)
    assert isinstance(found, Build)
    return found


def rerun(told: Told) -> Rerun:
    found = asked(told)
    assert isinstance(found, Rerun)
    return found


# ---- pushes ------------------------------------------------------------------------------------


def test_a_push_of_a_branch_is_built_for_the_one_who_pushed() -> None:
    expected = Build(
        "acme", WIDGETS, "refs/heads/main", SHA, Trigger.PUSH, "ada", title="Add a lid"
    )
    assert asked(PUSH) == expected


def test_whoever_can_push_is_trusted() -> None:
    assert build(PUSH).is_trusted


def test_a_push_of_a_tag_is_a_release_of_its_own() -> None:
    tag = build(replace(PUSH, ref="refs/tags/v1"))
    assert tag.trigger is Trigger.TAG
    assert tag.commit_key not in (
        build(PUSH).commit_key,
        build(replace(PUSH, ref="refs/tags/v2")).commit_key,
    )


def test_a_commit_on_two_branches_is_one_commit() -> None:
    assert build(PUSH).commit_key == build(replace(PUSH, ref="refs/heads/other")).commit_key


def test_the_same_sha_in_two_repositories_is_two_commits() -> None:
    other = Repository("2", "acme/gadgets")
    assert build(PUSH).commit_key != build(replace(PUSH, repository=other)).commit_key


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1"])
def test_a_deletion_builds_nothing(ref: str) -> None:
    gone = replace(PUSH, ref=ref, sha="0" * 40, message="", is_deleted=True)
    assert asked(gone) == Nothing(Reason.DELETION)


def test_a_deletion_is_one_even_where_it_names_a_commit() -> None:
    assert asked(replace(PUSH, is_deleted=True)) == Nothing(Reason.DELETION)


@pytest.mark.parametrize("length", [40, 64])
def test_a_sha_of_zeros_is_a_deletion_even_where_nobody_says_so(length: int) -> None:
    assert asked(replace(PUSH, sha="0" * length)) == Nothing(Reason.DELETION)


def test_a_deletion_skips_no_commit() -> None:
    gone = replace(PUSH, sha="0" * 40, message="[skip ci]", is_deleted=True)
    assert asked(gone) == Nothing(Reason.DELETION)


# ---- what is not to be built -------------------------------------------------------------------


@pytest.mark.parametrize("words", SKIPS)
@pytest.mark.parametrize("form", ["[{}] Fix a word", "Fix a word\n\nIt was one.\n[{}]", "x[{}]y"])
def test_a_message_can_ask_for_no_build(words: str, form: str) -> None:
    for message in (form.format(words), form.format(words.upper())):
        skipped = Nothing(Reason.SKIP_CI, build(PUSH).commit_key)
        assert asked(replace(PUSH, message=message)) == skipped


@pytest.mark.parametrize("line", ["skip-checks: true", "skip-checks:true", "Skip-Checks: True\r"])
def test_a_trailer_can_ask_for_no_build(line: str) -> None:
    message = f"Fix a word\n\n{line}\nSigned-off-by: Ada"
    assert asked(replace(PUSH, message=message)) == Nothing(Reason.SKIP_CI, build(PUSH).commit_key)


@pytest.mark.parametrize(
    "message",
    ["skip ci", "[skip  ci]", "[skip tests]", "no skip-checks: true", "skip-checks: false", ""],
)
def test_words_that_only_look_like_it_are_built(message: str) -> None:
    assert build(replace(PUSH, message=message)).sha == SHA


def test_a_tag_that_is_skipped_leaves_its_commit_to_the_branch() -> None:
    tag = replace(PUSH, ref="refs/tags/v1")
    skipped = asked(replace(tag, message="[skip ci]"))
    assert skipped == Nothing(Reason.SKIP_CI, build(tag).commit_key)
    assert skipped != Nothing(Reason.SKIP_CI, build(PUSH).commit_key)


def test_only_a_commit_can_ask_for_no_build_and_no_title_of_a_pull_request() -> None:
    assert build(replace(PULL, title="[skip ci] Add a lid")).sha == SHA


# ---- pull requests -----------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened"])
def test_a_pull_request_is_built_when_its_head_is_new(action: str) -> None:
    found = build(replace(PULL, action=action))
    assert (found.trigger, found.number, found.sha) == (Trigger.PULL_REQUEST, 7, SHA)


@pytest.mark.parametrize("action", ["closed", "labeled", "edited", "ready_for_review", "OPENED"])
def test_nothing_else_about_a_pull_request_is_built(action: str) -> None:
    assert asked(replace(PULL, action=action)) == Nothing(Reason.ACTION)


def test_a_pull_request_and_the_push_of_its_branch_are_one_commit_on_one_branch() -> None:
    pull, push = build(PULL), build(replace(PUSH, ref="refs/heads/lid"))
    assert (pull.commit_key, pull.ref) == (push.commit_key, push.ref)


@pytest.mark.parametrize("association", ["OWNER", "NONE", ""])
def test_a_branch_of_the_repository_itself_is_trusted(association: str) -> None:
    assert build(replace(PULL, association=association)).is_trusted


def test_a_branch_of_a_fork_is_never_taken_for_one_of_ours() -> None:
    assert build(replace(FORK, ref="main")).ref == "refs/pull/7/head"


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "COLLABORATOR"])
def test_a_fork_of_somebody_who_belongs_to_the_repository_is_trusted(association: str) -> None:
    assert build(replace(FORK, association=association)).is_trusted


@pytest.mark.parametrize(
    "association",
    ["CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "MANNEQUIN", "NONE", "", "owner"],
)
def test_a_fork_of_anybody_else_is_not_trusted(association: str) -> None:
    assert not build(replace(FORK, association=association)).is_trusted


def test_whoever_pushes_to_a_members_fork_is_judged_for_it_and_not_the_member() -> None:
    members = replace(FORK, association="MEMBER", action="synchronize")
    assert build(replace(members, sender="ADA")).is_trusted
    pushed = build(replace(members, sender="eve"))
    assert (pushed.user, pushed.is_trusted) == ("eve", False)


def test_who_reopens_a_pull_request_of_a_fork_neither_wrote_it_nor_vouches_for_it() -> None:
    reopened = build(replace(FORK, association="MEMBER", action="reopened", sender="bob"))
    assert (reopened.user, reopened.is_trusted) == ("ada", False)


# ---- merge groups, and asking again ------------------------------------------------------------


def test_a_merge_group_is_built_on_its_own_branch() -> None:
    found = build(replace(GROUP, title="Merge pull request #7\n\nAdd a lid"))
    assert (found.trigger, found.ref, found.sha) == (Trigger.MERGE_GROUP, GROUP.ref, SHA)
    assert found.title == "Merge pull request #7"


def test_a_merge_group_that_is_given_up_builds_nothing() -> None:
    assert asked(replace(GROUP, action="destroyed")) == Nothing(Reason.ACTION)


def test_a_check_can_be_asked_for_again() -> None:
    again = rerun(AGAIN)
    assert (again.build.trigger, again.build.ref) == (Trigger.RERUN, "refs/heads/main")
    assert again.build.commit_key == build(PUSH).commit_key


def test_a_check_of_ours_names_its_job() -> None:
    assert rerun(AGAIN).job_id == ""
    assert rerun(replace(AGAIN, job_id="a" * 26)).job_id == "a" * 26


def test_a_check_without_a_branch_has_a_lane_of_its_commit() -> None:
    assert rerun(replace(AGAIN, ref="")).build.ref == f"refs/commits/{SHA}"


# ---- the account, and everything else ----------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "change"),
    [
        ("created", Change.GRANTED),
        ("deleted", Change.REVOKED),
        ("suspend", Change.SUSPENDED),
        ("unsuspend", Change.RESUMED),
    ],
)
def test_an_installation_changes_the_account(action: str, change: Change) -> None:
    assert asked(Installation(action, 7, 100)) == Installed(change, 7, 100)


def test_new_permissions_change_no_account() -> None:
    assert asked(Installation("new_permissions_accepted")) == Nothing(Reason.ACTION)


@pytest.mark.parametrize("reason", Reason)
def test_what_asks_for_nothing_says_why(reason: Reason) -> None:
    assert asked(Other(reason)) == Nothing(reason)


# ---- titles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_a_title_is_the_first_line_of_the_message(broken: str) -> None:
    assert build(replace(PUSH, message=f"{broken}Add a lid{broken}It was open.")).title == (
        "Add a lid"
    )


@pytest.mark.parametrize("message", ["", " \n ", "\r"])
def test_a_message_may_be_empty(message: str) -> None:
    assert build(replace(PUSH, message=message)).title == ""


def test_a_long_title_is_cut() -> None:
    assert build(replace(PUSH, message="é" * 100)).title == "é" * TITLE_LENGTH_MAX
