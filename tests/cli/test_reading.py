import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console

from handlers.cli.render.orders import show_orders
from handlers.cli.render.published import published_line
from handlers.cli.render.timeline import show_timeline
from tests.support.stub_service import StubService

Run = Callable[..., Result]

PLACED = {
    "stream": "order#o1",
    "version": 1,
    "type": "OrderPlaced",
    "at": "2017-11-20T12:00:00Z",
    "certainty": "zone_assumed",
    "data": {
        "currency": "BRL",
        "lines": [{"line_id": "1", "quantity": 1}],
        "total_minor": 3000,
        "shipping_minor": 500,
        "source": "olist",
        "source_status": "delivered",
    },
}
PAID = {
    "stream": "payment#o1-1",
    "version": 5,
    "type": "CaptureSucceeded",
    "at": "2017-11-20T12:30:00Z",
    "certainty": "exact",
    "data": {"amount_minor": 3000, "currency": "BRL", "capture_id": "capture-1"},
}
ARRIVED = {
    "stream": "shipment#o1-1",
    "version": 6,
    "type": "ShipmentDelivered",
    "at": None,
    "certainty": "unknown",
    "data": {},
}
ODD = {
    "stream": "order#o1",
    "version": 7,
    "type": "AnomalyRecorded",
    "at": "2026-01-01T00:00:00Z",
    "data": {"kind": "delivered_without_date", "detail": "the source gives no date"},
}
EVENTS = [PLACED, PAID, ARRIVED, ODD]
ORDER: dict[str, Any] = {
    "order_id": "o1",
    "customer_id": "c1",
    "placed_at": "2017-11-20T12:00:00Z",
    "status": "completed",
    "payment_status": "partially_paid",
    "fulfilment_status": "delivered",
    "total": {"amount_minor": 3000, "currency": "BRL"},
    "balance": {"amount_minor": -5, "currency": "BRL"},
    "flags": ["anomalies"],
    "lines": [
        {
            "line_id": "1",
            "sku": "A-1",
            "quantity": 2,
            "unit_price": {"amount_minor": 1999, "currency": "BRL"},
        }
    ],
    "payments": [
        {
            "payment_id": "o1-1",
            "status": "captured",
            "amount": {"amount_minor": 3000, "currency": "BRL"},
        }
    ],
    "shipments": [
        {
            "shipment_id": "o1-1",
            "order_id": "o1",
            "status": "delivered",
            "carrier": "ups",
            "tracking_number": "1Z999",
            "scans": [{"status": "picked_up", "at": None}],
        }
    ],
}


def _terminal(width: int) -> tuple[Console, io.StringIO]:
    screen = io.StringIO()
    console = Console(
        file=screen,
        force_terminal=True,
        width=width,
        color_system="standard",
        highlight=False,
        markup=False,
    )
    return console, screen


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_history_reads_as_one_timeline_a_line_an_event(run: Run, stub: StubService) -> None:
    stub.answer("/orders/o1/history?limit=50", {"events": EVENTS[:2], "next_cursor": "n"})
    stub.answer("/orders/o1/history?limit=50&cursor=n", {"events": EVENTS[2:]})
    result = run("history", "o1")
    assert result.exit_code == 0
    placed = (
        "placed: 1 line, total 30.00 BRL, shipping 5.00 BRL of it, imported from olist as delivered"
    )
    assert result.stdout.splitlines() == [
        "order o1",
        f"2017-11-20 12:00:00~ order    {placed}",
        "2017-11-20 12:30:00  payment  taken: 30.00 BRL  -1",
        "unknown            ? shipment delivered  -1",
        "2026-01-01 00:00:00  order    anomaly, delivered without date: the source gives no date",
        "4 events. Times are UTC; ~ the source gave no zone, ? nobody wrote down when.",
    ]


def test_history_for_programs_is_what_the_service_said(run: Run, stub: StubService) -> None:
    stub.answer("/orders/o1/history?limit=50", {"events": EVENTS, "next_cursor": None})
    result = run("history", "o1", "--json")
    assert json.loads(result.stdout) == {"order_id": "o1", "events": EVENTS}


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_timeline_fits_a_terminal_of_any_width_in_colour(width: int) -> None:
    console, screen = _terminal(width)
    show_timeline(console, "o1", EVENTS)
    assert "\x1b[36m" in screen.getvalue()
    lines = _plain(screen.getvalue()).splitlines()
    assert all(len(line) <= width for line in lines[:-1])
    assert "30.00 BRL" in _plain(screen.getvalue())


def test_no_colour_where_the_environment_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = io.StringIO()
    show_timeline(Console(file=screen, force_terminal=True, width=100), "o1", EVENTS)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", screen.getvalue())


def test_nothing_in_the_data_can_command_the_terminal(run: Run, stub: StubService) -> None:
    evil = "\x1b[2J\x07\u202e[red]x"
    event = {
        **ODD,
        "stream": f"order#{evil}",
        "data": {"kind": evil, "detail": evil},
    }
    unknown = {"stream": evil, "type": evil, "at": evil, "data": {}}
    stub.answer("/orders/o1/history?limit=50", {"events": [event, unknown]})
    result = run("history", "o1")
    assert result.exit_code == 0
    assert all(one.isprintable() for one in result.stdout.replace("\n", ""))
    assert "\\x1b[2J" in result.stdout
    assert "[red]x" in result.stdout


def test_an_event_of_a_later_release_is_shown_by_its_name(run: Run, stub: StubService) -> None:
    later = {"stream": "order#o1", "type": "OrderGifted", "at": None, "data": {"new": 1}}
    stub.answer("/orders/o1/history?limit=50", {"events": [later]})
    assert "OrderGifted" in run("history", "o1").stdout


def test_what_is_not_there_says_so_in_the_words_of_the_service(run: Run, stub: StubService) -> None:
    problem = {"code": "order_not_found", "title": "No such order", "detail": "There is no o2."}
    stub.answer("/orders/o2?", problem, status=404)
    result = run("order", "o2")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "waybill: No such order: There is no o2. (order_not_found)\n"


def test_ids_go_into_the_path_as_they_are_and_nowhere_else(run: Run, stub: StubService) -> None:
    run("order", "../health?x#y")
    assert stub.asked == ["/orders/..%2Fhealth%3Fx%23y?"]


def test_a_service_in_trouble_is_not_taken_for_wrong_input(run: Run, stub: StubService) -> None:
    stub.answer("/orders/o1?", b"<html>", status=503)
    result = run("order", "o1")
    assert (result.exit_code, result.stderr) == (2, "waybill: the service answered 503\n")


@pytest.mark.parametrize(
    "command",
    [
        ("history", "o1"),
        ("order", "o1"),
        ("orders", "c1"),
        ("track", "ups", "1Z999"),
        ("import", "olist", "."),
    ],
)
def test_without_a_service_every_command_says_how_to_start_one(
    run: Run, command: tuple[str, ...]
) -> None:
    result = run(*command, "--state", "elsewhere")
    assert result.exit_code == 2
    assert result.stderr == (
        "waybill: no service is running in elsewhere; start one with: make up STATE=elsewhere\n"
    )


def test_an_order_shows_how_it_stands(run: Run, stub: StubService) -> None:
    stub.answer("/orders/o1?", ORDER)
    shown = run("order", "o1").stdout
    for said in (
        "placed     2017-11-20 12:00:00",
        "payment    partially paid",
        "balance    -0.05 BRL",
        "line       1: 2 x A-1, 19.99 BRL each",
        "payment    o1-1, captured, 30.00 BRL",
        "shipment   o1-1, delivered, ups 1Z999",
    ):
        assert said in shown
    assert json.loads(run("order", "o1", "--json").stdout) == ORDER


def test_a_customers_orders_are_a_table_up_to_the_limit(run: Run, stub: StubService) -> None:
    stub.answer("/customers/c1/orders?limit=1", {"orders": [ORDER], "next_cursor": "more"})
    shown = run("orders", "c1", "--limit", "1").stdout
    assert re.search(
        r"o1 +2017-11-20 12:00:00 +completed +partially paid +delivered +30\.00", shown
    )
    assert len(stub.asked) == 1
    stub.answer("/customers/c2/orders?limit=20", {"orders": [], "next_cursor": None})
    assert run("orders", "c2").stdout == "customer c2 has no orders\n"


def test_ids_in_a_table_are_whole_on_a_narrow_terminal() -> None:
    console, screen = _terminal(60)
    order_id = "203096f03d82e0dffbc41ebc2e2bcfb7"
    show_orders(console, "c1", [{**ORDER, "order_id": order_id}])
    assert order_id in _plain(screen.getvalue())


def test_a_parcel_is_tracked_by_carrier_and_number(run: Run, stub: StubService) -> None:
    stub.answer("/tracking/ups/1Z999?", {"shipments": ORDER["shipments"]})
    shown = run("track", "ups", "1Z999").stdout
    assert "shipment o1-1 of order o1, ups 1Z999: delivered" in shown
    assert "unknown            ? picked up" in shown


def test_a_published_event_is_one_line() -> None:
    event = {
        "detail-type": "OrderPlaced",
        "detail": {
            "meta": {"occurred_at": "2017-11-20T12:00:00Z", "imported": True},
            "data": {"order_id": "o1", "total": {"amount_minor": 3000, "currency": "BRL"}},
        },
    }
    line = published_line(event).plain
    assert re.fullmatch(r"2017-11-20 12:00:00  OrderPlaced +o1  30\.00 BRL  imported", line)
