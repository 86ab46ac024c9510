import pytest

from tests.support.engines import Dynamo, Engine
from tests.support.stores import DynamoWorld, World, dynamo_world, world_of


@pytest.fixture(scope="session")
def world(engine: Engine) -> World:
    """A store on each engine in turn."""
    return world_of(engine)


@pytest.fixture(scope="session")
def dynamo_store(dynamo: Dynamo) -> DynamoWorld:
    """A store on each engine that speaks DynamoDB in turn."""
    return dynamo_world(dynamo)
