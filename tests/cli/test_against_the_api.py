"""The command line and the API speak of the same things: the real API stands behind the stub."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import get_args

import pytest
from click.testing import Result

from adapters.olist.source import open_source
from domain.orders.events import OrderEvent
from domain.payments.events import PaymentEvent
from domain.shipments.events import ShipmentEvent
from handlers.cli import service
from handlers.cli.render.sentences import known_kinds
from handlers.importing.progress import Silent
from handlers.importing.run import Imported, write
from tests.support.apps import App
from tests.support.olist import Folder, item_row, order_row, payment_row, project_all
from tests.support.stub_service import StubService
from tests.support.world import World

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _imported(stub: StubService, memory: World, tmp_path: Path) -> None:
    """Let the service hold one imported order of two sellers, paid twice, handed over too early."""
    folder = Folder(
        tmp_path / "olist",
        [order_row("o1", carrier="2017-11-20 10:10:00")],
        [payment_row("o1", "1", value="25.00"), payment_row("o1", "2", "voucher", value="35.00")],
        [item_row("o1"), item_row("o1", "2", seller_id="s2")],
    )
    lives = open_source(folder.write()).lives(memory.clock)
    write(memory.streams, lives, Silent(), Imported())
    project_all(memory)
    app = App(memory)

    def ask(path: str) -> tuple[int, bytes]:
        with redirect_stdout(io.StringIO()):  # The service's logs go to the service's own output.
            answered = app.get(path)
        return answered.status, answered.text.encode()

    stub.behind = ask


def test_the_history_of_an_imported_order_reads_from_placed_to_delivered(run: Run) -> None:
    result = run("history", "o1")
    assert result.exit_code == 0
    shown = result.stdout
    for said in (
        "2017-11-20 12:00:00~ order    placed: 2 lines, total 60.00 BRL",
        "~ payment  taken: 35.00 BRL  -2",
        "~ shipment parcel of 1 unit from seller s2  -2",
        "~ shipment delivered  -1",
        "anomaly, handed over before approved",
    ):
        assert said in shown
    assert "minor units" not in shown


def test_every_page_of_a_long_history_is_fetched(
    run: Run, stub: StubService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_PAGE", 7)
    events = json.loads(run("history", "o1", "--json").stdout)["events"]
    streams = {(event["stream"], event["version"]) for event in events}
    assert len(streams) == len(events)
    assert len(events) > 7
    assert len(stub.asked) == -(-len(events) // 7)
    assert all("cursor=" in path for path in stub.asked[1:])


def test_an_order_and_its_customers_orders_show_how_it_stands(run: Run) -> None:
    order = run("order", "o1")
    assert (order.exit_code, order.stderr) == (0, "")
    assert "payment    paid" in order.stdout
    assert "total      60.00 BRL" in order.stdout
    orders = run("orders", "c1")
    assert (orders.exit_code, orders.stderr) == (0, "")
    assert "o1" in orders.stdout


def test_what_is_not_there_is_said_in_the_words_of_the_api(run: Run) -> None:
    for command in (("history", "o2"), ("order", "o2"), ("track", "ups", "1Z999")):
        result = run(*command)
        assert result.exit_code == 1
        assert "not_found" in result.stderr


def test_every_event_that_can_be_stored_has_a_sentence() -> None:
    events = (*get_args(OrderEvent), *get_args(PaymentEvent), *get_args(ShipmentEvent))
    assert known_kinds() == {kind.__name__ for kind in events}
