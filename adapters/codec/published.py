"""What leaves the service as JSON: the envelope of a published event, and a notice."""

import json
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from domain.kernel.decider import Routing
from domain.published.events import PUBLISHED
from domain.published.ports import Notice, Outgoing

PRODUCER: Final = "waybill"
_KINDS: Final = {kind.__name__: kind for kind in PUBLISHED}


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(_KINDS[name])


def envelope(outgoing: Outgoing) -> str:
    """Write a published event with its `meta`: the same bytes however often it leaves."""
    data = _adapter(type(outgoing.event).__name__).dump_python(outgoing.event, mode="json")
    meta = {
        "event_id": outgoing.event_id,
        "type": type(outgoing.event).__name__,
        "schema_version": outgoing.event.VERSION,
        "stream": outgoing.stream,
        "sequence": outgoing.sequence,
        "occurred_at": data.pop("occurred_at"),
        "recorded_at": outgoing.recorded_at.isoformat().replace("+00:00", "Z"),
        "correlation_id": outgoing.correlation_id,
        "causation_id": outgoing.causation_id,
        "producer": PRODUCER,
        "imported": outgoing.routing.imported,
    }
    return _compact({"meta": meta, "data": data})


def notice_text(notice: Notice) -> str:
    """Write a notice."""
    return _compact(
        {
            "stream": notice.stream,
            "first": notice.first,
            "last": notice.last,
            "types": list(notice.types),
            "order_id": notice.routing.root_id,
            "customer_id": notice.routing.customer_id,
            "imported": notice.routing.imported,
            "correlation_id": notice.correlation_id,
        }
    )


def read_notice(text: str) -> Notice:
    """Read a notice. Raises ValueError or KeyError for anything else."""
    fields = json.loads(text)
    return Notice(
        stream=fields["stream"],
        first=fields["first"],
        last=fields["last"],
        types=tuple(fields["types"]),
        routing=Routing(fields["order_id"], fields["customer_id"], fields["imported"]),
        correlation_id=fields["correlation_id"],
    )


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
