"""Before the embedded AWS stops, what is on its way has to arrive: it keeps no stream records."""

import asyncio
import sys
import time
from collections.abc import Callable

from handlers.local.engine import Backlog, Engine
from handlers.local.stopping import Stopping

WHOLE_S = 300
STUCK_S = 30
ASK_EVERY_S = 0.1
SAY_EVERY_S = 2


async def drain(engine: Engine, stopping: Stopping, say: Callable[[str], None]) -> bool:
    """Wait until nothing is on its way; False if it takes too long or somebody is in a hurry."""
    began = said = moved = time.monotonic()
    least, was_quiet = sys.maxsize, False
    while not stopping.is_hurried:
        now, backlog = time.monotonic(), await asyncio.to_thread(engine.backlog)
        # Asked twice: between a reader's answer and its next batch there is a quiet moment.
        if backlog.is_quiet and was_quiet:
            return True
        if backlog.waiting < least:
            least, moved = backlog.waiting, now
        if now - moved > STUCK_S or now - began > WHOLE_S:
            say(f"  draining      given up: {_words(backlog)} stay behind")
            return False
        if now - said > SAY_EVERY_S:
            said = now
            say(f"  draining      {_words(backlog)} to go")
        was_quiet = backlog.is_quiet
        await asyncio.sleep(ASK_EVERY_S)
    return False


def _words(backlog: Backlog) -> str:
    return (
        f"{backlog.records:,} stream records, {backlog.messages + backlog.hidden:,} messages, "
        f"{backlog.running} invocations"
    )
