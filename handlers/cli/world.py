"""World: everything outside that commands touch, so that tests can give them another one."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from domain.kernel.views import Views
from domain.policies.dossier import Streams
from handlers.cli.failure import Failure, no_service
from handlers.cli.pushing import WEBHOOK_PATH, Webhook
from handlers.cli.service import Service

if TYPE_CHECKING:
    from handlers.cli.listening import Listener
    from handlers.local.running import Running
    from handlers.timers.sweeping import Swept


@dataclass(frozen=True, slots=True)
class Ports:
    """What the use cases that run in this process need."""

    streams: Streams
    views: Views
    clock: Callable[[], datetime]


class World(Protocol):
    """Finds the running service and reaches its parts; Failure when none runs."""

    def service(self, state: Path | None) -> Service:
        """Return the service's API."""

    def ports(self, state: Path | None) -> Ports:
        """Return the service's stores and views."""

    def sweep(self, state: Path | None) -> "Swept":
        """Sweep once."""

    def listener(self, state: Path | None) -> "Listener":
        """Return an ear on the bus; enter it to listen."""

    def ci_sweep(self, state: Path | None) -> dict[str, Any]:
        """Sweep CI's boards once; return what was found and done."""

    def webhook(self, state: Path | None) -> Webhook:
        """Return where the service takes GitHub's webhooks, and what signs them."""


class LocalWorld(World):
    """The service that `waybill up` runs on this machine."""

    def service(self, state: Path | None) -> Service:
        """Find the run file, and the API in it."""
        return Service(self._found(state).url)

    def ports(self, state: Path | None) -> Ports:
        """Make this process one of the service's."""
        self._adopt(state)
        from handlers import wiring  # noqa: PLC0415  # Clients are made in the environment above.

        return Ports(wiring.streams(), wiring.views(), wiring.clock)

    def sweep(self, state: Path | None) -> "Swept":
        """Run the sweeper in this process."""
        self._adopt(state)
        from handlers.timers.sweep import sweep  # noqa: PLC0415  # As above.

        return sweep()

    def listener(self, state: Path | None) -> "Listener":
        """Make a queue and a rule of this process's own."""
        self._adopt(state)
        from handlers import wiring  # noqa: PLC0415  # As above.
        from handlers.local.folder import is_alive  # noqa: PLC0415  # As above.

        return wiring.listener(os.getpid(), is_alive)

    def ci_sweep(self, state: Path | None) -> dict[str, Any]:
        """Run CI's sweeper in this process."""
        self._adopt(state)
        from handlers.timers.ci.sweep import sweep  # noqa: PLC0415  # As above.

        return sweep()

    def webhook(self, state: Path | None) -> Webhook:
        """Read the newest of the live secrets, which stand one a line."""
        found = self._found(state)
        try:
            secrets = Path(found.secret_file).read_text(encoding="utf-8").split()
        except (OSError, ValueError) as error:
            raise Failure(f"the secret of webhooks cannot be read: {error}") from None
        if not secrets:
            raise Failure(
                f"{found.secret_file} holds no secret; remove it, and the next start makes one"
            )
        return Webhook(found.url + WEBHOOK_PATH, secrets[0])

    def _adopt(self, state: Path | None) -> None:
        self._found(state).adopt()

    def _found(self, state: Path | None) -> "Running":
        from handlers.local import running  # noqa: PLC0415  # Help needs none of it.

        found = running.find(state)
        if found is None:
            raise no_service(state)
        return found
