import os
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.local import running
from handlers.local.environment import bare
from handlers.local.folder import opened
from handlers.local.package import build, key
from handlers.local.refusal import CannotRun
from tests.stack.serving import soon


def test_a_folder_in_use_is_refused_with_the_process_that_uses_it(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "state"),
        pytest.raises(CannotRun, match=f"running in .* already .process {os.getpid()}"),
        opened(tmp_path / "state"),
    ):
        pass


def test_a_folder_is_free_again_after_its_service_has_gone(tmp_path: Path) -> None:
    with opened(tmp_path / "state"):
        pass
    with opened(tmp_path / "state") as folder:
        assert folder.is_new


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(CannotRun, match="not Waybill's"), opened(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(CannotRun, match="cannot be the state folder"), opened(tmp_path / "state"):
        pass


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path / "state") as folder:
        (folder.path / "format").write_text("waybill-state-99", encoding="utf-8")
    with pytest.raises(CannotRun, match="another version"), opened(tmp_path / "state"):
        pass


def test_what_is_not_known_to_have_arrived_is_marked_until_it_has(tmp_path: Path) -> None:
    with opened(tmp_path / "state") as folder:
        folder.mark_undrained()
    with opened(tmp_path / "state") as folder:
        assert folder.was_left_undrained
        folder.mark_drained()
        assert not folder.was_left_undrained


def test_unpacked_code_is_out_of_the_way_at_once_and_goes_by_itself(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with opened(state) as folder:
        (folder.scratch / "code").mkdir()
        (state / ".discarded-before").mkdir()  # A removal that was stopped halfway.
    assert not folder.scratch.exists()
    with opened(state) as folder:
        assert list(folder.scratch.iterdir()) == []
    soon(lambda: not list(state.glob(".discarded-*")), "the removal")


def test_no_service_is_found_where_none_has_run(tmp_path: Path) -> None:
    assert running.find(tmp_path) is None


def test_a_run_file_of_a_dead_process_is_no_service(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    running.write(tmp_path / "run.json", running.Running("http://127.0.0.1:1", "", gone.pid, 0, {}))
    assert running.find(tmp_path) is None


def test_nothing_of_a_real_account_reaches_the_local_service() -> None:
    real = {"AWS_PROFILE": "prod", "AWS_ENDPOINT_URL_DYNAMODB": "x", "https_proxy": "y", "A": "b"}
    kept = bare(real)
    assert kept.keys().isdisjoint({"AWS_PROFILE", "AWS_ENDPOINT_URL_DYNAMODB", "https_proxy"})
    assert (kept["A"], kept["AWS_ACCESS_KEY_ID"]) == ("b", "local")


def test_the_same_code_makes_the_same_package(tmp_path: Path) -> None:
    for package in ("adapters", "domain", "handlers"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "one.py").write_text("x = 1\n", encoding="utf-8")
    first = key(tmp_path), build(tmp_path)
    (tmp_path / "domain/one.py").touch()
    assert (key(tmp_path), build(tmp_path)) == first
    (tmp_path / "domain/one.py").write_text("x = 2\n", encoding="utf-8")
    assert key(tmp_path) != first[0]
