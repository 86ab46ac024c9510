"""`waybill up`: the whole service in the foreground, from the template that is deployed."""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hypercorn.asyncio import serve
from hypercorn.config import Config
from rich.console import Console

from handlers.local import running
from handlers.local.assembly import front, github
from handlers.local.ci import LocalCi, going_on, prepared
from handlers.local.draining import drain
from handlers.local.engine import Engine
from handlers.local.environment import adopt
from handlers.local.folder import Folder, opened
from handlers.local.front import Front
from handlers.local.refusal import CannotRun
from handlers.local.stack import PARAMETERS, Stack
from handlers.local.stopping import Stopping


def run(port: int, state: Path) -> int:
    """Serve until Ctrl-C; return the exit status.

    0: stopped in order. 1: it could not start, or the embedded AWS ended by itself. 2: the port or
    the folder cannot be used.
    """
    # The handler that runs in this process logs to sys.stdout, which goes to a file.
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    try:
        with _bound(port) as listening, opened(state) as folder, _logged(folder):
            return asyncio.run(_Service(console, folder, listening).live())
    except CannotRun as refusal:
        console.print(str(refusal), style="red", markup=False)
        return refusal.exit_code


class _Service:
    """One life of the service: come up, serve, drain, stop."""

    def __init__(self, console: Console, folder: Folder, listening: socket.socket) -> None:
        self._console = console
        self._folder = folder
        self._listening = listening
        self._url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def live(self) -> int:
        began = time.monotonic()
        stopping = Stopping(self._say)
        self._say(f"[bold]Waybill[/] is starting, its state in {_shown(self._folder.path)}")
        ci = prepared(self._folder.path)
        # GitHub outlives the AWS: while that is drained, functions still report to it.
        with github(self._folder) as github_url, Engine(self._folder, self._say) as engine:
            serving, run = await asyncio.to_thread(self._prepare, engine, ci, github_url)
            if not stopping.is_wanted:
                running.write(self._folder.run_file, run)
                self._say_ready(time.monotonic() - began)
                await self._serve(serving, engine, stopping)
            self._folder.run_file.unlink(missing_ok=True)
            has_drained = engine.is_alive and await drain(engine, stopping, self._say)
            if engine.is_alive:
                self._say("  state         being written")
        return self._close(engine, going_on(ci), has_drained=has_drained)

    def _prepare(
        self, engine: Engine, ci: LocalCi, github_url: str
    ) -> tuple[Front, running.Running]:
        folder, stack = self._folder, Stack(engine.endpoint)
        parameters = PARAMETERS | ci.parameters(self._url, github_url)
        self._say(f"  AWS           embedded, {engine.endpoint}")
        what = "deployed" if stack.deploy(parameters) else "as it was"
        self._say(f"  stack         infra/template.yaml, {what}")
        outputs = stack.outputs()
        if not folder.is_new:
            stack.renew_stream_mappings()
        if not folder.is_new and folder.was_left_undrained:
            self._say("  sweepers      look for what the last run, not ended in order, left open")
            for sweeper in ("SweepFunction", "CiSweepFunction"):
                stack.wake_sweeper(outputs[sweeper])
        folder.mark_undrained()
        adopt(engine.endpoint, outputs, parameters)
        self._say(f"  GitHub        its stand-in, {github_url}")
        self._say(f"  webhooks      /webhooks/github, signed with {_shown(ci.secret_file)}")
        self._say(f"  CI            {_shown(ci.script)} runs for each job")
        for secret in ("GitHubWebhookSecrets", "CiLinkSecrets"):
            del parameters[secret]  # Each stands in its own file, and in no other.
        run = running.Running(
            url=self._url,
            endpoint=engine.endpoint,
            pid=os.getpid(),
            aws_pid=engine.pid,
            outputs=outputs,
            parameters=parameters,
            github_url=github_url,
            secret_file=str(ci.secret_file),
        )
        return front(outputs, engine), run

    async def _serve(self, serving: Front, engine: Engine, stopping: Stopping) -> None:
        config = Config()
        config.bind = [f"fd://{self._listening.detach()}"]
        config.loglevel = "WARNING"
        config.graceful_timeout = 10
        watching = asyncio.create_task(_watch(engine, stopping))
        await serve(serving, config, shutdown_trigger=stopping.wait)
        watching.cancel()

    def _close(self, engine: Engine, builds: int, *, has_drained: bool) -> int:
        if not engine.ended_in_order:
            self._say(
                f"[red]The embedded AWS ended by itself:[/] what came in since the start is lost. "
                f"Its last words are in {self._folder.log}"
            )
            return 1
        if has_drained:
            self._folder.mark_drained()
        self._say("Stopped." if has_drained else "Stopped; the next start looks for what is left.")
        if builds == 1:
            self._say("1 build goes on by itself; the next start hears how it ends.")
        elif builds:
            self._say(f"{builds} builds go on by themselves; the next start hears how they end.")
        return 0

    def _say(self, line: str) -> None:
        self._console.print(line)

    def _say_ready(self, took_s: float) -> None:
        self._say(f"  logs          {_shown(self._folder.log.parent)}")
        self._say(f"[bold green]Ready[/] after {took_s:.1f} s: {self._url} (API page at /docs)")
        self._say("Ctrl-C stops it and keeps its state.")


async def _watch(engine: Engine, stopping: Stopping) -> None:
    """A service without its AWS is none."""
    await asyncio.to_thread(engine.wait)
    stopping.ask()


@contextlib.contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """Take the port at once, so that a port in use is known before anything is started."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise CannotRun(
                f"Port {port} cannot be used ({getattr(error, 'strerror', None) or error}).",
                "Choose another one, for example: make up PORT=8081",
            ) from error
        yield listening


@contextlib.contextmanager
def _logged(folder: Folder) -> Iterator[None]:
    with (
        folder.log.with_name("api.log").open("a", buffering=1, encoding="utf-8") as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        yield


def _shown(path: Path) -> Path:
    """Name a path as the reader would: from here, where it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
