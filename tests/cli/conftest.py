from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handlers.cli.failure import no_service
from handlers.cli.listening import Listener
from handlers.cli.main import cli
from handlers.cli.pushing import WEBHOOK_PATH, Webhook
from handlers.cli.service import Service
from handlers.cli.world import Ports
from handlers.cli.world import World as CliWorld
from handlers.timers.sweeping import Swept
from tests.support.stub_service import StubService, stub_service
from tests.support.world import World

Run = Callable[..., Result]
SIGNED_WITH = "what tests sign webhooks with"


class TestWorld(CliWorld):
    """A stubbed API, and everything else in memory."""

    __test__ = False

    def __init__(self, url: str, memory: World) -> None:
        self._url = url
        self._memory = memory
        self.ear: Listener | None = None
        self.ci_swept: dict[str, Any] = {}

    def service(self, state: Path | None) -> Service:
        if state is not None:
            raise no_service(state)
        return Service(self._url)

    def ports(self, state: Path | None) -> Ports:
        if state is not None:
            raise no_service(state)
        return Ports(self._memory.streams, self._memory.views, self._memory.clock)

    def sweep(self, _state: Path | None) -> Swept:
        return self._memory.sweep()

    def listener(self, _state: Path | None) -> Listener:
        assert self.ear is not None
        return self.ear

    def ci_sweep(self, _state: Path | None) -> dict[str, Any]:
        return self.ci_swept

    def webhook(self, state: Path | None) -> Webhook:
        if state is not None:
            raise no_service(state)
        return Webhook(self._url + WEBHOOK_PATH, SIGNED_WITH)


@pytest.fixture
def stub() -> Iterator[StubService]:
    with stub_service() as service:
        yield service


@pytest.fixture
def memory() -> World:
    return World()


@pytest.fixture
def world(stub: StubService, memory: World) -> TestWorld:
    return TestWorld(stub.url, memory)


@pytest.fixture
def run(world: TestWorld, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line as a program would be run, without a terminal."""
    monkeypatch.setenv("COLUMNS", "120")

    def running(*arguments: str, **options: Any) -> Result:  # noqa: ANN401  # CliRunner's own.
        return CliRunner().invoke(cli, arguments, obj=world, **options)

    return running
