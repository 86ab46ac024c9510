"""The whole service as people run it, with the functions that are deployed."""

import json
import os
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from handlers.local import running
from handlers.local.environment import LOCAL_HTTP
from handlers.local.running import Running
from tests.stack.serving import command, found, up, wait_until_all_has_arrived

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]

ORDER = {
    "customer_id": "c-1",
    "currency": "EUR",
    "lines": [{"sku": "A-1", "quantity": 2, "unit_price_minor": 1999}],
    "shipping_minor": 500,
}


def place(service: Running, key: str) -> str:
    request = urllib.request.Request(
        f"{service.url}/orders",
        json.dumps(ORDER).encode(),
        {"content-type": "application/json", "idempotency-key": key},
    )
    with LOCAL_HTTP.open(request) as answer:
        assert answer.status == 201
        placed: str = json.load(answer)["order_id"]
        return placed


def orders_of_customer(service: Running) -> set[str]:
    """Read the list of orders: it comes from the views, not from the stream."""
    with LOCAL_HTTP.open(f"{service.url}/customers/c-1/orders") as answer:
        return {order["order_id"] for order in json.load(answer)["orders"]}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "state"


def test_orders_of_before_and_after_a_restart_reach_the_views(state: Path) -> None:
    with up(state) as service:
        before = place(service, "before")
        wait_until_all_has_arrived(service)
        assert orders_of_customer(service) == {before}
    with up(state) as service:
        after = place(service, "after")
        wait_until_all_has_arrived(service)
        assert orders_of_customer(service) == {before, after}


def test_what_was_on_its_way_when_it_was_stopped_has_arrived_after_the_restart(state: Path) -> None:
    with up(state) as service:
        placed = {place(service, f"burst-{n}") for n in range(20)}
    with up(state) as service:
        assert placed <= orders_of_customer(service)


def test_a_service_whose_aws_dies_says_so_and_ends(state: Path) -> None:
    with subprocess.Popen(command(state), stdout=subprocess.PIPE, text=True) as process:
        service = found(state, process)
        os.kill(service.aws_pid, signal.SIGKILL)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "ended by itself" in said
    assert running.find(state) is None


def test_a_port_in_use_is_named_with_what_to_do(state: Path) -> None:
    with up(state) as service:
        port = int(service.url.rpartition(":")[2])
        second = subprocess.run(command(state, port), capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert second.stdout.startswith(f"Port {port} cannot be used")
