import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.github.hooks import REF_BYTES_MAX, WORD_LENGTH_MAX, address, read
from domain.ci.hooks import (
    NOBODY,
    Asked,
    Build,
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
    asked_of,
)
from domain.kernel.ids import checked_id
from tests.support.github_bodies import (
    CHECK_RUN,
    CHECK_SUITE,
    INSTALLATION,
    JOB,
    MERGE_GROUP,
    PULL_REQUEST,
    PUSH,
    PUSHED_S,
    SHA,
    SMALL,
    ZEROS,
    Json,
    changed,
    form,
    github_bodies,
    raw,
    without,
)

WIDGETS = Repository("186853002", "Acme/widgets")
FORM = "application/x-www-form-urlencoded"
NOREPLY = "21031067+ada@users.noreply.github.com"
FORK = changed(PULL_REQUEST, "pull_request.head.repo.id", 999)


def told(event: str, body: Json) -> Told:
    return read(event, raw(body)).told


def is_incomplete(event: str, body: Json) -> bool:
    return told(event, body) == Other(Reason.INCOMPLETE)


def pull(body: Json) -> PullRequest:
    found = told("pull_request", body)
    assert isinstance(found, PullRequest)
    return found


# ---- every body that GitHub shows --------------------------------------------------------------

EXPECTED = """
check_run/completed.1.payload.json                               nothing action                 0
check_run/completed.payload.json                                 nothing action                 0
check_run/created.with-organization.payload.json                 nothing action                 0
check_run/rerequested.payload.json                               rerun                          1
check_run/rerequested.with-organization.payload.json             rerun                          1
check_suite/completed.with-organization.payload.json             nothing action                 0
check_suite/requested.payload.json                               nothing action                 0
check_suite/requested.payload.with-email-with-special-characters.json nothing action            0
check_suite/rerequested.payload.json                             rerun                          1
check_suite/rerequested.with-organization.payload.json           rerun                          1
create/payload.json                                              nothing event                  0
create/with-description.payload.json                             nothing event                  0
create/with-installation.payload.json                            nothing event                  0
deployment/gh-pages.payload.json                                 nothing event                  0
deployment/payload.json                                          nothing event                  0
deployment_status/gh-pages.payload.json                          nothing event                  0
derived/pull_request.synchronize.deleted-fork.json               build pull_request untrusted   1
derived/pull_request.synchronize.fork.json                       build pull_request untrusted   1
derived/push.unicode-skip-ci.json                                nothing skip_ci                0
fork/payload.json                                                nothing event                  0
fork/with-installation.payload.json                              nothing event                  0
installation/created.payload.json                                change granted                 0
installation/deleted.payload.json                                change revoked                 0
installation_repositories/removed.payload.json                   nothing event                  0
issue_comment/created.1.payload.json                             nothing event                  0
issue_comment/created.with-installation.payload.json             nothing event                  0
issue_comment/edited.payload.json                                nothing event                  0
issue_comment/edited.with-organization.payload.json              nothing event                  0
member/added.payload.json                                        nothing event                  0
member/added.with-installation.payload.json                      nothing event                  0
membership/removed.with-deleted-team.payload.json                nothing event                  0
membership/removed.with-installation.payload.json                nothing event                  0
merge_group/checks_requested.payload.json                        build merge_group              1
organization/member_added.with-installation.payload.json         nothing event                  0
organization/member_invited.payload.json                         nothing event                  0
ping/with-organization.payload.json                              nothing ping                   0
pull_request/assigned.with-organization.payload.json             nothing action                 0
pull_request/closed.payload.json                                 nothing action                 0
pull_request/closed.with-organization.payload.json               nothing action                 0
pull_request/converted_to_draft.with-installation.payload.json   nothing action                 0
pull_request/labeled.payload.json                                nothing action                 0
pull_request/opened.payload.json                                 build pull_request             1
pull_request/ready_for_review.payload.json                       nothing action                 0
pull_request/reopened.with-organization.payload.json             build pull_request             1
pull_request/unassigned.payload.json                             nothing action                 0
pull_request/unassigned.with-organization.payload.json           nothing action                 0
pull_request/unlabeled.payload.json                              nothing action                 0
pull_request/unlocked.payload.json                               nothing action                 0
pull_request_review/dismissed.payload.json                       nothing event                  0
pull_request_review/submitted.payload.json                       nothing event                  0
push/1.payload.json                                              nothing deletion               0
push/payload.json                                                nothing deletion               0
push/with-installation.payload.json                              nothing deletion               0
push/with-new-branch.payload.json                                build push                     1
push/with-no-username-committer.payload.json                     build push                     1
push/with-organization.payload.json                              nothing deletion               0
repository/edited.with-default_branch-edit.payload.json          nothing event                  0
repository/privatized.payload.json                               nothing event                  0
repository/privatized.with-organization.payload.json             nothing event                  0
repository/renamed.payload.json                                  nothing event                  0
repository/transferred.payload.json                              nothing event                  0
status/payload.json                                              nothing event                  0
status/with-author-committer-null.payload.json                   nothing event                  0
status/with-installation.payload.json                            nothing event                  0
workflow_dispatch/payload.json                                   nothing event                  0
workflow_job/completed.success.with-organization.payload.json    nothing event                  0
workflow_job/in_progress.payload.json                            nothing event                  0
workflow_job/queued.payload.json                                 nothing event                  0
workflow_job/waiting.payload.json                                nothing event                  0
workflow_run/completed.with-pull-requests.payload.json           nothing event                  0
workflow_run/requested.payload.json                              nothing event                  0
"""


def in_words(asked: Asked) -> tuple[str, int]:
    """Say what is asked, and how many jobs it makes where nothing was built before."""
    match asked:
        case Build(trigger=trigger, is_trusted=is_trusted):
            return f"build {trigger}" + ("" if is_trusted else " untrusted"), 1
        case Rerun():
            return "rerun", 1
        case Installed(change=change):
            return f"change {change}", 0
        case Nothing(reason=reason):
            return f"nothing {reason}", 0


@pytest.mark.shared_data
def test_every_body_that_github_shows_asks_for_what_it_should() -> None:
    expected = {}
    for line in EXPECTED.strip().splitlines():
        name, *words, made = line.split()
        expected[name] = (" ".join(words), int(made))
    found = {}
    table = [f"{'name':72}{'event':27}{'action':20}{'asked':31}jobs"]
    for name, event, body in github_bodies():
        hook = read(event, body)
        found[name] = in_words(asked_of(hook))
        asked, jobs = found[name]
        table.append(f"{name:72}{event:27}{hook.action or '-':20}{asked:31}{jobs}")
    table.append(f"{len(found)} bodies, {sum(jobs for _, jobs in found.values())} jobs")
    print("", *table, sep="\n")  # noqa: T201  # What each body asks for, to be read with -s.
    assert found == expected


@pytest.mark.shared_data
def test_every_body_that_github_shows_names_a_customer_and_who_caused_it() -> None:
    for name, event, body in github_bodies():
        hook = read(event, body)
        assert hook.customer_id != NOBODY, name
        assert hook.user, name


@pytest.mark.shared_data
def test_a_body_under_another_events_name_makes_no_job_and_changes_no_account() -> None:
    for name, event, body in github_bodies():
        for other in SMALL.keys() - {event}:
            assert isinstance(asked_of(read(other, body)), Nothing), (name, other)
        for other in ("workflow_job", "Push", "push ", "ping", ""):
            assert isinstance(asked_of(read(other, body)), Nothing), (name, other)


@pytest.mark.shared_data
def test_every_body_reads_the_same_when_it_comes_as_a_form() -> None:
    for name, event, body in github_bodies():
        assert read(event, form(json.loads(body)), FORM) == read(event, body), name


# ---- one event after another -------------------------------------------------------------------


def test_a_push_says_where_its_branch_stands() -> None:
    expected = Push(WIDGETS, "refs/heads/main", SHA, "Add a lid")
    assert read("push", raw(PUSH)) == Hook("push", "acme", expected, "", "ada", WIDGETS)


@pytest.mark.parametrize(
    ("written", "pushed_s"),
    [
        (PUSHED_S, PUSHED_S),
        ("2019-05-15T15:20:57Z", PUSHED_S),
        ("2019-05-15T17:20:57.500+02:00", PUSHED_S),
        ("2019-05-15T15:20:57", 0),  # Nobody knows in which zone.
        ("1066-10-14T09:00:00Z", 0),
        ("yesterday", 0),
        (None, 0),
        (True, 0),
        (2**62, 253_402_300_799),
    ],
)
def test_a_push_says_when_as_a_number_or_a_text(written: object, pushed_s: int) -> None:
    found = told("push", changed(PUSH, "repository.pushed_at", written))
    assert found == Push(WIDGETS, "refs/heads/main", SHA, "Add a lid", pushed_s=pushed_s)


def test_an_annotated_tag_is_built_at_its_commit_and_not_at_the_object_that_it_is() -> None:
    tag = {**PUSH, "ref": "refs/tags/v1", "after": "f" * 40}
    at_commit = changed(tag, "head_commit.id", SHA)
    assert told("push", at_commit) == Push(WIDGETS, "refs/tags/v1", SHA, "Add a lid")
    untold = told("push", changed(tag, "head_commit.id", None))
    assert untold == Push(WIDGETS, "refs/tags/v1", "f" * 40, "Add a lid")
    branch = changed({**PUSH, "after": "f" * 40}, "head_commit.id", SHA)
    assert told("push", branch) == Push(WIDGETS, "refs/heads/main", "f" * 40, "Add a lid")


def test_a_push_that_deletes_has_no_commit() -> None:
    gone = changed(changed(changed(PUSH, "after", ZEROS), "deleted", True), "head_commit", None)
    assert told("push", gone) == Push(WIDGETS, "refs/heads/main", ZEROS, is_deleted=True)


@pytest.mark.parametrize("value", ["true", 1, None, {}])
def test_only_true_is_a_deletion(value: object) -> None:
    assert told("push", changed(PUSH, "deleted", value)) == told("push", PUSH)


def test_a_push_is_its_pushers_or_else_its_senders() -> None:
    assert read("push", raw(changed(PUSH, "pusher.name", "bob"))).user == "bob"
    assert read("push", raw(without(PUSH, "pusher"))).user == "ada"


def test_a_push_may_name_its_owner_only() -> None:
    owned = changed(PUSH, "repository.owner", {"name": "Acme"})
    assert read("push", raw(owned)) == read("push", raw(PUSH))


def test_a_pull_request_says_where_its_head_stands() -> None:
    expected = PullRequest(
        WIDGETS,
        "opened",
        7,
        "lid",
        SHA,
        "Add a lid",
        association="NONE",
        sender=PULL_REQUEST["sender"]["login"],
        pushed_s=PUSHED_S,
    )
    hook = read("pull_request", raw(PULL_REQUEST))
    assert hook == Hook("pull_request", "acme", expected, "opened", "ada", WIDGETS)


@pytest.mark.parametrize("repo", [None, {}, {"id": 999}, {"id": "186853002"}, {"id": True}, "fork"])
def test_a_head_that_is_not_surely_ours_is_a_forks(repo: object) -> None:
    assert pull(changed(PULL_REQUEST, "pull_request.head.repo", repo)).is_fork


def test_a_head_without_a_repository_is_a_forks_even_where_the_base_has_none_either() -> None:
    body = without(without(PULL_REQUEST, "pull_request.head.repo"), "pull_request.base")
    assert pull(body).is_fork


def test_a_merge_group_says_what_would_be_merged() -> None:
    ref = "refs/heads/gh-readonly-queue/main/pr-7"
    title = "Merge pull request #7"
    expected = MergeGroup(WIDGETS, "checks_requested", ref, SHA, title)
    assert told("merge_group", MERGE_GROUP) == expected
    untitled = changed(MERGE_GROUP, "merge_group.head_commit", None)
    assert told("merge_group", untitled) == MergeGroup(WIDGETS, "checks_requested", ref, SHA)


def test_a_check_of_ours_that_is_asked_for_again_names_its_job_without_the_round() -> None:
    expected = Rerequest(WIDGETS, "refs/heads/main", SHA, JOB)
    assert told("check_run", CHECK_RUN) == expected
    assert told("check_run", changed(CHECK_RUN, "check_run.external_id", JOB)) == expected


@pytest.mark.parametrize(
    "external_id",
    [
        "",
        None,
        7,
        JOB[1:],
        f"{JOB}a",
        JOB.upper(),
        f"{JOB}/",
        f"{JOB}/x",
        f"{JOB}\n",
        f"1{JOB[1:]}",
    ],
)
def test_somebody_elses_check_names_no_job(external_id: object) -> None:
    body = changed(CHECK_RUN, "check_run.external_id", external_id)
    assert told("check_run", body) == Rerequest(WIDGETS, "refs/heads/main", SHA)


def test_a_suite_that_is_asked_for_again_names_its_commit() -> None:
    assert told("check_suite", CHECK_SUITE) == Rerequest(WIDGETS, "refs/heads/main", SHA)


@pytest.mark.parametrize("branch", [None, "", 7, "a branch", "x" * 300])
def test_a_check_without_a_branch_is_one_of_its_commit_alone(branch: object) -> None:
    run = changed(CHECK_RUN, "check_run.check_suite.head_branch", branch)
    assert told("check_run", run) == Rerequest(WIDGETS, "", SHA, JOB)
    suite = changed(CHECK_SUITE, "check_suite.head_branch", branch)
    assert told("check_suite", suite) == Rerequest(WIDGETS, "", SHA)


@pytest.mark.parametrize("action", ["created", "completed", "requested", "requested_action"])
def test_nothing_else_about_a_check_asks_for_anything(action: str) -> None:
    for event, body in (("check_run", CHECK_RUN), ("check_suite", CHECK_SUITE)):
        assert told(event, changed(body, "action", action)) == Other(Reason.ACTION)


def test_an_installation_belongs_to_the_account_that_it_names() -> None:
    expected = Hook(
        "installation", "acme", Installation("created", 957387, PUSHED_S), "created", "ada"
    )
    assert read("installation", raw(INSTALLATION)) == expected


def test_an_installation_is_never_taken_for_the_owner_of_some_repository() -> None:
    body = {**without(INSTALLATION, "installation.account"), "repository": PUSH["repository"]}
    hook = read("installation", raw(body))
    assert (hook.customer_id, hook.told) == (NOBODY, Other(Reason.INCOMPLETE))


def test_a_ping_needs_nothing() -> None:
    assert read("ping", b'{"zen": "Keep it logically awesome."}') == Hook(
        "ping", NOBODY, Other(Reason.PING)
    )
    of_organisation = raw({"organization": {"login": "Acme"}})
    assert read("ping", of_organisation) == Hook("ping", "acme", Other(Reason.PING))


@pytest.mark.parametrize("event", ["workflow_job", "create", "delete", "status", "new", "", "PUSH"])
def test_no_other_event_asks_for_anything_whatever_its_body(event: str) -> None:
    hook = read(event, raw(PUSH))
    assert (hook.customer_id, hook.told) == ("acme", Other(Reason.EVENT))


# ---- what is missing, or is something else -----------------------------------------------------

NEEDED = [
    *(("push", path) for path in ("ref", "after", "repository")),
    *(("push", f"repository.{key}") for key in ("id", "full_name", "owner")),
    *(("pull_request", path) for path in ("action", "pull_request", "repository")),
    *(("pull_request", f"pull_request.{key}") for key in ("number", "head.ref", "head.sha")),
    *(("merge_group", path) for path in ("action", "merge_group", "repository")),
    *(("merge_group", f"merge_group.{key}") for key in ("head_ref", "head_sha")),
    *(("check_run", path) for path in ("action", "check_run.head_sha", "repository.owner.login")),
    *(("check_suite", path) for path in ("action", "check_suite.head_sha", "repository.id")),
    *(("installation", path) for path in ("action", "installation.account")),
]


@pytest.mark.parametrize(("event", "path"), NEEDED)
def test_an_event_that_lacks_what_it_must_have_is_incomplete(event: str, path: str) -> None:
    assert is_incomplete(event, without(SMALL[event], path))
    for junk in (None, True, "", [], {}, -1, 0, 1.5, ["x"], {"login": 7}, 2**63, "\ud800"):
        assert is_incomplete(event, changed(SMALL[event], path, junk)), junk


@pytest.mark.parametrize("sha", [SHA[1:], f"{SHA}0", f"{SHA}\n", "g" * 40, SHA.upper(), "٣" * 40])
def test_a_sha_is_written_as_git_writes_it(sha: str) -> None:
    assert is_incomplete("push", changed(PUSH, "after", sha))
    assert is_incomplete("pull_request", changed(PULL_REQUEST, "pull_request.head.sha", sha))


def test_a_sha_may_be_of_the_longer_kind() -> None:
    found = told("push", changed(PUSH, "after", "ab" * 32))
    assert isinstance(found, Push)
    assert found.sha == "ab" * 32


def test_only_a_push_can_speak_of_no_commit() -> None:
    assert is_incomplete("pull_request", changed(PULL_REQUEST, "pull_request.head.sha", ZEROS))
    assert is_incomplete("merge_group", changed(MERGE_GROUP, "merge_group.head_sha", ZEROS))
    assert is_incomplete("check_run", changed(CHECK_RUN, "check_run.head_sha", ZEROS))


def test_a_ref_is_as_long_as_github_lets_it_be() -> None:
    longest = "refs/heads/" + "é" * ((REF_BYTES_MAX - 11) // 2)
    found = told("push", changed(PUSH, "ref", longest))
    assert isinstance(found, Push)
    assert found.ref == longest
    assert is_incomplete("push", changed(PUSH, "ref", longest + "é"))


@pytest.mark.parametrize("ref", ["refs/heads/a b", "refs/heads/a\n", "refs/heads/\0", "\x7f"])
def test_what_git_takes_for_no_ref_is_none(ref: str) -> None:
    assert is_incomplete("push", changed(PUSH, "ref", ref))


@pytest.mark.parametrize(
    "name", ["widgets", "a/b/c", "a/b\n", "a/", "/b", "a b/c", "a/../b", "é/b"]
)
def test_a_repository_is_named_by_owner_and_name(name: str) -> None:
    assert is_incomplete("push", changed(PUSH, "repository.full_name", name))


@pytest.mark.parametrize("login", ["a#b", "-a", "a b", "é", "\N{KELVIN SIGN}im", "x" * 129, "a\n"])
def test_a_login_that_can_be_no_id_is_nobodys(login: str) -> None:
    hook = read("push", raw(changed(PUSH, "repository.owner.login", login)))
    assert (hook.customer_id, hook.told) == (NOBODY, Other(Reason.INCOMPLETE))
    assert hook.repository == WIDGETS


def test_a_message_of_half_a_surrogate_pair_is_none() -> None:
    found = told("push", changed(PUSH, "head_commit.message", "a\ud800"))
    assert found == Push(WIDGETS, "refs/heads/main", SHA)


def test_words_that_are_kept_are_cut() -> None:
    hook = read("e" * 99, raw({**PUSH, "action": "a" * 99, "pusher": {"name": "u" * 99}}))
    assert {len(hook.event), len(hook.action), len(hook.user)} == {WORD_LENGTH_MAX}


# ---- what is no body at all --------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[{}]", id="list"),
        pytest.param(b'"push"', id="text"),
        pytest.param(raw(PUSH)[:-1], id="truncated"),
        pytest.param(raw(PUSH) + b"}", id="more than one"),
        pytest.param(b'{"a": "\xff"}', id="no UTF-8"),
        pytest.param(b'{"a":' * 200_000, id="deep and open"),
        pytest.param(b"[" * 200_000 + b"]" * 200_000, id="deep"),
        pytest.param(b'{"number": ' + b"9" * 5_000 + b"}", id="a number beyond reason"),
        pytest.param(b"payload=", id="empty form"),
        pytest.param(b"payload=%7B", id="truncated form"),
        pytest.param(b"payload=\xff", id="form of no UTF-8"),
        pytest.param(b"other=%7B%7D", id="another form"),
    ],
)
@pytest.mark.parametrize("content_type", ["", FORM])
def test_what_is_no_json_object_is_unreadable(body: bytes, content_type: str) -> None:
    expected = Hook("push", NOBODY, Other(Reason.UNREADABLE))
    assert read("push", body, content_type) == expected
    assert address(body, content_type) == ""


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8", FORM.upper(), ""])
def test_a_form_is_read_by_its_payload(content_type: str) -> None:
    assert read("push", form(PUSH), content_type) == read("push", raw(PUSH))
    assert address(form(PUSH), content_type) == "pusher@example.com"


def test_a_payload_need_not_be_a_forms_first_field_where_the_header_says_that_it_is_one() -> None:
    body = b"hook=1&" + form(PUSH)
    assert read("push", body, FORM) == read("push", raw(PUSH))
    assert read("push", body).told == Other(Reason.UNREADABLE)


@pytest.mark.parametrize("blank", ["", " ", "\r\n"])
def test_a_title_cannot_smuggle_in_another_body_under_a_forged_content_type(blank: str) -> None:
    other = form(changed(PUSH, "repository.owner.login", "victim")).decode()
    body = blank.encode() + raw(changed(PUSH, "head_commit.message", f"&{other}&"))
    assert read("push", body, FORM) == read("push", body)
    assert read("push", body, FORM).customer_id == "acme"


# ---- addresses ---------------------------------------------------------------------------------


def mailed(pusher: object) -> str:
    return address(raw(changed(PUSH, "pusher.email", pusher)))


def test_whoever_pushed_hears_of_it() -> None:
    assert mailed("pusher@example.com") == "pusher@example.com"


@pytest.mark.parametrize("pusher", [None, "", 7, {}, NOREPLY])
def test_where_the_pusher_has_no_address_nobody_hears_of_it(pusher: object) -> None:
    """Least of all the author that the commit names: whoever committed wrote that."""
    assert mailed(pusher) == ""
    assert address(raw(without(PUSH, "pusher"))) == ""
    assert address(raw(PULL_REQUEST)) == ""


@pytest.mark.parametrize(
    "text",
    [
        NOREPLY,
        "noreply@github.com".replace("@", "@noreply."),
        NOREPLY.upper(),
        "ada",
        "ada@",
        "@example.com",
        "a@b@c",
        "a@example.com,b@example.com",
        "a@example.com;b@example.com",
        "Ada <ada@example.com>",
        "a@example.com\nBcc: b@example.com",
        "a@example.com\r",
        "a b@example.com",
        "a\0@example.com",
        "a\x85@example.com",
        "a\u200b@example.com",
        "a\ud800@example.com",
        "a" * 243 + "@example.com",
    ],
)
def test_what_no_mail_can_reach_is_no_address(text: str) -> None:
    assert mailed(text) == ""


@pytest.mark.parametrize(
    "text", ["o'ada+ci@mail.example.com", "j.d@example.com", "a" * 242 + "@example.com"]
)
def test_what_mail_can_reach_is_an_address(text: str) -> None:
    assert mailed(text) == text


# ---- whatever comes ----------------------------------------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
EVENTS = st.sampled_from([*SMALL, "ping", "status"]) | st.text()


@st.composite
def damaged(draw: st.DrawFn, body: Json) -> Json:
    """Take things out of a body, or put something else in their place, at any depth."""
    copy = deepcopy(body)
    for _ in range(draw(st.integers(1, 4))):
        parent, key = draw(st.sampled_from(list(places(copy)) or [(copy, "none")]))
        if draw(st.booleans()):
            parent.pop(key, None) if isinstance(parent, dict) else parent.pop(key)
        else:
            parent[key] = draw(JUNK)
    return copy


def places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # JSON.
    """Yield each place in a body: what holds it, and its key there."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from places(node[key])


@cache
def real() -> list[tuple[str, Json]]:
    return [(event, json.loads(body)) for _, event, body in github_bodies()]


def check(hook: Hook, body: bytes, content_type: str = "") -> Asked:
    """Expect that what was read can be stored, and that what is built can be."""
    json.dumps([asdict(hook), address(body, content_type)], ensure_ascii=False).encode()
    assert checked_id(hook.customer_id, "customer_id") == hook.customer_id.lower()
    asked = asked_of(hook)
    build = asked.build if isinstance(asked, Rerun) else asked
    if isinstance(build, Build):
        assert len(build.sha) in (40, 64)
        assert int(build.sha, 16) > 0
        assert 0 < len(build.ref.encode()) <= len("refs/heads/") + REF_BYTES_MAX
        assert checked_id(build.repository.repository_id, "repository_id").isdecimal()
    return asked


@pytest.mark.shared_data
@given(st.data())
def test_a_damaged_body_of_githubs_is_read_all_the_same(data: st.DataObject) -> None:
    own, whole = data.draw(st.sampled_from(real()), label="body")
    body = raw(data.draw(damaged(whole)))
    check(read(own, body), body)
    check(read(data.draw(EVENTS), body), body)


@given(st.data())
def test_a_damaged_body_of_only_what_we_look_at_is_read_all_the_same(data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(list(SMALL)))
    whole = data.draw(damaged(SMALL[event]))
    body = data.draw(st.sampled_from([raw(whole), form(whole)]))
    check(read(event, body), body)


@given(st.data())
def test_no_damage_makes_a_strangers_fork_trusted(data: st.DataObject) -> None:
    body = raw(data.draw(damaged(FORK)))
    asked = check(read("pull_request", body), body)
    assert not (isinstance(asked, Build) and asked.is_trusted)


@given(
    EVENTS, st.binary() | JUNK.map(raw) | JUNK.map(form), st.sampled_from(["", FORM]) | st.text()
)
def test_no_bytes_make_it_raise(event: str, body: bytes, content_type: str) -> None:
    assert isinstance(check(read(event, body, content_type), body, content_type), Nothing)
