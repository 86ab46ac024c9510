"""Shelves: bytes under a name, in memory and in S3."""

import hashlib
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest

from adapters.aws import CONFIG
from adapters.memory.shelves import MemoryBodies, MemoryLogs
from adapters.shelves.s3 import S3Bodies, S3Logs
from domain.ci.ports import Bodies, Logs
from tests.support.engines import Dynamo, Engine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.engine("memory", "moto", "ministack")
BODY = b'{"ref": "\xff"}'
SHA256 = hashlib.sha256(BODY).hexdigest()


def bucket_on(engine: Dynamo) -> tuple["S3Client", str]:
    client = boto3.client("s3", endpoint_url=engine.endpoint_url, config=CONFIG)
    bucket = f"ci-{uuid4().hex}"
    client.create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return client, bucket


@pytest.fixture
def bodies(engine: Engine) -> Bodies:
    return S3Bodies(*bucket_on(engine)) if isinstance(engine, Dynamo) else MemoryBodies()


@pytest.fixture
def logs(engine: Engine) -> Logs:
    return S3Logs(*bucket_on(engine)) if isinstance(engine, Dynamo) else MemoryLogs()


def test_a_body_is_kept_byte_for_byte_however_often(bodies: Bodies) -> None:
    assert bodies.read(SHA256) is None
    for _ in range(2):
        bodies.keep(SHA256, BODY)
    assert bodies.read(SHA256) == BODY
    assert bodies.read(SHA256.replace("a", "b")) is None


def test_an_empty_body_is_one_that_was_kept(bodies: Bodies) -> None:
    empty = hashlib.sha256().hexdigest()
    bodies.keep(empty, b"")
    assert bodies.read(empty) == b""


@pytest.mark.parametrize("name", ["", "../x", SHA256.upper(), SHA256[:-1], f"{SHA256}\n"])
def test_a_body_has_no_name_but_its_hash(bodies: Bodies, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        bodies.keep(name, BODY)
    assert bodies.read(name) is None


def test_a_log_is_kept_in_place_of_what_was_kept_before(logs: Logs) -> None:
    assert logs.read("job-1") is None
    logs.keep("job-1", b"begun\n")
    logs.keep("job-1", b"begun\nended \xff\n")
    assert logs.read("job-1") == b"begun\nended \xff\n"
    assert logs.read("job-2") is None


@pytest.mark.engine("moto", "ministack")
def test_a_log_is_text_for_whoever_opens_it(dynamo: Dynamo) -> None:
    client, bucket = bucket_on(dynamo)
    S3Logs(client, bucket).keep("job-1", b"said")
    found = client.head_object(Bucket=bucket, Key="logs/job-1.txt")
    assert found["ContentType"] == "text/plain; charset=utf-8"


@pytest.mark.engine("moto", "ministack")
def test_a_bucket_that_is_not_there_is_not_taken_for_an_empty_one(dynamo: Dynamo) -> None:
    client, _ = bucket_on(dynamo)
    with pytest.raises(client.exceptions.NoSuchBucket):
        S3Bodies(client, f"ci-{uuid4().hex}").read(SHA256)
