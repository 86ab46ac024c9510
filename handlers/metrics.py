"""Metrics, as CloudWatch's embedded format on standard output: no request, no client."""

import json
import sys
import time
from typing import Final

NAMESPACE: Final = "Waybill"


def count_parked(consumer: str) -> None:
    """Count one commit set aside: an alarm watches this metric."""
    put_metric("Parked", 1, {"Consumer": consumer})


def put_metric(name: str, value: int, dimensions: dict[str, str] | None = None) -> None:
    """Write one metric line, with and without its dimensions so that an alarm can watch the sum."""
    named = dimensions or {}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [[], list(named)] if named else [[]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    now_ms = int(time.time() * 1000)
    line = {"_aws": {"Timestamp": now_ms, "CloudWatchMetrics": [directive]}, name: value, **named}
    sys.stdout.write(json.dumps(line) + "\n")
