"""What stands around the embedded AWS, in our own process: the front, and GitHub's stand-in."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from urllib.parse import urlsplit

from handlers.local.engine import Engine
from handlers.local.folder import Folder
from handlers.local.front import Front, Function
from handlers.local.gateway import DEFAULT_ROUTE, WEBHOOK_ROUTE
from handlers.local.github import serve
from handlers.local.ports import note_port, remembered

# GitHub sends at once what happened at once.
WEBHOOK_THREADS = 16
# By route: the handler's module, the function's name among the outputs, and its threads.
FUNCTIONS = {
    DEFAULT_ROUTE: ("handlers.api.app", "ApiFunction", 1),
    WEBHOOK_ROUTE: ("handlers.webhooks.github", "WebhookFunction", WEBHOOK_THREADS),
}


def front(outputs: Mapping[str, str], engine: Engine) -> Front:
    """Put the handlers behind their routes; this process is one of the service's already."""
    from handlers.wiring import ci  # noqa: PLC0415  # Its clients are made in that environment.

    # Here, where one thread runs: boto3 can make clients for one at a time only.
    ci.streams(), ci.bodies()
    functions = {
        route: Function(outputs[name], importlib.import_module(module).handler, threads)
        for route, (module, name, threads) in FUNCTIONS.items()
    }
    return Front(functions, lambda: asdict(engine.backlog()))


@contextmanager
def github(folder: Folder) -> Iterator[str]:
    """Run GitHub's stand-in where it was last time, and say where."""
    note = folder.ports / "github"
    with ExitStack() as stack:
        try:
            running = stack.enter_context(serve(remembered(note)))
        except OSError:
            running = stack.enter_context(serve())
        note_port(note, urlsplit(running.url).port or 0)
        yield running.url
