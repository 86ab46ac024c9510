"""What the state folder holds for CI, and the ports that stay the same."""

import socket
import subprocess
from pathlib import Path

import pytest

from adapters.runners.claiming import claim
from adapters.runners.work import Work
from domain.ci.ports import Run
from handlers.local.ci import going_on, prepared
from handlers.local.ports import bound, note_port, remembered
from handlers.local.refusal import CannotRun


def test_the_script_of_a_first_start_runs_and_says_what_it_would_build(tmp_path: Path) -> None:
    script = prepared(tmp_path).script
    told = {"CI_SHA": "ab12", "CI_REPOSITORY": "acme/shop", "CI_REF": "main", "CI_ATTEMPT": "1"}
    run = subprocess.run([script], env=told, capture_output=True, text=True, check=True)
    assert run.stdout == "Would build commit ab12 of acme/shop (main), attempt 1.\n"


def test_a_script_of_ones_own_stays(tmp_path: Path) -> None:
    prepared(tmp_path).script.write_text("mine", encoding="utf-8")
    assert prepared(tmp_path).script.read_text(encoding="utf-8") == "mine"


def test_runs_that_go_on_are_those_that_an_agent_is_at(tmp_path: Path) -> None:
    ci = prepared(tmp_path)
    works = []
    for name in ("one-1", "two-1", "over-1"):
        claim(ci.runs / name, Run(name, name, 1, "octo/repo", "refs/heads/main", "a" * 40, "push"))
        works.append(Work(ci.runs / name))
    (ci.runs / ".new-half").mkdir()
    with works[0].held(), works[1].held():
        assert going_on(ci) == 2
    assert going_on(ci) == 0


def test_a_secret_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    first = prepared(tmp_path)
    (secret,) = first.webhook_secrets()
    assert len(secret) == 64
    assert first.secret_file.stat().st_mode & 0o777 == 0o600
    assert prepared(tmp_path).webhook_secrets() == [secret]
    assert prepared(tmp_path / "other").webhook_secrets() != [secret]


def test_links_have_a_secret_of_their_own_that_survives(tmp_path: Path) -> None:
    first = prepared(tmp_path)
    (secret,) = first.link_secrets()
    assert len(secret) == 64
    assert [secret] != first.webhook_secrets()
    assert first.link_secret_file.stat().st_mode & 0o777 == 0o600
    again = prepared(tmp_path)
    assert again.link_secrets() == [secret] != prepared(tmp_path / "other").link_secrets()
    again.link_secret_file.write_text(f"newer\n{secret}\n", encoding="utf-8")
    assert again.parameters("u", "g")["CiLinkSecrets"] == f"newer {secret}"


def test_a_file_without_a_secret_gets_a_new_one(tmp_path: Path) -> None:
    prepared(tmp_path).secret_file.write_text(" \n\n", encoding="utf-8")
    assert len(prepared(tmp_path).webhook_secrets()) == 1


def test_lines_are_secrets_that_live_at_once(tmp_path: Path) -> None:
    ci = prepared(tmp_path)
    ci.secret_file.write_text("new\r\n\n  old\n", encoding="utf-8")
    assert ci.webhook_secrets() == ["new", "old"]
    assert ci.parameters("u", "g")["GitHubWebhookSecrets"] == "new old"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"one\nt w o\n", "Line 2 of .* has a blank"), (b"\xff", "cannot be read")],
)
def test_what_can_be_no_secret_is_refused_in_words(
    tmp_path: Path, content: bytes, said: str
) -> None:
    prepared(tmp_path).secret_file.write_bytes(content)
    with pytest.raises(CannotRun, match=said):
        prepared(tmp_path)


def test_a_port_is_the_same_again(tmp_path: Path) -> None:
    note = tmp_path / "ports/aws"
    with bound(note) as first:
        port = first.getsockname()[1]
    with bound(note) as second:
        assert second.getsockname()[1] == port == remembered(note)


def test_a_port_that_is_taken_meanwhile_is_given_up(tmp_path: Path) -> None:
    note = tmp_path / "ports/aws"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        note_port(note, taken)
        with bound(note) as mine:
            assert mine.getsockname()[1] != taken
            assert remembered(note) == mine.getsockname()[1]


@pytest.mark.parametrize("noted", ["", "eighty", "0", "-1", "70000", "\u0663"])
def test_a_note_that_is_no_port_is_as_good_as_none(tmp_path: Path, noted: str) -> None:
    note = tmp_path / "aws"
    note.write_text(noted, encoding="utf-8")
    assert remembered(note) == 0
    with bound(note) as taken:
        assert taken.getsockname()[1] > 0
