"""JSON Schemas of the published events: `python -m adapters.codec.schemas FOLDER` writes them.

They are made from the classes, so they cannot differ from what is sent; a test keeps the written
ones equal to these, so that a change of the contract shows as a change of a file.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from domain.published.events import PUBLISHED, PublishedEvent

_META: dict[str, Any] = {
    "type": "object",
    "properties": {
        "event_id": {"type": "string", "description": "The same however often it is sent."},
        "type": {"type": "string"},
        "schema_version": {"type": "integer"},
        "stream": {"type": "string"},
        "sequence": {"type": "integer", "description": "1, 2, 3 ... for each stream, no gaps."},
        "occurred_at": {"type": ["string", "null"], "format": "date-time"},
        "recorded_at": {"type": "string", "format": "date-time"},
        "correlation_id": {"type": "string"},
        "causation_id": {"type": "string"},
        "producer": {"const": "waybill"},
        "imported": {"type": "boolean", "description": "History taken over: act on none of it."},
    },
}
_META["required"] = sorted(_META["properties"])


def schemas() -> dict[str, str]:
    """Return each published event's schema as text, by file name."""
    return {
        f"{kind.SOURCE}.{kind.__name__}.v{kind.VERSION}.json": _text(_schema(kind))
        for kind in PUBLISHED
    }


def _schema(kind: type[PublishedEvent]) -> dict[str, Any]:
    data = TypeAdapter(kind).json_schema(mode="serialization")
    del data["properties"]["occurred_at"]  # It stands in `meta`, for every event alike.
    data["required"] = [name for name in data["required"] if name != "occurred_at"]
    definitions = data.pop("$defs", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.__name__,
        "description": f"`detail` of an EventBridge event with source {kind.SOURCE}.",
        "type": "object",
        "properties": {"meta": _META, "data": data},
        "required": ["data", "meta"],
        **({"$defs": definitions} if definitions else {}),
    }


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
