"""The API in several processes over one real store: one key is one order and one answer."""

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context

import pytest

from adapters.dynamodb.client import dynamodb_client
from adapters.dynamodb.views import DynamoDBViews
from handlers.api.api import Api
from handlers.api.app import build
from tests.support.apps import event, order
from tests.support.commerce import streams_at
from tests.support.engines import Dynamo
from tests.support.tables import Tables

pytestmark = pytest.mark.engine("dynamodb_local", "ministack")


def now() -> datetime:
    """Return each process's own clock: answers must not depend on who asked when."""
    return datetime.now(UTC)


def placed(endpoint_url: str, tables: Tables, _number: int) -> tuple[int, str, str]:
    """Place the order from a process of its own; return status, location and body."""
    views = DynamoDBViews(dynamodb_client(endpoint_url), tables.views)
    api = build(Api(streams_at(endpoint_url, tables), views, now))
    sent = event("POST", "/orders", json.dumps(order()), {"idempotency-key": "one-key"})
    answer = api(sent, None)
    return answer["statusCode"], answer["headers"]["Location"], answer["body"]


def test_the_same_order_placed_ten_times_at_once_is_one_order_with_one_answer(
    dynamo: Dynamo,
) -> None:
    assert dynamo.endpoint_url
    tables = dynamo.tables()
    place = partial(placed, dynamo.endpoint_url, tables)
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        answers = set(processes.map(place, range(10)))
    ((status, location, _),) = answers
    assert status == 201
    stored = streams_at(dynamo.endpoint_url, tables).orders
    assert len(list(stored.read(location.rpartition("/")[2]))) == 1
    items = dynamo.client().scan(TableName=tables.events, Select="COUNT")
    assert items["Count"] == 1
