"""A table's stream as its engine keeps it, read on and on, as Lambda would hand it over."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.engines import Dynamo

BATCH = 100


def as_lambda_brings_it(record: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a record as the SDK reads it into one as Lambda sends it: binary values as text."""

    def plain(value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            kind: base64.b64encode(inner).decode() if kind == "B" else inner
            for kind, inner in value.items()
        }

    change = dict(record["dynamodb"])
    for part in ("Keys", "NewImage"):
        change[part] = {name: plain(value) for name, value in change[part].items()}
    return {"eventName": record["eventName"], "dynamodb": change, "eventSourceARN": "arn:events"}


@dataclass
class Tail:
    """Reads one table's stream from its beginning; each call goes on where the last one ended."""

    dynamo: Dynamo
    table: str
    iterators: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        client = self.dynamo.client()
        self.arn = client.describe_table(TableName=self.table)["Table"]["LatestStreamArn"]
        self.streams = self.dynamo.streams()

    def inserted(self) -> list[dict[str, Any]]:
        """Return what was inserted since the last call, at most some hundreds; empty for now."""
        description = self.streams.describe_stream(StreamArn=self.arn)["StreamDescription"]
        found: list[dict[str, Any]] = []
        for shard in description["Shards"]:
            found += self._of(shard["ShardId"])
        return [one for one in found if one["eventName"] == "INSERT"]

    def _of(self, shard: str) -> list[dict[str, Any]]:
        if shard not in self.iterators:
            self.iterators[shard] = self.streams.get_shard_iterator(
                StreamArn=self.arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        iterator = self.iterators[shard]
        if iterator is None:
            return []
        answer = self.streams.get_records(ShardIterator=iterator, Limit=BATCH)
        self.iterators[shard] = answer.get("NextShardIterator")
        return [as_lambda_brings_it(one) for one in answer["Records"]]
