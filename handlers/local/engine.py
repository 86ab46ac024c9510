"""The embedded AWS: started, asked and stopped as a child process."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from handlers.local.environment import LOCAL_HTTP, REGION, bare
from handlers.local.folder import Folder
from handlers.local.ports import bound
from handlers.local.refusal import CannotRun

START_S = 60
# Saving 100,000 items takes seconds; ending it earlier would lose them.
STOP_S = 180
SAY_EVERY_S = 2
SERVICES = (
    "apigateway,cloudformation,dynamodb,dynamodbstreams,events,iam,lambda,logs,monitoring,"
    "s3,sns,sqs,sts"
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is on its way inside; counts of stream records, queue messages and invocations."""

    records: int
    messages: int
    hidden: int
    running: int

    @property
    def waiting(self) -> int:
        """What nobody has begun with."""
        return self.records + self.messages

    @property
    def is_quiet(self) -> bool:
        """Nothing moves and nothing waits to move, but for messages put off after a failure."""
        return self.waiting == self.running == 0


class Engine:
    """A running MiniStack; a context manager that stops it in order, so that its state is kept."""

    def __init__(self, folder: Folder, say: Callable[[str], None] = lambda _line: None) -> None:
        self._folder = folder
        self._say = say
        self._socket = bound(folder.ports / "aws")
        self.endpoint = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._asking = threading.Lock()
        self.ended_in_order = False

    def __enter__(self) -> Self:
        with self._folder.log.open("ab") as log, self._socket as listening:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command.
                [sys.executable, "-m", "handlers.local.embedded", str(listening.fileno())],
                # It holds the folder too, as long as it may write there.
                pass_fds=[listening.fileno(), self._folder.lock],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Ctrl-C goes to the whole group of the terminal: only the service shall hear it,
                # which drains first.
                start_new_session=True,
            )
        self._wait_until_ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended_in_order = self.is_alive
        self._process.terminate()
        self._wait_until_written()
        self.ended_in_order &= self._process.returncode == 0
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    @property
    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Return when the process has ended."""
        self._process.wait()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def backlog(self) -> Backlog:
        """Ask what is on its way. Raises ConnectionError when the process has ended."""
        asking, answering = self._process.stdin, self._process.stdout
        if asking is None or answering is None:
            raise ConnectionError(self.endpoint)
        with self._asking:
            asking.write("backlog\n")
            asking.flush()
            line = answering.readline()
        if not line:
            raise ConnectionError(self.endpoint)
        return Backlog(**json.loads(line))

    def _wait_until_written(self) -> None:
        began = time.monotonic()
        while (waited_s := time.monotonic() - began) < STOP_S:
            try:
                self._process.wait(SAY_EVERY_S)
            except subprocess.TimeoutExpired:
                self._say(
                    f"  state         still being written, for {waited_s + SAY_EVERY_S:.0f} s"
                )
            else:
                return
        self._process.kill()
        self._process.wait()

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return bare(os.environ) | {
            "AWS_ENDPOINT_URL": self.endpoint,
            # Its name for itself, in queue URLs: the same on whatever port it listens.
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": "4566",
            "MINISTACK_REGION": REGION,
            "SERVICES": SERVICES,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(folder.aws),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(folder.objects),
            "TMPDIR": str(folder.scratch),
            "LAMBDA_EXECUTOR": "local",
            # Listeners beside the HTTP port, none of them bound to the loopback address only.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            # At its start it removes containers that it takes for its own, whoever's they are.
            "DOCKER_HOST": f"unix://{folder.path}/no-docker",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.is_alive:
            try:
                with LOCAL_HTTP.open(f"{self.endpoint}/_ministack/ready", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        self.__exit__(None, None, None)
        raise CannotRun(
            "The embedded AWS did not start.", f"Its last words are in {self._folder.log}", 1
        )
