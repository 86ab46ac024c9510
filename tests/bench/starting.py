"""`make up` until the first order is accepted, on a machine where everything is set up."""

import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

from tests.bench.measuring import Bench, Figure, Sizes, Step
from tests.support.engines import Engines
from tests.support.processes import free_port
from tests.support.repository import ROOT

AT_MOST_S = 10.0
GIVE_UP_S: Final = 60.0
STOP_S: Final = 60.0
POLL_S: Final = 0.05
ORDER: Final = {
    "customer_id": "c-1",
    "currency": "EUR",
    "lines": [{"sku": "A-1", "quantity": 2, "unit_price_minor": 1999}],
    "shipping_minor": 500,
}


def run(sizes: Sizes, _engines: Engines, step: Step) -> Sequence[Figure]:
    """Start it anew each time, with an empty state of its own."""
    took_s = []
    for _ in range(sizes.starts):
        with tempfile.TemporaryDirectory(prefix="waybill-start-") as folder:
            took_s.append(_first_order_s(Path(folder)))
        step()
    each = ", ".join(f"{one:.1f}" for one in took_s)
    return [Figure("make up, first order", median(took_s), "s", AT_MOST_S, detail=f"{each} s")]


def _first_order_s(folder: Path) -> float:
    port = free_port()
    start_s = time.monotonic()
    with _up(port, folder):
        while not _accepts_an_order(f"http://127.0.0.1:{port}/orders"):
            if time.monotonic() > start_s + GIVE_UP_S:
                said = (folder / "said.txt").read_text(errors="replace")
                raise TimeoutError(f"no order was accepted within {GIVE_UP_S:g} s:\n{said[-2000:]}")
            time.sleep(POLL_S)
        return time.monotonic() - start_s


@contextmanager
def _up(port: int, folder: Path) -> Iterator[None]:
    """Run it in a session of its own; Ctrl-C there reaches what it has started as well."""
    command = ["make", "up", f"PORT={port}", f"STATE={folder / 'state'}"]
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"LOG_LEVEL": "warning"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _accepts_an_order(url: str) -> bool:
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    request = urllib.request.Request(url, json.dumps(ORDER).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bool(answer.status == 201)
    except urllib.error.HTTPError as answer:
        raise RuntimeError(f"the order was refused: {answer.read().decode()}") from answer
    except OSError:
        return False  # Nobody listens yet.


BENCH = Bench("make up", lambda sizes: sizes.starts, run)
