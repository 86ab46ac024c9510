import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from handlers.importing import run as running
from tests.support.olist import Folder, item_row, order_row, payment_row, project_all
from tests.support.world import World

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _stream(memory: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the views catch up whenever somebody waits for them."""
    lock = threading.Lock()

    def wait(_s: float) -> None:
        with lock:
            project_all(memory)

    monkeypatch.setattr(
        "handlers.cli.commands.importing.Patience", lambda: running.Patience(sleep=wait)
    )


def test_an_import_prints_one_object_of_counts_for_programs(run: Run, tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    result = run("import", "olist", str(path), "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    counted = json.loads(result.stdout)
    assert (counted["orders"], counted["statuses"]) == (1, {"delivered": 1})
    assert counted["payment_sum"] == "30.00"


def test_an_import_prints_tables_for_people_and_says_what_was_here_already(
    run: Run, tmp_path: Path
) -> None:
    path = Folder(tmp_path / "olist", payments=[payment_row(value="30.01")]).write()
    first, second = (run("import", "olist", str(path)) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "orders paid exactly" in first.stdout
    assert "paid not owed" in first.stdout
    assert "1 order written now, 0 were here already." in first.stdout
    assert "0 orders written now, 1 were here already." in second.stdout
    assert "writing: 1 orders" in first.stderr


def test_malformed_rows_are_reported_the_others_written_and_the_status_is_1(
    run: Run, memory: World, tmp_path: Path
) -> None:
    folder = Folder(
        tmp_path / "olist",
        [order_row("fine"), order_row("bad", status="lost")],
        [payment_row("fine"), payment_row("bad"), payment_row("gone")],
        [item_row("fine"), item_row("bad")],
    )
    result = run("import", "olist", str(folder.write()), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["orders"] == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith("olist_orders_dataset.csv:3: order_status 'lost' is not known")
    assert lines[1].startswith("olist_order_payments_dataset.csv:4: order_id is not among")
    assert lines[2] == "2 problems: nothing of these orders was written"
    assert set(memory.shared.commits) == {"order#fine", "payment#fine-1", "shipment#fine-1"}


def test_an_order_that_was_imported_with_other_content_is_named_with_its_line(
    run: Run, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "olist")
    run("import", "olist", str(folder.write()))
    folder.orders = [order_row(status="shipped", delivered="")]
    result = run("import", "olist", str(folder.write()), "--json")
    assert result.exit_code == 1
    assert "olist_orders_dataset.csv:2: order o1 was imported before" in result.stderr


def test_a_folder_that_is_none_of_olists_is_refused_before_anything_is_written(
    run: Run, memory: World, tmp_path: Path
) -> None:
    result = run("import", "olist", str(tmp_path))
    assert result.exit_code == 1
    assert "olist_orders_dataset.csv is missing" in result.stderr
    assert not memory.shared.commits


def test_ctrl_c_ends_with_what_is_running_and_says_how_to_go_on(
    run: Run, memory: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [f"o{number}" for number in range(40)]
    folder = Folder(
        tmp_path / "olist",
        [order_row(one) for one in orders],
        [payment_row(one) for one in orders],
        [item_row(one) for one in orders],
    )
    path = str(folder.write())
    clock, calls = memory.clock, iter(range(1000))

    def interrupting() -> object:
        if next(calls) == 20:
            raise KeyboardInterrupt
        return clock()

    monkeypatch.setattr(memory, "clock", interrupting)
    result = run("import", "olist", path)
    assert result.exit_code == 130
    assert "interrupted; written whole: " in result.stderr
    assert "Run the same command again to go on." in result.stderr
    assert 0 < len(memory.shared.commits) < 120
    whole = [one for one in orders if f"shipment#{one}-1" in memory.shared.commits]
    assert len(whole) * 3 == len(memory.shared.commits)
    result = run("import", "olist", path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["orders"]) == (0, 40)
    assert len(memory.shared.commits) == 120


def test_views_that_do_not_catch_up_are_said_with_what_to_do(
    run: Run, memory: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = running.Patience(0, sleep=lambda _s: None)
    monkeypatch.setattr("handlers.cli.commands.importing.Patience", lambda: impatient)
    result = run("import", "olist", str(Folder(tmp_path / "olist").write()), "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "order o1 has not reached the views" in result.stderr
    assert "written whole: 1 order. Run the same command again" in result.stderr
    assert len(memory.shared.commits) == 3
