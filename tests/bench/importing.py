"""Cold imports: each Lambda handler, clients made, over the libraries that it stands on.

Every start is a process of its own, handler and floor in turns, compiled files and page cache warm.
CPU time is compared: an import waits for nothing, and what others do on the machine is not ours.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from resource import RUSAGE_CHILDREN, getrusage
from typing import Final

from tests.bench.measuring import Bench, Figure, Pair, Sizes, Step
from tests.support.engines import Engines
from tests.support.repository import ROOT

AT_MOST = 1.15
COMMERCE: Final = ("dynamodb",)
HANDLERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "handlers.api.app": ("streams views", COMMERCE),
    "handlers.streams.project": ("streams views parking", COMMERCE),
    "handlers.streams.broadcast": (
        "streams marks parking bus notices",
        ("dynamodb", "events", "s3", "sns"),
    ),
    "handlers.queues.react": ("streams", COMMERCE),
    "handlers.queues.settle": ("streams payment_provider carrier", COMMERCE),
    "handlers.timers.sweep": (
        "sweeper payment_provider carrier",
        ("dynamodb", "events", "s3", "sns"),
    ),
}
"""Each handler's parts, by their names in the wiring, and the clients that these make."""
SETTINGS: Final = {
    "EVENTS_TABLE": "events",
    "VIEWS_TABLE": "views",
    "CLAIMS_TABLE": "claims",
    "EVENT_BUS": "bus",
    "NOTICES_TOPIC": "arn:aws:sns:eu-west-1:000000000000:notices",
    "OVERSIZE_BUCKET": "oversize",
    "STREAM_FAILURES": "report",
    "LOG_LEVEL": "info",
    "PAYMENT_PROVIDER": "sandbox",
}


def run(sizes: Sizes, _engines: Engines, step: Step) -> Sequence[Figure]:
    """Start each handler and its floor by turns."""
    figures = []
    for module, (parts, services) in HANDLERS.items():
        pair, ours, floor = Pair(), _ours(module, parts), _floor(services)
        _start_s(ours)  # Compiles what is not compiled yet.
        _start_s(floor)
        for _ in range(sizes.imports):
            pair.ours_s.append(_start_s(ours))
            pair.floor_s.append(_start_s(floor))
            step()
        name = f"import {module.removeprefix('handlers.')}"
        detail = pair.detail("libraries and clients")
        figures.append(Figure(name, pair.ratio, "times libraries", AT_MOST, detail=detail))
    return figures


def _ours(module: str, parts: str) -> str:
    made = "; ".join(f"wiring.{part}()" for part in parts.split())
    return f"import {module}; from handlers import wiring; {made}"


def _floor(services: Sequence[str]) -> str:
    # By name, because `import pydantic` alone puts off nearly all of it until it is used.
    libraries = "import boto3, structlog; from pydantic import BaseModel, Field, TypeAdapter"
    return f"{libraries}; [boto3.client(name) for name in {services!r}]"


def _start_s(code: str) -> float:
    """Return the CPU seconds of a fresh process that runs this and ends."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=os.environ | SETTINGS)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


BENCH = Bench("cold imports", lambda sizes: len(HANDLERS) * sizes.imports, run)
