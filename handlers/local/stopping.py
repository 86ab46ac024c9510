"""Being asked to stop: once means in order, twice means sooner."""

import asyncio
import signal
from collections.abc import Callable

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopping:
    """What the signals that reached this process ask for; made inside a running event loop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._wanted = asyncio.Event()
        self._hurried = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in SIGNALS:
            loop.add_signal_handler(one, self._hear)

    @property
    def is_wanted(self) -> bool:
        """Tell whether anybody asked."""
        return self._wanted.is_set()

    @property
    def is_hurried(self) -> bool:
        """Tell whether they asked again."""
        return self._hurried.is_set()

    async def wait(self) -> None:
        """Return when somebody asks."""
        await self._wanted.wait()

    def ask(self) -> None:
        """Ask, from inside."""
        self._wanted.set()

    def _hear(self) -> None:
        if not self.is_wanted:
            self._say("Stopping (Ctrl-C again to stop sooner).")
            self._wanted.set()
        elif not self.is_hurried:
            self._say("Stopping now; only the state is still being written.")
            self._hurried.set()
